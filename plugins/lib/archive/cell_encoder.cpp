#include "lib/archive/cell_encoder.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "lib/archive/array_literal.hpp"
#include "lib/archive/json_text.hpp"
#include "lib/sql/time_text.hpp"
#include "lib/sql/value_text.hpp"

namespace roost::archive {

namespace {

/// The digits that every double can hold.
constexpr std::size_t mostExactDigits = 15;

void appendNull(TextBuffer& out) { out.append("null"); }
void appendBoolean(TextBuffer& out, bool value) { out.append(value ? "true" : "false"); }

void appendInteger(TextBuffer& out, std::int64_t value) {
    out.advance(writeInteger(out.room(longestNumber), value));
}

std::string_view nameOfNonFinite(double value) noexcept {
    if (std::isnan(value)) return "NaN";
    return value > 0 ? "Infinity" : "-Infinity";
}

/// {"$tag":"text"}, for text that needs no escapes.
void appendTag(TextBuffer& out, std::string_view tag, std::string_view text) {
    out.append("{\"$");
    out.append(tag);
    out.append("\":\"");
    out.append(text);
    out.append("\"}");
}

void appendTaggedReal(TextBuffer& out, double value) {
    if (!std::isfinite(value)) return appendTag(out, "real", nameOfNonFinite(value));
    std::array<char, longestNumber> digits{};
    const char* const end = writeReal(digits.data(), value);
    appendTag(out, "real", {digits.data(), static_cast<std::size_t>(end - digits.data())});
}

void appendTaggedText(TextBuffer& out, std::string_view text) {
    if (!isUtf8(text)) return appendText(out, text);  // which tags it by itself
    out.append("{\"$text\":");
    appendText(out, text);
    out.append('}');
}

void appendReal(TextBuffer& out, double value) {
    if (!std::isfinite(value)) return appendTag(out, "real", nameOfNonFinite(value));
    out.advance(writeReal(out.room(longestNumber), value));
}

/// The text of a uuid, date, time, timestamp or interval cell, in a column of its own type or of text.
void appendValue(TextBuffer& out, const Cell& cell, bool utc) {
    char* const begin = out.room(sql::longestValue + 2);
    *begin = '"';
    char* const end = sql::writeValue(begin + 1, cell, utc);
    *end = '"';
    out.advance(end + 1);
}

bool isInfinite(const Cell& cell) noexcept {
    return (cell.kind() == CellKind::date || cell.kind() == CellKind::timestamp) &&
           (cell.integer() == positiveInfinity || cell.integer() == negativeInfinity);
}

/// A cell that the type of its column does not hold: an object that tells what it is.
void appendTagged(TextBuffer& out, const ColumnTraits& column, const Cell& cell) {
    switch (cell.kind()) {
        case CellKind::null:
            return appendNull(out);
        case CellKind::boolean:
            return appendBoolean(out, cell.integer() != 0);
        case CellKind::integer: {
            std::array<char, longestNumber> digits{};
            const char* const end = writeInteger(digits.data(), cell.integer());
            return appendTag(out, "integer", {digits.data(), static_cast<std::size_t>(end - digits.data())});
        }
        case CellKind::real:
            return appendTaggedReal(out, cell.real());
        case CellKind::text:
        case CellKind::decimal:
            return appendTaggedText(out, cell.text());
        case CellKind::bytes:
            out.append("{\"$blob\":");
            appendBase64(out, cell.bytes());
            return out.append('}');
        default:
            out.append("{\"$text\":");
            appendValue(out, cell, column.utc);
            return out.append('}');
    }
}

void encodeBoolean(CellSink& out, const ColumnTraits& column, const Cell& cell) {
    const bool isNumber = cell.kind() == CellKind::integer && (cell.integer() == 0 || cell.integer() == 1);
    if (isNumber || cell.kind() == CellKind::boolean) return appendBoolean(out.text, cell.integer() != 0);
    appendTagged(out.text, column, cell);
}

void encodeInteger(CellSink& out, const ColumnTraits& column, const Cell& cell) {
    if (cell.kind() == CellKind::integer) return appendInteger(out.text, cell.integer());
    appendTagged(out.text, column, cell);
}

void encodeFloat64(CellSink& out, const ColumnTraits& column, const Cell& cell) {
    if (cell.kind() == CellKind::real) return appendReal(out.text, cell.real());
    if (cell.kind() == CellKind::integer) return appendInteger(out.text, cell.integer());
    appendTagged(out.text, column, cell);
}

void encodeFloat32(CellSink& out, const ColumnTraits& column, const Cell& cell) {
    if (cell.kind() != CellKind::real) return encodeFloat64(out, column, cell);
    if (std::abs(cell.real()) <= std::numeric_limits<float>::max()) {
        const auto single = static_cast<float>(cell.real());
        // Compared by bits: -0.0 is not 0.0.
        if (std::bit_cast<std::uint64_t>(static_cast<double>(single)) ==
            std::bit_cast<std::uint64_t>(cell.real()))
            return out.text.advance(writeReal(out.text.room(longestNumber), single));
    }
    // SQLite may hold a double here. Its digits could be those of another single, so it is told apart.
    appendTaggedReal(out.text, cell.real());
}

void appendDecimal(TextBuffer& out, std::string_view digits) {
    if (digits == "NaN" || digits == "Infinity" || digits == "-Infinity")
        return appendTag(out, "real", digits);
    if (significantDigits(digits) <= mostExactDigits && isJsonNumber(digits)) return out.append(digits);
    if (isJsonNumber(digits)) return appendText(out, digits);
    appendTaggedText(out, digits);
}

void encodeDecimal(CellSink& out, const ColumnTraits& column, const Cell& cell) {
    if (cell.kind() == CellKind::decimal) return appendDecimal(out.text, cell.text());
    encodeFloat64(out, column, cell);
}

/// Text, enumerations and types without a logical counterpart: what has a text form is that text.
void encodeText(CellSink& out, const ColumnTraits& column, const Cell& cell) {
    switch (cell.kind()) {
        case CellKind::text:
        case CellKind::decimal:
            return appendText(out.text, cell.text());
        case CellKind::uuid:
        case CellKind::date:
        case CellKind::time:
        case CellKind::timestamp:
        case CellKind::interval:
            return appendValue(out.text, cell, column.utc);
        default:
            return appendTagged(out.text, column, cell);
    }
}

void encodeBytes(CellSink& out, const ColumnTraits& column, const Cell& cell) {
    if (cell.kind() == CellKind::bytes) return appendBase64(out.text, cell.bytes());
    appendTagged(out.text, column, cell);
}

void encodeUuid(CellSink& out, const ColumnTraits& column, const Cell& cell) {
    if (cell.kind() == CellKind::uuid) return appendValue(out.text, cell, false);
    if (cell.kind() == CellKind::text) {
        if (sql::isCanonicalUuid(cell.text())) return appendText(out.text, cell.text());
        if (const std::string canonical = sql::canonicalUuid(cell.text()); !canonical.empty()) {
            appendText(out.text, canonical);
            out.exact = cell.text();
            out.hasExact = true;
            return;
        }
    }
    appendTagged(out.text, column, cell);
}

void encodeDate(CellSink& out, const ColumnTraits& column, const Cell& cell) {
    if (cell.kind() == CellKind::date && !isInfinite(cell)) return appendValue(out.text, cell, false);
    if (cell.kind() == CellKind::text && sql::isIsoDate(cell.text()))
        return appendText(out.text, cell.text());
    appendTagged(out.text, column, cell);
}

void encodeTime(CellSink& out, const ColumnTraits& column, const Cell& cell) {
    if (cell.kind() == CellKind::time) return appendValue(out.text, cell, false);
    if (cell.kind() == CellKind::text && sql::isIsoTime(cell.text()))
        return appendText(out.text, cell.text());
    appendTagged(out.text, column, cell);
}

constexpr std::size_t separatorAt = 10;  // of YYYY-MM-DD HH:MM:SS
constexpr std::size_t plainSpellingBytes = 19;

/// Text in one of the four spellings, as most of it is: only the separator and the "Z" differ from RFC 3339.
void appendSpelledTime(CellSink& out, const ColumnTraits& column, std::string_view text,
                       std::string_view spelling) {
    const bool assumed = column.utc && spelling.size() == plainSpellingBytes;
    char* at = out.text.room(text.size() + 3);
    *at++ = '"';
    std::memcpy(at, text.data(), text.size());
    at[separatorAt] = 'T';
    at += text.size();
    if (assumed) *at++ = 'Z';
    *at++ = '"';
    out.text.advance(at);
}

void encodeTimeText(CellSink& out, const ColumnTraits& column, const Cell& cell) {
    const std::string_view text = cell.text();
    const std::string_view spelling = sql::spellingOf(text);
    if (!spelling.empty() && spelling == column.spelling && text.size() < TextBuffer::mostRoom / 2)
        return appendSpelledTime(out, column, text, spelling);
    const std::optional<std::string> rfc3339 = sql::toRfc3339(text, column.utc);
    if (!rfc3339) return appendTagged(out.text, column, cell);
    appendText(out.text, *rfc3339);
    if (sql::fromRfc3339(*rfc3339, column.spelling) == text) return;
    out.exact = text;
    out.hasExact = true;
}

void encodeTimestamp(CellSink& out, const ColumnTraits& column, const Cell& cell) {
    if (cell.kind() == CellKind::timestamp && !isInfinite(cell))
        return appendValue(out.text, cell, column.utc);
    if (cell.kind() == CellKind::text) return encodeTimeText(out, column, cell);
    appendTagged(out.text, column, cell);
}

void encodeInterval(CellSink& out, const ColumnTraits& column, const Cell& cell) {
    if (cell.kind() == CellKind::interval) return appendValue(out.text, cell, false);
    appendTagged(out.text, column, cell);
}

void encodeJson(CellSink& out, const ColumnTraits& column, const Cell& cell) {
    if (cell.kind() == CellKind::text) return appendText(out.text, cell.text());
    appendTagged(out.text, column, cell);
}

void encodeArray(CellSink& out, const ColumnTraits& column, const Cell& cell) {
    if (cell.kind() == CellKind::text && appendArray(out.text, cell.text(), column.element)) return;
    appendTagged(out.text, column, cell);
}

}  // namespace

EncodeCell encoderFor(const LogicalType& type) noexcept {
    switch (type.kind) {
        case TypeKind::boolean:
            return encodeBoolean;
        case TypeKind::int16:
        case TypeKind::int32:
        case TypeKind::int64:
            return encodeInteger;
        case TypeKind::float32:
            return encodeFloat32;
        case TypeKind::float64:
            return encodeFloat64;
        case TypeKind::decimal:
            return encodeDecimal;
        case TypeKind::bytes:
            return encodeBytes;
        case TypeKind::uuid:
            return encodeUuid;
        case TypeKind::date:
            return encodeDate;
        case TypeKind::time:
            return encodeTime;
        case TypeKind::timestamp:
            return encodeTimestamp;
        case TypeKind::interval:
            return encodeInterval;
        case TypeKind::json:
            return encodeJson;
        case TypeKind::array:
            return encodeArray;
        case TypeKind::text:
        case TypeKind::enumeration:
        case TypeKind::other:
            break;
    }
    return encodeText;
}

std::string plainText(const LogicalType& type, const Cell& cell) {
    switch (cell.kind()) {
        case CellKind::null:
            return {};
        case CellKind::text:
            if (type.kind == TypeKind::uuid)
                if (std::string canonical = sql::canonicalUuid(cell.text()); !canonical.empty())
                    return canonical;
            return std::string(cell.text());
        case CellKind::decimal:
        case CellKind::bytes:
            return std::string(cell.text());
        case CellKind::boolean:
        case CellKind::integer:
            return std::to_string(cell.integer());
        case CellKind::real: {
            if (!std::isfinite(cell.real())) return std::string(nameOfNonFinite(cell.real()));
            std::array<char, longestNumber> digits{};
            return {digits.data(), writeReal(digits.data(), cell.real())};
        }
        default: {
            std::array<char, sql::longestValue> text{};
            return {text.data(), sql::writeValue(text.data(), cell, type.withZone)};
        }
    }
}

}  // namespace roost::archive
