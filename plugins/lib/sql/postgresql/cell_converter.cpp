#include "lib/sql/postgresql/cell_converter.hpp"

#include <charconv>
#include <cmath>
#include <limits>

#include "lib/sql/calendar.hpp"
#include "lib/sql/numeric_time.hpp"
#include "lib/sql/postgresql/text_check.hpp"
#include "lib/sql/value_text.hpp"

namespace roost::sql::postgresql {

namespace {

/// What the server's types reach (src/include/datatype/timestamp.h), counted from 2000-01-01.
constexpr std::int64_t firstDay = -2'451'545;
constexpr std::int64_t dayAfterLast = 2'145'031'949;
constexpr std::int64_t firstMicrosecond = -211'813'488'000'000'000;
constexpr std::int64_t microsecondAfterLast = 9'223'371'331'200'000'000;
constexpr std::int64_t microsecondsADay = 86'400'000'000;
constexpr std::size_t longestName = 63;

BadValue wrongType(const TargetColumn& column) { return BadValue("it is no " + column.typeName); }
BadValue outOfRange(const TargetColumn& column) {
    return BadValue("it is out of range for " + column.typeName);
}

bool isNumber(const Cell& cell) noexcept {
    return cell.kind() == CellKind::integer || cell.kind() == CellKind::real;
}

bool equalsWord(std::string_view text, std::string_view lower) noexcept {
    if (text.size() != lower.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] | 32) : text[i];
        if (c != lower[i]) return false;
    }
    return true;
}

bool isInfinite(std::int64_t time) noexcept { return time == positiveInfinity || time == negativeInfinity; }

/// The integral value of a double; nothing where it has a fraction or doesn't fit.
std::optional<std::int64_t> wholeNumber(double value) noexcept {
    constexpr double limit = 9'223'372'036'854'775'808.0;
    if (!(value >= -limit && value < limit) || std::trunc(value) != value) return std::nullopt;
    return static_cast<std::int64_t>(value);
}

/// Whether the double says all that the digits say: written with as many digits, it reads the same.
bool saysTheSame(double value, const Decimal& decimal) {
    if (decimal.kind != DecimalKind::finite) return true;
    const std::string digits = significantDigits(decimal);
    constexpr std::size_t alwaysExact = 15;
    if (digits.empty()) return value == 0;
    if (!std::isfinite(value) || value == 0) return false;
    if (digits.size() <= alwaysExact) return true;
    std::array<char, 1200> written{};
    constexpr std::size_t most = 1000;
    if (digits.size() > most) return false;
    const auto end = std::to_chars(written.data(), written.data() + written.size(), value,
                                   std::chars_format::scientific, static_cast<int>(digits.size()) - 1)
                         .ptr;
    std::string scratch;
    const auto again =
        parseDecimal({written.data(), static_cast<std::size_t>(end - written.data())}, scratch);
    return again && significantDigits(*again) == digits;
}

std::optional<double> parseReal(std::string_view text) {
    std::string scratch;
    const auto decimal = parseDecimal(text, scratch);
    if (!decimal) return std::nullopt;
    if (text.starts_with('+')) text.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !saysTheSame(value, *decimal))
        return std::nullopt;
    return value;
}

/// True for text that names an offset other than UTC's.
bool namesOtherOffset(std::string_view text) noexcept {
    if (text.ends_with('Z') || text.ends_with('z')) return false;
    const std::size_t sign = text.find_last_of("+-");
    if (sign == std::string_view::npos) return false;
    return text.substr(sign + 1).find_first_not_of("0:") != std::string_view::npos;
}

}  // namespace

