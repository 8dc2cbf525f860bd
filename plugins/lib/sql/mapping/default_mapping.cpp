#include "lib/sql/mapping/default_mapping.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

#include "lib/sql/mapping/expression_parser.hpp"
#include "lib/sql/mapping/expression_translation.hpp"
#include "lib/sql/mapping/known_calls.hpp"
#include "lib/sql/mapping/literals.hpp"
#include "lib/sql/mapping/native_types.hpp"
#include "lib/sql/quoting.hpp"

namespace roost::sql::mapping {

namespace {

using Kind = Expression::Kind;

constexpr std::array<std::string_view, 6> timestampFormats{timestampFormat,      "%Y-%m-%d %H:%M:%f",
                                                           "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%fZ",
                                                           "%Y-%m-%dT%H:%M:%S",  "%Y-%m-%dT%H:%M:%f"};

bool isMoment(Kind kind) noexcept {
    return kind == Kind::current || kind == Kind::localNow || kind == Kind::unixNow;
}

/// 'now'::text::date, which PostgreSQL reads anew for each row.
bool isNow(const Expression& value) {
    return value.kind == Kind::cast && kindOfTypeName(value.text) == ValueKind::text &&
           value.parts.front().kind == Kind::string && value.parts.front().text == "now";
}

/// Without casts that say again what the column is: now()::date, floor(...)::bigint.
Expression moment(const Expression& value) {
    if (value.kind != Kind::cast) return value;
    if (isNow(value.parts.front()) && isTime(kindOfTypeName(value.text)))
        return moment(makeExpression(Kind::cast, value.text, {makeExpression(Kind::localNow, "TIMESTAMP")}));
    Expression inner = moment(value.parts.front());
    const ValueKind wanted = kindOfTypeName(value.text);
    if (inner.kind == Kind::unixNow && wanted == ValueKind::integer) return inner;
    if (wanted != ValueKind::date && wanted != ValueKind::time)
        return isMoment(inner.kind) && isTime(wanted) ? inner : value;
    if (inner.kind == Kind::current)
        inner.text = wanted == ValueKind::date ? dateFormat : timeFormat;
    else if (inner.kind == Kind::localNow)
        inner.text = wanted == ValueKind::date ? "DATE" : "TIME";
    else
        return value;
    return inner;
}

[[noreturn]] void refuseMoment(ValueKind kind) {
    throw NotTranslatable("the moment is no value for " + std::string(describe(kind)));
}

std::string unixSeconds(ValueKind kind, Dialect target) {
    if (!isNumeric(kind)) refuseMoment(kind);
    return target == Dialect::sqlite ? "(CAST(strftime('%s', 'now') AS INTEGER))"
                                     : "(floor(extract(epoch FROM now()))::bigint)";
}

std::string momentForPostgresql(const Expression& value, ValueKind kind) {
    if (value.kind == Kind::unixNow) return unixSeconds(kind, Dialect::postgresql);
    const bool whole = std::ranges::find(timestampFormats, value.text) != timestampFormats.end();
    if (kind == ValueKind::instant && whole) return "CURRENT_TIMESTAMP";
    if (kind == ValueKind::timestamp && whole) return "(now() AT TIME ZONE 'utc')";
    if (kind == ValueKind::date && value.text == dateFormat) return "((now() AT TIME ZONE 'utc')::date)";
    if (kind == ValueKind::time && value.text == timeFormat) return "((now() AT TIME ZONE 'utc')::time)";
    if (kind != ValueKind::text) refuseMoment(kind);
    return "to_char((now() AT TIME ZONE 'utc'), " + quoteLiteral(toCharPattern(value.text)) + ")";
}

std::string momentForSqlite(const Expression& value, ValueKind kind) {
    if (value.kind == Kind::unixNow) return unixSeconds(kind, Dialect::sqlite);
    const bool local = value.kind == Kind::localNow;
    if (kind == ValueKind::instant || kind == ValueKind::timestamp) {
        if (local ? value.text != "TIMESTAMP" : value.text != timestampFormat) refuseMoment(kind);
        return "CURRENT_TIMESTAMP";
    }
    if (kind == ValueKind::date && (local ? value.text != "TIME" : value.text == dateFormat))
        return "CURRENT_DATE";
    if (kind == ValueKind::time && (local ? value.text == "TIME" : value.text == timeFormat))
        return "CURRENT_TIME";
    if (kind != ValueKind::text || local) refuseMoment(kind);
    return value.text == timestampFormat ? "CURRENT_TIMESTAMP"
                                         : "(strftime(" + quoteLiteral(value.text) + ", 'now'))";
}

std::size_t characters(std::string_view text) noexcept {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// The type's own limits, which PostgreSQL checks when a row comes.
void requireRoom(const Expression& literal, const LogicalType& type) {
    if (type.kind == TypeKind::text && type.precision > 0 && literal.kind == Kind::string &&
        characters(literal.text) > type.precision)
        throw NotTranslatable("'" + literal.text + "' is longer than " + format(type));
    const bool small = type.kind == TypeKind::int16 || type.kind == TypeKind::int32;
    if (!small || !isWholeNumber(literal.text)) return;
    std::int64_t value = 0;
    std::from_chars(literal.text.data(), literal.text.data() + literal.text.size(), value);
    const std::int64_t most = type.kind == TypeKind::int16 ? std::numeric_limits<std::int16_t>::max()
                                                           : std::numeric_limits<std::int32_t>::max();
    if (value > most || value < -most - 1)
        throw NotTranslatable(literal.text + " is out of range for " + format(type));
}

/// A number of SQLite's own that has the very digits: few enough for a double, and no zeros behind them that
/// a decimal without a scale would keep.
bool isPlainNumber(std::string_view digits, const LogicalType& type) {
    constexpr std::size_t digitsOfDouble = 15;
    const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    const bool fits = static_cast<std::size_t>(std::ranges::count_if(digits, isDigit)) <= digitsOfDouble &&
                      std::ranges::all_of(digits, [&](char c) { return isDigit(c) || c == '.' || c == '-'; });
    const bool padded = type.scale < 0 && digits.find('.') != std::string_view::npos && digits.back() == '0';
    return fits && !padded;
}

}  // namespace

Expression parseDefault(std::string_view sql, Dialect from) {
    Expression value = parseExpression(sql, from);
    if (from == Dialect::sqlite && value.kind == Kind::column)
        value = makeExpression(Kind::string, value.text);
    Expression now = moment(value);
    return isMoment(now.kind) ? now : withoutConstantCasts(value);
}

std::optional<std::string> translateDefault(const Expression& value, const LogicalType& type,
                                            Dialect target) {
    if (value.kind == Kind::null) return std::nullopt;
    if (type.kind == TypeKind::interval)
        throw NotTranslatable("constants of its type are spelled differently");
    const bool ownText = type.kind == TypeKind::other || type.kind == TypeKind::array;
    const ValueKind kind = ownText ? ValueKind::text : valueKind(type);
    // A column of whole numbers rounds the seconds, which extract() gives with a fraction.
    if (value.kind == Kind::call && value.text == "epoch" && kind == ValueKind::integer)
        return unixSeconds(kind, target);
    if (isMoment(value.kind))
        return target == Dialect::sqlite ? momentForSqlite(value, kind) : momentForPostgresql(value, kind);
    if (value.isLiteral()) {
        requireRoom(value, type);
        std::string literal = literalAs(value, kind, target);
        const bool digits =
            target == Dialect::sqlite && isDecimalAsText(type) && !isPlainNumber(literal, type);
        return digits ? quoteLiteral(literal) : literal;
    }
    const TranslatedExpression translated = translate(value, {}, target);
    if (translated.kind != kind || (target == Dialect::sqlite && isDecimalAsText(type)))
        throw NotTranslatable("it gives " + std::string(describe(translated.kind)));
    return "(" + translated.sql + ")";
}

}  // namespace roost::sql::mapping
