#include "lib/sql/sqlite/declared_type.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string>
#include <utility>

#include "lib/sql/kept_types.hpp"

namespace roost::sqlite {

namespace {

char lower(char c) noexcept { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

std::string lowered(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), lower);
    return result;
}

/// A declaration without its parenthesis: "character varying(20)" -> {"character varying", "20"}.
struct Declaration {
    std::string words;      ///< lower case, one blank between words
    std::string arguments;  ///< without blanks
};

Declaration split(std::string_view declared) {
    Declaration result;
    std::string words;
    int depth = 0;
    for (const char c : declared) {
        if (c == ')' && depth > 0)
            --depth;
        else if (c == '(')
            ++depth, words += ' ';
        else if (depth > 0)
            result.arguments +=
                std::isspace(static_cast<unsigned char>(c)) != 0 ? std::string() : std::string(1, c);
        else
            words += std::isspace(static_cast<unsigned char>(c)) != 0 ? ' ' : lower(c);
    }
    for (const char c : words)
        if (c != ' ' || (!result.words.empty() && result.words.back() != ' ')) result.words += c;
    if (!result.words.empty() && result.words.back() == ' ') result.words.pop_back();
    return result;
}

struct KnownName {
    std::string_view words;
    TypeKind kind;
};

// Whole-number names mean 64 bits where their usual range is wider or SQLite itself sets no limit.
constexpr auto knownNames = std::to_array<KnownName>({
    {"boolean", TypeKind::boolean},
    {"bool", TypeKind::boolean},
    {"integer", TypeKind::int64},
    {"int", TypeKind::int64},
    {"bigint", TypeKind::int64},
    {"int8", TypeKind::int64},
    {"int64", TypeKind::int64},
    {"long", TypeKind::int64},
    {"unsigned big int", TypeKind::int64},
    {"bigint unsigned", TypeKind::int64},
    {"integer unsigned", TypeKind::int64},
    {"int unsigned", TypeKind::int64},
    {"uint64", TypeKind::int64},
    {"unsigned int", TypeKind::int64},
    {"unsigned integer", TypeKind::int64},
    {"uint32", TypeKind::int64},
    {"bigserial", TypeKind::int64},
    {"serial", TypeKind::int64},
    {"year", TypeKind::int64},
    {"int4", TypeKind::int32},
    {"int32", TypeKind::int32},
    {"mediumint", TypeKind::int32},
    {"uint16", TypeKind::int32},
    {"smallint unsigned", TypeKind::int32},
    {"smallint", TypeKind::int16},
    {"int2", TypeKind::int16},
    {"int16", TypeKind::int16},
    {"tinyint", TypeKind::int16},
    {"tinyint unsigned", TypeKind::int16},
    {"smallserial", TypeKind::int16},
    {"real", TypeKind::float64},
    {"double", TypeKind::float64},
    {"double precision", TypeKind::float64},
    {"float", TypeKind::float64},
    {"float4", TypeKind::float64},
    {"float8", TypeKind::float64},
    {"numeric", TypeKind::decimal},
    {"decimal", TypeKind::decimal},
    {"dec", TypeKind::decimal},
    {"number", TypeKind::decimal},
    {"money", TypeKind::decimal},
    {"smallmoney", TypeKind::decimal},
    {"text", TypeKind::text},
    {"varchar", TypeKind::text},
    {"char", TypeKind::text},
    {"character", TypeKind::text},
    {"nvarchar", TypeKind::text},
    {"nchar", TypeKind::text},
    {"varchar2", TypeKind::text},
    {"character varying", TypeKind::text},
    {"varying character", TypeKind::text},
    {"native character", TypeKind::text},
    {"clob", TypeKind::text},
    {"string", TypeKind::text},
    {"citext", TypeKind::text},
    {"tinytext", TypeKind::text},
    {"mediumtext", TypeKind::text},
    {"longtext", TypeKind::text},
    {"ntext", TypeKind::text},
    {"blob", TypeKind::bytes},
    {"bytea", TypeKind::bytes},
    {"binary", TypeKind::bytes},
    {"varbinary", TypeKind::bytes},
    {"longblob", TypeKind::bytes},
    {"image", TypeKind::bytes},
    {"uuid", TypeKind::uuid},
    {"guid", TypeKind::uuid},
    {"uniqueidentifier", TypeKind::uuid},
    {"json", TypeKind::json},
    {"jsonb", TypeKind::json},
    {"date", TypeKind::date},
    {"time", TypeKind::time},
    {"interval", TypeKind::interval},
    // What a schema that comes from PostgreSQL is declared as: the affinity keeps every value as it is.
    {"real4", TypeKind::float32},
    {"decimal_blob", TypeKind::decimal},
    {"bpchar", TypeKind::text},
    {"uuid_text", TypeKind::uuid},
    {"json_text", TypeKind::json},
    {"jsonb_text", TypeKind::json},
    {"duration_text", TypeKind::interval},
});

constexpr auto timestampNames = std::to_array<std::pair<std::string_view, bool>>({
    {"datetime", false},
    {"timestamp", false},
    {"datetime2", false},
    {"smalldatetime", false},
    {"timestamp without time zone", false},
    {"timestamptz", true},
    {"timestamp with time zone", true},
    {"datetimeoffset", true},
    {"datetimetz", true},
});

std::uint32_t number(std::string_view text) noexcept {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? value : 0;
}

void setArguments(LogicalType& type, std::string_view arguments) noexcept {
    if (type.kind == TypeKind::text) {
        type.precision = number(arguments);
    } else if (type.kind == TypeKind::decimal && !arguments.empty()) {
        const auto comma = arguments.find(',');
        type.precision = number(arguments.substr(0, comma));
        if (type.precision == 0) return;
        const std::string_view scale =
            comma == std::string_view::npos ? std::string_view() : arguments.substr(comma + 1);
        const bool minus = scale.starts_with('-');
        type.scale = static_cast<std::int32_t>(number(scale.substr(minus ? 1 : 0))) * (minus ? -1 : 1);
    }
}

std::string_view nameOf(Affinity affinity) noexcept {
    switch (affinity) {
        case Affinity::integer:
            return "INTEGER";
        case Affinity::text:
            return "TEXT";
        case Affinity::blob:
            return "BLOB";
        case Affinity::real:
            return "REAL";
        case Affinity::numeric:
            break;
    }
    return "NUMERIC";
}

LogicalType typeOf(Affinity affinity) noexcept {
    LogicalType type;
    switch (affinity) {
        case Affinity::integer:
            type.kind = TypeKind::int64;
            break;
        case Affinity::text:
            type.kind = TypeKind::text;
            break;
        case Affinity::blob:
            type.kind = TypeKind::bytes;
            break;
        case Affinity::real:
            type.kind = TypeKind::float64;
            break;
        case Affinity::numeric:
            type.kind = TypeKind::decimal;
            break;
    }
    return type;
}

/// A name that is known, in any of its forms.
bool findKnown(const Declaration& declaration, LogicalType& type) {
    for (const auto& [words, withZone] : timestampNames)
        if (words == declaration.words) {
            type.kind = TypeKind::timestamp;
            type.withZone = withZone;
            return true;
        }
    const auto known = std::ranges::find(knownNames, std::string_view(declaration.words), &KnownName::words);
    if (known == knownNames.end()) return false;
    type.kind = known->kind;
    setArguments(type, declaration.arguments);
    return true;
}

}  // namespace