Value CellConverter::convert(const Cell& cell) {
    Value value;
    switch (column_.form) {
        case TargetForm::boolean:
            value.number = booleanOf(cell) ? 1 : 0;
            break;
        case TargetForm::int16:
            value.number = integerOf(cell, std::numeric_limits<std::int16_t>::min(),
                                     std::numeric_limits<std::int16_t>::max());
            break;
        case TargetForm::int32:
            value.number = integerOf(cell, std::numeric_limits<std::int32_t>::min(),
                                     std::numeric_limits<std::int32_t>::max());
            break;
        case TargetForm::int64:
            value.number = integerOf(cell, std::numeric_limits<std::int64_t>::min(),
                                     std::numeric_limits<std::int64_t>::max());
            break;
        case TargetForm::float32:
            value.real = singleOf(cell);
            break;
        case TargetForm::float64:
            value.real = realOf(cell);
            break;
        case TargetForm::numeric:
            value.decimal = decimalOf(cell);
            break;
        case TargetForm::money:
            value.number = moneyOf(cell);
            break;
        case TargetForm::text:
        case TargetForm::paddedText:
        case TargetForm::name:
        case TargetForm::json:
        case TargetForm::jsonb:
        case TargetForm::other:
            value.text = textOf(cell);
            break;
        case TargetForm::bytes:
            value.text = bytesOf(cell);
            break;
        case TargetForm::uuid:
            value.text = uuidOf(cell);
            break;
        case TargetForm::date:
            value.number = dateOf(cell);
            break;
        case TargetForm::time:
            value.number = timeOf(cell);
            break;
        case TargetForm::timestamp:
        case TargetForm::timestamptz:
            value.number = timestampOf(cell);
            break;
        case TargetForm::interval:
            value.interval = intervalOf(cell);
            break;
    }
    return value;
}

bool CellConverter::booleanOf(const Cell& cell) const {
    switch (cell.kind()) {
        case CellKind::boolean:
            return cell.integer() != 0;
        case CellKind::integer:
            if (cell.integer() == 0 || cell.integer() == 1) return cell.integer() == 1;
            break;
        case CellKind::real:
            if (cell.real() == 0 || cell.real() == 1) return cell.real() == 1;
            break;
        case CellKind::text:
        case CellKind::decimal: {
            const std::string_view text = cell.text();
            for (const std::string_view yes : {"t", "true", "1", "yes", "y", "on"})
                if (equalsWord(text, yes)) return true;
            for (const std::string_view no : {"f", "false", "0", "no", "n", "off"})
                if (equalsWord(text, no)) return false;
            break;
        }
        default:
            break;
    }
    throw wrongType(column_);
}

std::int64_t CellConverter::integerOf(const Cell& cell, std::int64_t lowest, std::int64_t highest) {
    std::optional<std::int64_t> value;
    switch (cell.kind()) {
        case CellKind::boolean:
        case CellKind::integer:
            value = cell.integer();
            break;
        case CellKind::real:
            if (!std::isfinite(cell.real()) || std::trunc(cell.real()) != cell.real())
                throw wrongType(column_);
            value = wholeNumber(cell.real());
            break;
        case CellKind::text:
        case CellKind::decimal: {
            const auto decimal = parseDecimal(cell.text(), scratch_);
            if (!decimal || decimal->kind != DecimalKind::finite || !decimal->fitsScale(0))
                throw wrongType(column_);
            value = asInteger(*decimal);
            break;
        }
        default:
            throw wrongType(column_);
    }
    if (!value || *value < lowest || *value > highest) throw outOfRange(column_);
    return *value;
}

double CellConverter::realOf(const Cell& cell) {
    switch (cell.kind()) {
        case CellKind::real:
            return cell.real();
        case CellKind::boolean:
        case CellKind::integer: {
            const auto value = static_cast<double>(cell.integer());
            if (wholeNumber(value) != cell.integer())
                throw BadValue("it has more digits than " + column_.typeName + " keeps");
            return value;
        }
        case CellKind::text:
        case CellKind::decimal: {
            if (const auto value = parseReal(cell.text())) return *value;
            if (!parseDecimal(cell.text(), scratch_)) throw wrongType(column_);
            throw BadValue("it has more digits than " + column_.typeName + " keeps, or is out of its range");
        }
        default:
            throw wrongType(column_);
    }
}

