// The kinds of value that expressions tell apart.
#pragma once

#include <cstdint>
#include <string_view>

#include "roost/types.hpp"

namespace roost::sql::mapping {

enum class ValueKind : std::uint8_t {
    null,
    boolean,
    integer,
    real,
    decimal,
    text,
    bytes,
    uuid,
    date,
    time,
    timestamp,
    instant,
    json,
    other,
};

[[nodiscard]] constexpr ValueKind valueKind(const LogicalType& type) noexcept {
    switch (type.kind) {
        case TypeKind::boolean:
            return ValueKind::boolean;
        case TypeKind::int16:
        case TypeKind::int32:
        case TypeKind::int64:
            return ValueKind::integer;
        case TypeKind::float32:
        case TypeKind::float64:
            return ValueKind::real;
        case TypeKind::decimal:
            return ValueKind::decimal;
        case TypeKind::text:
        case TypeKind::enumeration:
            return ValueKind::text;
        case TypeKind::bytes:
            return ValueKind::bytes;
        case TypeKind::uuid:
            return ValueKind::uuid;
        case TypeKind::date:
            return ValueKind::date;
        case TypeKind::time:
            return ValueKind::time;
        case TypeKind::timestamp:
            return type.withZone ? ValueKind::instant : ValueKind::timestamp;
        case TypeKind::json:
            return ValueKind::json;
        case TypeKind::interval:
        case TypeKind::array:
        case TypeKind::other:
            break;
    }
    return ValueKind::other;
}

[[nodiscard]] constexpr bool isNumeric(ValueKind kind) noexcept {
    return kind == ValueKind::integer || kind == ValueKind::real || kind == ValueKind::decimal;
}

[[nodiscard]] constexpr bool isTime(ValueKind kind) noexcept {
    return kind == ValueKind::date || kind == ValueKind::time || kind == ValueKind::timestamp ||
           kind == ValueKind::instant;
}

/// For people: "a number", "a text".
[[nodiscard]] constexpr std::string_view describe(ValueKind kind) noexcept {
    switch (kind) {
        case ValueKind::null:
            return "NULL";
        case ValueKind::boolean:
            return "a boolean";
        case ValueKind::integer:
        case ValueKind::real:
        case ValueKind::decimal:
            return "a number";
        case ValueKind::text:
            return "a text";
        case ValueKind::bytes:
            return "bytes";
        case ValueKind::uuid:
            return "a uuid";
        case ValueKind::date:
            return "a date";
        case ValueKind::time:
            return "a time";
        case ValueKind::timestamp:
        case ValueKind::instant:
            return "a timestamp";
        case ValueKind::json:
            return "a JSON value";
        case ValueKind::other:
            break;
    }
    return "a value of a type of its own";
}

}  // namespace roost::sql::mapping
