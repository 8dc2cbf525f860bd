#include "lib/archive/cell_decoder.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>
#include <optional>

#include "lib/archive/base64.hpp"
#include "lib/archive/json_text.hpp"
#include "lib/sql/value_parse.hpp"

namespace roost::archive {

namespace {

/// All of `text` as a number of that type, correctly rounded.
template <class Number>
bool parse(std::string_view text, Number& value) noexcept {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
}

/// A whole number of any size, as JSON spells numbers.
bool isWhole(std::string_view number) noexcept {
    return number.find_first_of(".eE") == std::string_view::npos;
}

bool storeText(CellKind kind, std::string_view text, Batch& batch, Cell& cell) {
    cell = Cell::view(kind, batch.store(text));
    return true;
}

bool decodeText(const DecodedColumn&, std::string_view text, Batch& batch, Cell& cell) {
    return storeText(CellKind::text, text, batch, cell);
}

bool decodeInteger(const DecodedColumn&, std::string_view text, Batch&, Cell& cell) {
    std::int64_t value = 0;
    if (!parse(text, value)) return false;
    cell = Cell::integer(value);
    return true;
}

bool decodeDouble(std::string_view text, Cell& cell) noexcept {
    double value = 0;
    if (!parse(text, value)) return false;
    cell = Cell::real(value);
    return true;
}

/// A number without point or exponent was an integer, unless it has more than 64 bits.
bool decodeFloat64(const DecodedColumn& column, std::string_view text, Batch& batch, Cell& cell) {
    return (isWhole(text) && decodeInteger(column, text, batch, cell)) || decodeDouble(text, cell);
}

bool decodeFloat32(const DecodedColumn& column, std::string_view text, Batch& batch, Cell& cell) {
    if (isWhole(text) && decodeInteger(column, text, batch, cell)) return true;
    float value = 0;
    if (!parse(text, value)) return decodeDouble(text, cell);
    cell = Cell::real(static_cast<double>(value));
    return true;
}

bool decodeDecimal(const DecodedColumn&, std::string_view text, Batch& batch, Cell& cell) {
    return isJsonNumber(text) && storeText(CellKind::decimal, text, batch, cell);
}

/// SQLite has no decimals: it holds integers and reals in such a column.
bool decodeSqliteDecimal(const DecodedColumn& column, std::string_view text, Batch& batch, Cell& cell) {
    return decodeFloat64(column, text, batch, cell) || decodeDecimal(column, text, batch, cell);
}

bool decodeBase64Bytes(const DecodedColumn&, std::string_view text, Batch& batch, Cell& cell) {
    return decodeBytes(CellKind::bytes, text, batch, cell);
}

bool decodeUuid(const DecodedColumn&, std::string_view text, Batch& batch, Cell& cell) {
    const auto bytes = sql::parseUuid(text);
    if (!bytes) return false;
    const std::span<char> stored = batch.allocate(bytes->size());
    std::memcpy(stored.data(), bytes->data(), bytes->size());
    cell = Cell::view(CellKind::uuid, {stored.data(), stored.size()});
    return true;
}

bool decodeDate(const DecodedColumn&, std::string_view text, Batch&, Cell& cell) {
    const auto days = sql::parseDate(text);
    if (!days) return false;
    cell = Cell::date(*days);
    return true;
}

bool decodeTime(const DecodedColumn&, std::string_view text, Batch&, Cell& cell) {
    const auto time = sql::parseTime(text);
    if (!time || time->truncated) return false;
    cell = Cell::time(time->value);
    return true;
}

/// Go's time.Time{}, as its JSON has it.
bool isZeroTime(std::string_view text) noexcept {
    return text == "0001-01-01T00:00:00Z" || text == "0001-01-01T00:00:00+00:00";
}

bool isInfinity(std::string_view text) noexcept { return text == "infinity" || text == "-infinity"; }

bool decodeTimestamp(const DecodedColumn& column, std::string_view text, Batch&, Cell& cell) {
    if (column.zeroTimeIsNull && isZeroTime(text)) return true;
    const auto time = sql::parseTimestamp(text, column.withZone);
    if (!time || time->truncated || time->hasOffset != column.withZone) return false;
    cell = Cell::timestamp(time->value);
    return true;
}

constexpr std::size_t separatorAt = 10;  // of YYYY-MM-DDTHH:MM:SS
constexpr std::size_t plainBytes = 19;
constexpr std::string_view utcOffset = "+00:00";

/// The text that a database keeps a time as: see docs/archive-format.md, "Times".
bool decodeTimeText(const DecodedColumn& column, std::string_view text, Batch& batch, Cell& cell) {
    if (column.zeroTimeIsNull && isZeroTime(text)) return true;
    const bool spelled = text.size() >= plainBytes && column.spelling.size() >= plainBytes;
    if (!spelled) return storeText(CellKind::text, text, batch, cell);
    std::string_view tail;
    if (text.back() == 'Z' && (column.spelling.size() == plainBytes || column.utcIsOffset)) {
        text.remove_suffix(1);
        if (column.spelling.size() != plainBytes) tail = utcOffset;
    }
    const std::span<char> stored = batch.allocate(text.size() + tail.size());
    std::memcpy(stored.data(), text.data(), text.size());
    std::ranges::copy(tail, stored.data() + text.size());
    stored[separatorAt] = column.spelling[separatorAt];
    cell = Cell::view(CellKind::text, {stored.data(), stored.size()});
    return true;
}

bool decodeInterval(const DecodedColumn&, std::string_view text, Batch& batch, Cell& cell) {
    const auto interval = sql::parseInterval(text);
    if (!interval) return false;
    const std::span<char> stored = batch.allocate(sizeof(Interval));
    std::memcpy(stored.data(), &*interval, sizeof(Interval));
    cell = Cell::view(CellKind::interval, {stored.data(), stored.size()});
    return true;
}

bool decodeInfiniteDate(const DecodedColumn& column, std::string_view text, Batch& batch, Cell& cell) {
    return isInfinity(text) ? decodeDate(column, text, batch, cell) : decodeText(column, text, batch, cell);
}

bool decodeInfiniteTimestamp(const DecodedColumn& column, std::string_view text, Batch& batch, Cell& cell) {
    if (!isInfinity(text)) return decodeText(column, text, batch, cell);
    cell = Cell::timestamp(text.front() == '-' ? negativeInfinity : positiveInfinity);
    return true;
}

bool decodeTaggedReal(const DecodedColumn&, std::string_view text, Batch&, Cell& cell) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (text == "NaN")
        cell = Cell::real(std::numeric_limits<double>::quiet_NaN());
    else if (text == "Infinity")
        cell = Cell::real(infinity);
    else if (text == "-Infinity")
        cell = Cell::real(-infinity);
    else
        return isJsonNumber(text) && decodeDouble(text, cell);
    return true;
}

/// PostgreSQL's numeric has these, too.
bool decodeDecimalName(const DecodedColumn& column, std::string_view text, Batch& batch, Cell& cell) {
    if (text == "NaN" || text == "Infinity" || text == "-Infinity")
        return storeText(CellKind::decimal, text, batch, cell);
    return decodeTaggedReal(column, text, batch, cell);
}

/// Columns whose values have kinds of their own in most databases.
CellDecoder typedDecoder(TypeKind kind) noexcept {
    CellDecoder decoder;
    decoder.taggedReal = decodeTaggedReal;
    switch (kind) {
        case TypeKind::uuid:
            decoder.string = decodeUuid;
            break;
        case TypeKind::date:
            decoder.string = decodeDate;
            decoder.taggedText = decodeInfiniteDate;
            break;
        case TypeKind::time:
            decoder.string = decodeTime;
            break;
        case TypeKind::timestamp:
            decoder.string = decodeTimestamp;
            decoder.taggedText = decodeInfiniteTimestamp;
            break;
        case TypeKind::interval:
            decoder.string = decodeInterval;
            break;
        case TypeKind::decimal:
            decoder.string = decodeDecimal;
            decoder.number = decodeDecimal;
            decoder.taggedReal = decodeDecimalName;
            break;
        default:
            break;
    }
    return decoder;
}

/// The same columns where the database keeps text (and numbers of its own kinds).
CellDecoder textDecoder(TypeKind kind) noexcept {
    CellDecoder decoder;
    decoder.taggedReal = decodeTaggedReal;
    decoder.string = kind == TypeKind::timestamp ? decodeTimeText : decodeText;
    if (kind == TypeKind::decimal) {
        decoder.string = decodeDecimal;
        decoder.number = decodeSqliteDecimal;
    }
    return decoder;
}

std::string_view expectedFor(const LogicalType& type) noexcept {
    switch (type.kind) {
        case TypeKind::boolean:
            return "true or false";
        case TypeKind::int16:
        case TypeKind::int32:
        case TypeKind::int64:
            return "a whole number of 64 bits";
        case TypeKind::float32:
        case TypeKind::float64:
        case TypeKind::decimal:
            return "a number";
        case TypeKind::bytes:
            return "base64";
        case TypeKind::uuid:
            return "a uuid";
        case TypeKind::date:
            return "a date like 2026-01-31";
        case TypeKind::time:
            return "a time like 12:34:56.789";
        case TypeKind::timestamp:
            return type.withZone ? "a time like 2026-01-31T12:34:56.789Z"
                                 : "a time like 2026-01-31T12:34:56.789 without an offset";
        case TypeKind::interval:
            return "an interval like P1DT2H";
        case TypeKind::array:
            return "a list";
        default:
            return "text";
    }
}

}  // namespace