double CellConverter::singleOf(const Cell& cell) {
    const double value = realOf(cell);
    if (!std::isfinite(value)) return value;
    const auto single = static_cast<float>(value);
    if (!std::isfinite(single)) throw outOfRange(column_);
    if (static_cast<double>(single) == value) return value;
    // 226.53 is no sum of powers of two either way: it stays 226.53 where that is how the single one is
    // written.
    std::array<char, 32> digits{};
    const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), single).ptr;
    double again = 0;
    std::from_chars(digits.data(), end, again);
    if (again != value) throw BadValue("it has more digits than " + column_.typeName + " keeps");
    return static_cast<double>(single);
}

Decimal CellConverter::decimalOf(const Cell& cell) {
    std::string_view text;
    switch (cell.kind()) {
        case CellKind::text:
        case CellKind::decimal:
            text = cell.text();
            break;
        case CellKind::boolean:
        case CellKind::integer: {
            const char* end =
                std::to_chars(written_.data(), written_.data() + written_.size(), cell.integer()).ptr;
            text = {written_.data(), static_cast<std::size_t>(end - written_.data())};
            break;
        }
        case CellKind::real:
            text = shortest(cell.real());
            break;
        default:
            throw wrongType(column_);
    }
    const auto decimal = parseDecimal(text, scratch_);
    if (!decimal) throw wrongType(column_);
    if (column_.precision == 0 || decimal->kind == DecimalKind::notANumber) return *decimal;
    if (decimal->kind == DecimalKind::infinity) throw outOfRange(column_);
    if (!decimal->fitsScale(column_.scale))
        throw BadValue("it has more digits behind the point than " + column_.typeName + " keeps");
    const std::string_view fraction = decimal->fraction;
    // numeric(2,4) holds 0.0012: zeros behind the point count where the scale is the larger one.
    const int most = column_.precision - column_.scale;
    const bool fits = most >= 0
                          ? decimal->whole.size() <= static_cast<std::size_t>(most)
                          : decimal->whole.empty() &&
                                fraction.substr(0, static_cast<std::size_t>(-most)).find_first_not_of('0') ==
                                    std::string_view::npos;
    if (!fits) throw outOfRange(column_);
    return *decimal;
}

std::int64_t CellConverter::moneyOf(const Cell& cell) {
    Decimal decimal = decimalOf(cell);
    if (decimal.kind != DecimalKind::finite) throw wrongType(column_);
    if (!decimal.fitsScale(column_.moneyDigits))
        throw BadValue("it has more digits behind the point than " + column_.typeName + " keeps");
    std::string digits(decimal.whole);
    const auto places = static_cast<std::size_t>(column_.moneyDigits);
    digits += decimal.fraction.substr(0, places);
    digits.append(places - std::min(places, decimal.fraction.size()), '0');
    decimal.whole = digits;
    decimal.fraction = {};
    const auto units = asInteger(decimal);
    if (!units) throw outOfRange(column_);
    return *units;
}

std::string_view CellConverter::shortest(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    const char* end = std::to_chars(written_.data(), written_.data() + written_.size(), value).ptr;
    return {written_.data(), static_cast<std::size_t>(end - written_.data())};
}

std::string_view CellConverter::textOf(const Cell& cell) {
    switch (cell.kind()) {
        case CellKind::text:
        case CellKind::decimal:
            return checkedText(cell.text());
        case CellKind::boolean:
            return cell.integer() != 0 ? "true" : "false";
        case CellKind::integer: {
            const char* end =
                std::to_chars(written_.data(), written_.data() + written_.size(), cell.integer()).ptr;
            return checkedText({written_.data(), static_cast<std::size_t>(end - written_.data())});
        }
        case CellKind::real: {
            const std::string_view digits = shortest(cell.real());
            if (digits.find_first_of(".eNI") != std::string_view::npos) return checkedText(digits);
            scratch_.assign(digits).append(".0");  // as SQLite writes it: a real stays known as one
            return checkedText(scratch_);
        }
        case CellKind::null:
        case CellKind::bytes:
            throw wrongType(column_);
        case CellKind::uuid:
        case CellKind::date:
        case CellKind::time:
        case CellKind::timestamp:
        case CellKind::interval: {
            const char* end = writeValue(written_.data(), cell, sourceIsInstant_);
            return checkedText({written_.data(), static_cast<std::size_t>(end - written_.data())});
        }
    }
    throw wrongType(column_);
}

