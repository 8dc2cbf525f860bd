#include "roost/types.hpp"

#include <array>
#include <charconv>
#include <utility>

#include "roost/error.hpp"

namespace roost {

namespace {

constexpr std::array<std::pair<TypeKind, std::string_view>, 18> names{{
    {TypeKind::boolean, "boolean"},
    {TypeKind::int16, "int16"},
    {TypeKind::int32, "int32"},
    {TypeKind::int64, "int64"},
    {TypeKind::float32, "float32"},
    {TypeKind::float64, "float64"},
    {TypeKind::decimal, "decimal"},
    {TypeKind::text, "text"},
    {TypeKind::bytes, "bytes"},
    {TypeKind::uuid, "uuid"},
    {TypeKind::date, "date"},
    {TypeKind::time, "time"},
    {TypeKind::timestamp, "timestamp"},
    {TypeKind::interval, "interval"},
    {TypeKind::json, "json"},
    {TypeKind::array, "array"},
    {TypeKind::enumeration, "enum"},
    {TypeKind::other, "other"},
}};

Error unknownType(std::string_view text) {
    return Error("'" + std::string(text) +
                 "' is no logical type; possible are boolean, int16, int32, int64, float32, float64, "
                 "decimal(p,s), text(n), bytes, uuid, date, time, timestamp, timestamptz, interval, json, "
                 "array(type), enum, other");
}

template <class Number>
bool parseNumber(std::string_view text, Number& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
}

/// Reads what stands in the parentheses of `text(50)`, `decimal(10,2)`, `array(int32)`.
bool parseArguments(std::string_view arguments, LogicalType& type) {
    if (type.kind == TypeKind::array) {
        for (const auto& [kind, word] : names)
            if (word == arguments) {
                type.element = kind;
                return true;
            }
        return false;
    }
    if (type.kind == TypeKind::text) return parseNumber(arguments, type.precision);
    if (type.kind != TypeKind::decimal) return false;
    const auto comma = arguments.find(',');
    if (comma == std::string_view::npos) {
        type.scale = 0;
        return parseNumber(arguments, type.precision);
    }
    return parseNumber(arguments.substr(0, comma), type.precision) &&
           parseNumber(arguments.substr(comma + 1), type.scale);
}

}  // namespace

std::string_view name(TypeKind kind) noexcept {
    for (const auto& [candidate, word] : names)
        if (candidate == kind) return word;
    return "other";
}

TypeKind typeKind(std::string_view word) {
    for (const auto& [kind, candidate] : names)
        if (candidate == word) return kind;
    throw unknownType(word);
}

std::string format(const LogicalType& type) {
    std::string text(name(type.kind));
    switch (type.kind) {
        case TypeKind::timestamp:
            return type.withZone ? "timestamptz" : text;
        case TypeKind::array:
            return text + "(" + std::string(name(type.element)) + ")";
        case TypeKind::text:
            return type.precision == 0 ? text : text + "(" + std::to_string(type.precision) + ")";
        case TypeKind::decimal:
            if (type.precision == 0) return text;
            return text + "(" + std::to_string(type.precision) + "," + std::to_string(type.scale) + ")";
        default:
            return text;
    }
}

LogicalType parseLogicalType(std::string_view text) {
    LogicalType type;
    const auto open = text.find('(');
    const std::string_view word = text.substr(0, open);
    if (word == "timestamptz") {
        type.kind = TypeKind::timestamp;
        type.withZone = true;
    } else {
        bool known = false;
        for (const auto& [kind, candidate] : names)
            if (candidate == word) {
                type.kind = kind;
                known = true;
            }
        if (!known) throw unknownType(text);
    }
    if (open == std::string_view::npos) return type;
    if (text.back() != ')' || !parseArguments(text.substr(open + 1, text.size() - open - 2), type))
        throw unknownType(text);
    return type;
}

}  // namespace roost
