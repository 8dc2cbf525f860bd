#include "lib/sql/mapping/literals.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>

#include "lib/sql/mapping/json_syntax.hpp"
#include "lib/sql/quoting.hpp"
#include "lib/sql/time_text.hpp"
#include "lib/sql/value_parse.hpp"

namespace roost::sql::mapping {

namespace {

using Kind = Expression::Kind;

std::string lowered(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

bool isNumber(std::string_view text) noexcept {
    if (text.empty() || std::isalpha(static_cast<unsigned char>(text.back())) != 0) return false;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
}

[[noreturn]] void refuse(const Expression& literal, ValueKind kind) {
    throw NotTranslatable("'" + literal.text + "' is not " + std::string(describe(kind)));
}

std::string booleanLiteral(const Expression& literal) {
    constexpr std::array<std::string_view, 3> yes{"true", "t", "1"};
    constexpr std::array<std::string_view, 3> no{"false", "f", "0"};
    const std::string word = literal.kind == Kind::blob ? std::string() : lowered(literal.text);
    if (std::ranges::find(yes, word) != yes.end()) return "true";
    if (std::ranges::find(no, word) != no.end()) return "false";
    refuse(literal, ValueKind::boolean);
}

std::string numberLiteral(const Expression& literal, ValueKind kind) {
    if (literal.kind == Kind::boolean) return literal.text == "true" ? "1" : "0";
    const bool fits = kind == ValueKind::integer ? isWholeNumber(literal.text) : isNumber(literal.text);
    if (literal.kind == Kind::blob || !fits) refuse(literal, kind);
    return literal.text;
}

std::string textLiteral(const Expression& literal) {
    if (literal.kind == Kind::boolean) return literal.text == "true" ? "'1'" : "'0'";
    const bool canonical =
        literal.kind == Kind::string || (isWholeNumber(literal.text) && literal.text != "-0");
    if (literal.kind == Kind::blob || !canonical) refuse(literal, ValueKind::text);
    return quoteLiteral(literal.text);
}

std::string bytesLiteral(const Expression& literal, Dialect target) {
    std::string digits = literal.text;
    if (literal.kind == Kind::string) {
        constexpr std::string_view hexadecimal = "0123456789abcdef";
        digits.clear();
        for (const char c : literal.text) {
            digits += hexadecimal[static_cast<unsigned char>(c) >> 4U];
            digits += hexadecimal[static_cast<unsigned char>(c) & 15U];
        }
    } else if (literal.kind != Kind::blob) {
        refuse(literal, ValueKind::bytes);
    }
    return target == Dialect::sqlite ? "x'" + digits + "'" : "'\\x" + digits + "'::bytea";
}

/// A time as a database writes it. An instant gets an offset with minutes, UTC's where it has none.
std::string timeLiteral(const Expression& literal, ValueKind kind) {
    std::string text = literal.text;
    bool valid = literal.kind == Kind::string;
    if (kind == ValueKind::date) {
        valid = valid && isIsoDate(text);
    } else if (kind == ValueKind::time) {
        valid = valid && isIsoTime(text);
    } else if (valid) {
        const std::size_t sign = text.size() < 3 ? 0 : text.size() - 3;
        const bool hours = text.size() > 19 && (text[sign] == '+' || text[sign] == '-');
        if (hours) text += ":00";
        const auto parsed = parseTimestamp(text, kind == ValueKind::instant);
        valid = parsed && !parsed->truncated && text.size() >= 10 &&
                (kind == ValueKind::instant || !parsed->hasOffset);
        if (valid && kind == ValueKind::instant && !parsed->hasOffset)
            text += text.size() == 10 ? " 00:00:00+00:00" : "+00:00";
    }
    if (!valid) refuse(literal, kind);
    return quoteLiteral(text);
}

std::string uuidLiteral(const Expression& literal) {
    const bool hyphens = literal.kind == Kind::string && literal.text.size() == 36;
    if (!hyphens || !parseUuid(literal.text)) refuse(literal, ValueKind::uuid);
    return quoteLiteral(lowered(literal.text));
}

std::string jsonLiteral(const Expression& literal) {
    if (literal.kind != Kind::string || !isJson(literal.text)) refuse(literal, ValueKind::json);
    return quoteLiteral(literal.text);
}

/// The literal that a cast of another one gives; false where it would change it.
bool castLiteral(Expression& literal, ValueKind kind) {
    if (literal.kind == Kind::null) return true;
    if (literal.kind == Kind::boolean) return kind == ValueKind::boolean;
    if (literal.kind == Kind::blob) return kind == ValueKind::bytes;
    if (literal.kind == Kind::number)
        return kind == ValueKind::integer ? isWholeNumber(literal.text) : isNumeric(kind);
    if (isNumeric(kind)) {
        if (kind == ValueKind::integer ? !isWholeNumber(literal.text) : !isNumber(literal.text)) return false;
        literal.kind = Kind::number;
    } else if (kind == ValueKind::boolean) {
        literal = makeExpression(Kind::boolean, booleanLiteral(literal));
    } else if (kind == ValueKind::bytes) {
        if (!literal.text.starts_with("\\x")) return false;
        literal = makeExpression(Kind::blob, literal.text.substr(2));
    }
    return true;
}

constexpr auto typeNames = std::to_array<std::pair<std::string_view, ValueKind>>({
    {"boolean", ValueKind::boolean},
    {"bool", ValueKind::boolean},
    {"smallint", ValueKind::integer},
    {"integer", ValueKind::integer},
    {"int", ValueKind::integer},
    {"bigint", ValueKind::integer},
    {"real", ValueKind::real},
    {"double precision", ValueKind::real},
    {"numeric", ValueKind::decimal},
    {"decimal", ValueKind::decimal},
    {"text", ValueKind::text},
    {"character varying", ValueKind::text},
    {"varchar", ValueKind::text},
    {"character", ValueKind::text},
    {"bpchar", ValueKind::text},
    {"name", ValueKind::text},
    {"bytea", ValueKind::bytes},
    {"blob", ValueKind::bytes},
    {"uuid", ValueKind::uuid},
    {"date", ValueKind::date},
    {"time without time zone", ValueKind::time},
    {"timestamp without time zone", ValueKind::timestamp},
    {"timestamp with time zone", ValueKind::instant},
    {"json", ValueKind::json},
    {"jsonb", ValueKind::json},
});

}  // namespace

bool isWholeNumber(std::string_view text) noexcept {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return !text.empty() && error == std::errc{} && end == text.data() + text.size();
}

ValueKind kindOfTypeName(std::string_view type) noexcept {
    std::string words(type.substr(0, type.find('(')));
    // timestamp(3) without time zone
    if (const auto close = type.find(')'); close != std::string_view::npos) words += type.substr(close + 1);
    const auto* found =
        std::ranges::find(typeNames, std::string_view(words), &std::pair<std::string_view, ValueKind>::first);
    return found == typeNames.end() ? ValueKind::other : found->second;
}

Expression withoutConstantCasts(const Expression& expression) {
    if (expression.kind != Kind::cast) return expression;
    Expression inner = withoutConstantCasts(expression.parts.front());
    return inner.isLiteral() && castLiteral(inner, kindOfTypeName(expression.text)) ? inner : expression;
}

std::string literalAs(const Expression& literal, ValueKind kind, Dialect target) {
    if (literal.kind == Kind::null) return "NULL";
    switch (kind) {
        case ValueKind::boolean:
            return booleanLiteral(literal);
        case ValueKind::integer:
        case ValueKind::real:
        case ValueKind::decimal:
            return numberLiteral(literal, kind);
        case ValueKind::text:
            return textLiteral(literal);
        case ValueKind::bytes:
            return bytesLiteral(literal, target);
        case ValueKind::uuid:
            return uuidLiteral(literal);
        case ValueKind::date:
        case ValueKind::time:
        case ValueKind::timestamp:
        case ValueKind::instant:
            return timeLiteral(literal, kind);
        case ValueKind::json:
            return jsonLiteral(literal);
        case ValueKind::null:
        case ValueKind::other:
            break;
    }
    refuse(literal, kind);
}

}  // namespace roost::sql::mapping