bool keepsText(const Column& column, std::string_view dialect) noexcept {
    if (dialect == "sqlite") return true;
    // PostgreSQL lets a type be set for text, and for a timestamp whether it is an instant.
    return column.typeOrigin == TypeOrigin::set &&
           !(column.type.kind == TypeKind::timestamp && column.nativeType.starts_with("timestamp"));
}

CellDecoder decoderFor(const Column& column, std::string_view dialect) noexcept {
    const TypeKind kind = column.type.kind;
    CellDecoder decoder;
    decoder.taggedReal = decodeTaggedReal;
    switch (kind) {
        case TypeKind::boolean:
            decoder.integerBooleans = dialect == "sqlite";
            break;
        case TypeKind::int16:
        case TypeKind::int32:
        case TypeKind::int64:
            decoder.number = decodeInteger;
            break;
        case TypeKind::float32:
            decoder.number = decodeFloat32;
            break;
        case TypeKind::float64:
            decoder.number = decodeFloat64;
            break;
        case TypeKind::bytes:
            decoder.string = decodeBase64Bytes;
            break;
        case TypeKind::array:
            decoder.lists = true;
            break;
        case TypeKind::text:
        case TypeKind::json:
        case TypeKind::enumeration:
        case TypeKind::other:
            decoder.string = decodeText;
            // A type that was guessed for values of several kinds.
            if (column.optional) decoder.number = decodeFloat64;
            break;
        default:
            decoder = keepsText(column, dialect) ? textDecoder(kind) : typedDecoder(kind);
    }
    decoder.expected = expectedFor(column.type);
    return decoder;
}

bool decodeTaggedInteger(std::string_view text, Cell& cell) noexcept {
    std::int64_t value = 0;
    if (!parse(text, value)) return false;
    cell = Cell::integer(value);
    return true;
}

bool decodeBytes(CellKind kind, std::string_view text, Batch& batch, Cell& cell) {
    const std::optional<std::size_t> size = base64Size(text);
    if (!size) return false;
    const std::span<char> stored = batch.allocate(*size);
    if (!decodeBase64(text, stored.data())) return false;
    cell = Cell::view(kind, {stored.data(), stored.size()});
    return true;
}

}  // namespace roost::archive