std::string_view CellConverter::checkedText(std::string_view text) const {
    TextCheck check{TextFault::none, text.size()};
    if (encoded_)
        check = checkText(text);
    else if (text.find('\0') != std::string_view::npos)
        check.fault = TextFault::nul;
    if (check.fault == TextFault::nul) throw BadValue("it holds a NUL byte, which PostgreSQL's text can't");
    if (check.fault == TextFault::notUtf8) throw BadValue("it is not UTF-8");
    if (column_.form == TargetForm::name && text.size() > longestName)
        throw BadValue("it is longer than the 63 bytes of a name");
    if (column_.characters == 0 || check.characters <= column_.characters) return text;
    // Blanks at the end are no part of a char(n).
    const std::size_t end = text.find_last_not_of(' ') + 1;
    if (column_.form == TargetForm::paddedText &&
        check.characters - (text.size() - end) <= column_.characters)
        return text.substr(0, end);
    throw BadValue("it has " + std::to_string(check.characters) + " characters, more than " +
                   column_.typeName + " takes");
}

std::string_view CellConverter::bytesOf(const Cell& cell) const {
    if (cell.kind() == CellKind::bytes || cell.kind() == CellKind::text || cell.kind() == CellKind::uuid)
        return cell.text();
    throw wrongType(column_);
}

std::string_view CellConverter::uuidOf(const Cell& cell) {
    constexpr std::size_t uuidBytes = 16;
    switch (cell.kind()) {
        case CellKind::uuid:
            return cell.text();
        case CellKind::bytes:
            if (cell.text().size() == uuidBytes) return cell.text();
            break;
        case CellKind::text:
            if (const auto bytes = parseUuid(cell.text())) {
                std::memcpy(written_.data(), bytes->data(), uuidBytes);
                return {written_.data(), uuidBytes};
            }
            break;
        default:
            break;
    }
    throw wrongType(column_);
}

ParsedTime CellConverter::timeOfNumber(const Cell& cell) const {
    if (numbersAre_ == NumericTime::none)
        throw BadValue(
            "it is no " + column_.typeName,
            "if it is a time, say at its source what the numbers are: 'infer: true' finds out, and "
            "'types' says it, such as {table.column: timestamptz as seconds}");
    const auto time = cell.kind() == CellKind::integer ? sql::timeOfNumber(cell.integer(), numbersAre_)
                                                       : sql::timeOfNumber(cell.real(), numbersAre_);
    if (!time && numbersAre_ == NumericTime::julianDay)
        throw BadValue("it is no Julian day, which go from 0 to the end of the year 9999");
    if (!time) throw outOfRange(column_);
    return *time;
}

/// Only a number that says no more than a day: its first moment or, as a whole Julian day, its noon.
std::int64_t CellConverter::dateOfNumber(const Cell& cell) const {
    constexpr std::int64_t noon = microsecondsADay / 2;
    const ParsedTime time = timeOfNumber(cell);
    std::int64_t rest = time.value % microsecondsADay;
    if (rest < 0) rest += microsecondsADay;
    const bool wholeDay = rest == noon && numbersAre_ == NumericTime::julianDay;
    if ((rest != 0 && !wholeDay) || time.truncated) {
        std::array<char, longestTimestamp> written{};
        char* const end = writeTimestamp(written.data(), time.value, true);
        throw BadValue("it is " + std::string(written.data(), end) + ", which is more than a date",
                       "say at its source, by 'types', that the column holds timestamps");
    }
    return (time.value - rest) / microsecondsADay;
}

