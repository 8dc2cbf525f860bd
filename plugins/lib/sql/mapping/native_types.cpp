#include "lib/sql/mapping/native_types.hpp"

#include <cstdint>

#include "lib/sql/kept_types.hpp"

namespace roost::sql::mapping {

namespace {

constexpr std::uint32_t digitsOfDouble = 15;
constexpr std::uint32_t longestVarchar = 10'485'760;  // PostgreSQL's limit for n in varchar(n)
constexpr std::uint32_t longestNumeric = 1000;        // and for p in numeric(p,s)

MappedType numericType(const Column& column) {
    const LogicalType& type = column.type;
    if (type.precision == 0) return {"numeric", {}};
    // What came from PostgreSQL may go back: it has scales below zero, and above the precision.
    const bool own = column.nativeType.starts_with("decimal_blob");
    const std::int32_t scale = type.scale < 0 && !own ? 0 : type.scale;
    if (!own && (type.precision > longestNumeric || static_cast<std::uint32_t>(scale) > type.precision))
        return {"numeric", "PostgreSQL has no " + format(type) + ": it becomes numeric, without a limit"};
    return {"numeric(" + std::to_string(type.precision) + "," + std::to_string(scale) + ")", {}};
}

MappedType varcharType(const Column& column) {
    const LogicalType& type = column.type;
    if (type.precision == 0) return {"text", {}};
    if (type.precision > longestVarchar)
        return {"text", "PostgreSQL has no " + format(type) + ": it becomes text, without a limit"};
    const bool padded = column.nativeType.starts_with("bpchar");
    return {(padded ? "char(" : "varchar(") + std::to_string(type.precision) + ")", {}};
}

std::string sized(std::string_view word, std::uint32_t size) {
    return size == 0 ? std::string(word) : std::string(word) + "(" + std::to_string(size) + ")";
}

std::string decimalWord(const LogicalType& type) {
    std::string word = isDecimalAsText(type) ? "decimal_blob" : "decimal";
    return type.precision > 0
               ? word + "(" + std::to_string(type.precision) + "," + std::to_string(type.scale) + ")"
               : word;
}

MappedType textWord(const LogicalType& type, std::string_view base) {
    if (base == "citext" || base.ends_with(".citext")) return {"text", {}};
    if (base.starts_with("character(")) return {sized("bpchar", type.precision), {}};
    return {type.precision == 0 ? "text" : sized("varchar", type.precision), {}};
}

}  // namespace

bool isDecimalAsText(const LogicalType& type) noexcept {
    return type.kind == TypeKind::decimal &&
           (type.precision == 0 || type.precision > digitsOfDouble || type.scale < 0 ||
            static_cast<std::uint32_t>(type.scale) > type.precision);
}

MappedType postgresqlType(const Column& column) {
    switch (column.type.kind) {
        case TypeKind::boolean:
            return {"boolean", {}};
        case TypeKind::int16:
            return {"smallint", {}};
        case TypeKind::int32:
            return {"integer", {}};
        case TypeKind::int64:
            return {"bigint", {}};
        case TypeKind::float32:
            return {"real", {}};
        case TypeKind::float64:
            return {"double precision", {}};
        case TypeKind::decimal:
            return numericType(column);
        case TypeKind::text:
            return varcharType(column);
        case TypeKind::bytes:
            return {"bytea", {}};
        case TypeKind::uuid:
            return {"uuid", {}};
        case TypeKind::date:
            return {"date", {}};
        case TypeKind::time:
            return {"time without time zone", {}};
        case TypeKind::timestamp:
            return {column.type.withZone ? "timestamp with time zone" : "timestamp without time zone", {}};
        case TypeKind::interval:
            return {"interval", {}};
        case TypeKind::json:
            return {column.nativeType == "jsonb_text" ? "jsonb" : "json", {}};
        case TypeKind::enumeration:
            return {"text", {}};
        case TypeKind::array:
        case TypeKind::other:
            if (auto kept = keptType(column.nativeType)) return {std::move(kept->native), {}};
            break;
    }
    return {"text", "its type " + column.nativeType + " has no counterpart and becomes text"};
}

MappedType sqliteType(const LogicalType& type, std::string_view base) {
    switch (type.kind) {
        case TypeKind::boolean:
            return {"boolean", {}};
        case TypeKind::int16:
            return {"smallint", {}};
        case TypeKind::int32:
            return {"int4", {}};
        case TypeKind::int64:
            return {"bigint", {}};
        case TypeKind::float32:
            return {"real4", {}};
        case TypeKind::float64:
            return {"double precision", {}};
        case TypeKind::decimal:
            // Two digits behind the point, and 19 in all, are the widest that money is.
            return {base == "money" ? "decimal_blob(19,2)" : decimalWord(type), {}};
        case TypeKind::text:
            return textWord(type, base);
        case TypeKind::bytes:
            return {"blob", {}};
        case TypeKind::uuid:
            return {"uuid_text", {}};
        case TypeKind::date:
            return {"date", {}};
        case TypeKind::time:
            return {"time", {}};
        case TypeKind::timestamp:
            return {type.withZone ? "datetime" : "timestamp", {}};
        case TypeKind::interval:
            return {"duration_text", {}};
        case TypeKind::json:
            return {base == "jsonb" ? "jsonb_text" : "json_text", {}};
        case TypeKind::enumeration:
            return {"text", {}};
        case TypeKind::array:
        case TypeKind::other:
            if (auto word = keptTypeWord(base)) return {std::move(*word), {}};
            break;
    }
    return {"text", "its type " + std::string(base) + " has no counterpart and becomes text"};
}

}  // namespace roost::sql::mapping