Affinity affinityOf(std::string_view declared) noexcept {
    const auto has = [&](std::string_view word) {
        return !std::ranges::search(declared, word, [](char a, char b) { return lower(a) == b; }).empty();
    };
    if (has("int")) return Affinity::integer;
    if (has("char") || has("clob") || has("text")) return Affinity::text;
    if (declared.empty() || has("blob")) return Affinity::blob;
    if (has("real") || has("floa") || has("doub")) return Affinity::real;
    return Affinity::numeric;
}

DeclaredType logicalTypeOf(std::string_view declared, std::string_view defaultValue) {
    const Declaration declaration = split(declared);
    DeclaredType result;
    if (sql::keptType(declared)) return result;  // of the kind `other`: the text that PostgreSQL has for it
    if (!findKnown(declaration, result.type)) {
        const Affinity affinity = affinityOf(declared);
        result.type = typeOf(affinity);
        result.origin = TypeOrigin::inferred;
        result.vague = declared.empty() || affinity == Affinity::numeric;
        result.reason = declared.empty() ? "it declares no type"
                                         : "no known type; its affinity is " + std::string(nameOf(affinity));
        return result;
    }
    const std::string fallback = lowered(defaultValue);
    const bool byDefault = result.type.kind == TypeKind::decimal && declaration.arguments.empty() &&
                           (fallback == "true" || fallback == "false");
    // tinyint(1) is how MySQL and the libraries that grew up with it spell a boolean.
    if (byDefault || (declaration.words == "tinyint" && declaration.arguments == "1")) {
        result.type = LogicalType{};
        result.type.kind = TypeKind::boolean;
        result.origin = TypeOrigin::inferred;
        result.reason = byDefault ? "its default is " + fallback : "as libraries declare booleans";
    }
    return result;
}

bool saysLittle(std::string_view declared) {
    const DeclaredType type = logicalTypeOf(declared, "");
    // Inferred from its affinity, that is, but for tinyint(1).
    if (type.origin == TypeOrigin::inferred) return type.type.kind != TypeKind::boolean;
    const Declaration declaration = split(declared);
    constexpr std::array<std::string_view, 4> bare{"numeric", "decimal", "dec", "number"};
    return declaration.arguments.empty() && std::ranges::find(bare, declaration.words) != bare.end();
}

}  // namespace roost::sqlite