std::int64_t CellConverter::dateOf(const Cell& cell) const {
    std::optional<std::int64_t> days;
    if (isNumber(cell)) {
        days = dateOfNumber(cell);
    } else if (cell.kind() == CellKind::date) {
        days = cell.integer();
    } else if (cell.kind() == CellKind::text || cell.kind() == CellKind::timestamp) {
        if (cell.kind() == CellKind::text) days = parseDate(cell.text());
        if (!days) {  // midnight of a day says the day
            const auto time = cell.kind() == CellKind::timestamp
                                  ? ParsedTime{cell.integer(), false, false}
                                  : parseTimestamp(cell.text(), false).value_or(ParsedTime{1, false, false});
            if (isInfinite(time.value))
                days = time.value;
            else if (time.value % microsecondsADay == 0 && !time.truncated)
                days = time.value / microsecondsADay;
        }
    }
    if (!days) throw wrongType(column_);
    if (!isInfinite(*days) && (*days < firstDay || *days >= dayAfterLast)) throw outOfRange(column_);
    return *days;
}

std::int64_t CellConverter::withoutLostDigits(std::int64_t microseconds, bool alreadyCut) {
    std::int64_t unit = 1;
    for (int digits = column_.fractionDigits; digits < 6; ++digits) unit *= 10;
    std::int64_t rest = isInfinite(microseconds) ? 0 : microseconds % unit;
    if (rest != 0 || alreadyCut) ++conversions_.cutFractions;
    // Towards the past, also before 2000: a value never moves into the next second.
    if (rest < 0 && column_.form != TargetForm::interval) rest += unit;
    return microseconds - rest;
}

std::int64_t CellConverter::timeOf(const Cell& cell) {
    if (cell.kind() == CellKind::time) return withoutLostDigits(cell.integer(), false);
    if (cell.kind() == CellKind::text)
        if (const auto time = parseTime(cell.text())) return withoutLostDigits(time->value, time->truncated);
    throw wrongType(column_);
}

std::int64_t CellConverter::timestampOf(const Cell& cell) {
    ParsedTime time;
    if (cell.kind() == CellKind::timestamp) {
        time.value = cell.integer();
    } else if (cell.kind() == CellKind::date) {
        time.value = cell.integer();
        if (!isInfinite(time.value) && __builtin_mul_overflow(cell.integer(), microsecondsADay, &time.value))
            throw outOfRange(column_);
    } else if (isNumber(cell)) {
        time = timeOfNumber(cell);
    } else {
        const auto parsed = cell.kind() == CellKind::text
                                ? parseTimestamp(cell.text(), column_.form == TargetForm::timestamptz)
                                : std::nullopt;
        if (!parsed) throw wrongType(column_);
        time = *parsed;
        if (time.hasOffset && namesOtherOffset(cell.text())) {
            // In a column of instants the moment is kept; as a wall-clock time it would be another one.
            if (column_.form == TargetForm::timestamp)
                throw BadValue("it has an offset from UTC, which " + column_.typeName + " does not keep",
                               "say at its source that the column holds instants: 'infer: true' looks at all "
                               "values, and 'types' says it, such as {table.column: timestamptz}");
            ++conversions_.droppedOffsets;
        }
    }
    if (!isInfinite(time.value) && (time.value < firstMicrosecond || time.value >= microsecondAfterLast))
        throw outOfRange(column_);
    return withoutLostDigits(time.value, time.truncated);
}

Interval CellConverter::intervalOf(const Cell& cell) {
    std::optional<Interval> interval;
    if (cell.kind() == CellKind::interval) interval = cell.interval();
    if (cell.kind() == CellKind::text) interval = parseInterval(cell.text());
    if (!interval) throw wrongType(column_);
    interval->microseconds = withoutLostDigits(interval->microseconds, false);
    return *interval;
}

}  // namespace roost::sql::postgresql
