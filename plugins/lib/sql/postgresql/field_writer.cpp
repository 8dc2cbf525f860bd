#include "lib/sql/postgresql/field_writer.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "lib/sql/calendar.hpp"

namespace roost::sql::postgresql {

namespace {

template <class Unsigned>
void writeNumber(ByteBuffer& out, Unsigned value) {
    char* at = out.room(sizeof(std::uint32_t) + sizeof value);
    toNetwork(at, static_cast<std::uint32_t>(sizeof value));
    toNetwork(at + sizeof(std::uint32_t), value);
    out.used(sizeof(std::uint32_t) + sizeof value);
}

void writeBytes(ByteBuffer& out, std::string_view bytes) {
    out.number(static_cast<std::uint32_t>(bytes.size()));
    out.append(bytes);
}

std::uint32_t binaryDate(std::int64_t days) noexcept {
    using Limits = std::numeric_limits<std::int32_t>;
    if (days == positiveInfinity) return static_cast<std::uint32_t>(Limits::max());
    if (days == negativeInfinity) return static_cast<std::uint32_t>(Limits::min());
    return static_cast<std::uint32_t>(static_cast<std::int32_t>(days));
}

void writeInterval(ByteBuffer& out, const Interval& interval) {
    out.number(std::uint32_t{16});
    out.number(static_cast<std::uint64_t>(interval.microseconds));
    out.number(static_cast<std::uint32_t>(interval.days));
    out.number(static_cast<std::uint32_t>(interval.months));
}

void appendInteger(ByteBuffer& out, std::int64_t value) {
    constexpr std::size_t longest = 20;
    char* at = out.room(longest);
    out.used(static_cast<std::size_t>(std::to_chars(at, at + longest, value).ptr - at));
}

void appendReal(ByteBuffer& out, double value, bool single) {
    if (std::isnan(value)) return out.append("NaN");
    if (std::isinf(value)) return out.append(value > 0 ? "Infinity" : "-Infinity");
    constexpr std::size_t longest = 32;
    char* at = out.room(longest);
    const auto written = single ? std::to_chars(at, at + longest, static_cast<float>(value))
                                : std::to_chars(at, at + longest, value);
    out.used(static_cast<std::size_t>(written.ptr - at));
}

void appendDecimal(ByteBuffer& out, const Decimal& decimal) {
    if (decimal.kind == DecimalKind::notANumber) return out.append("NaN");
    if (decimal.negative) out.append('-');
    if (decimal.kind == DecimalKind::infinity) return out.append("Infinity");
    if (decimal.whole.empty()) out.append('0');
    out.append(decimal.whole);
    if (!decimal.fraction.empty()) out.append('.');
    out.append(decimal.fraction);
}

/// "-12.34": two digits, as lc_monetary C has them.
void appendMoney(ByteBuffer& out, std::int64_t units) {
    constexpr std::int64_t hundred = 100;
    if (units < 0) out.append('-');
    const std::int64_t whole = units / hundred;
    const std::int64_t rest = units % hundred;
    appendInteger(out, whole < 0 ? -whole : whole);
    const std::int64_t cents = rest < 0 ? -rest : rest;
    out.append('.');
    out.append(static_cast<char>('0' + cents / 10));
    out.append(static_cast<char>('0' + cents % 10));
}

void appendEscaped(ByteBuffer& out, std::string_view text) {
    for (;;) {
        const std::size_t plain = text.find_first_of(std::string_view("\\\b\f\n\r\t\v"));
        out.append(text.substr(0, plain));
        if (plain == std::string_view::npos) return;
        out.append('\\');
        switch (text[plain]) {
            case '\b':
                out.append('b');
                break;
            case '\f':
                out.append('f');
                break;
            case '\n':
                out.append('n');
                break;
            case '\r':
                out.append('r');
                break;
            case '\t':
                out.append('t');
                break;
            case '\v':
                out.append('v');
                break;
            default:
                out.append('\\');
        }
        text.remove_prefix(plain + 1);
    }
}

void appendHex(ByteBuffer& out, std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    char* at = out.room(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        *at++ = digits[byte >> 4U];
        *at++ = digits[byte & 15U];
    }
    out.used(bytes.size() * 2);
}

void appendPadded(ByteBuffer& out, std::int64_t value, int width) {
    std::int64_t limit = 10;
    for (int digits = 1; digits < width; ++digits, limit *= 10)
        if (value < limit) out.append('0');
    appendInteger(out, value);
}

/// "2026-01-31"; true where " BC" has to follow.
bool appendDay(ByteBuffer& out, std::int64_t days) {
    const CivilDate date = civilDate(days);
    const bool beforeChrist = date.year <= 0;
    appendPadded(out, beforeChrist ? 1 - date.year : date.year, 4);
    out.append('-');
    appendPadded(out, date.month, 2);
    out.append('-');
    appendPadded(out, date.day, 2);
    return beforeChrist;
}

/// "12:34:56.000789"; `microseconds` are not negative.
void appendClock(ByteBuffer& out, std::uint64_t microseconds) {
    constexpr std::uint64_t second = 1'000'000;
    const auto seconds = static_cast<std::int64_t>(microseconds / second);
    appendPadded(out, seconds / 3600, 2);
    out.append(':');
    appendPadded(out, seconds / 60 % 60, 2);
    out.append(':');
    appendPadded(out, seconds % 60, 2);
    if (microseconds % second == 0) return;
    out.append('.');
    appendPadded(out, static_cast<std::int64_t>(microseconds % second), 6);
}

bool appendInfinity(ByteBuffer& out, std::int64_t value) {
    if (value != positiveInfinity && value != negativeInfinity) return false;
    out.append(value == positiveInfinity ? "infinity" : "-infinity");
    return true;
}

void appendDate(ByteBuffer& out, std::int64_t days) {
    if (!appendInfinity(out, days) && appendDay(out, days)) out.append(" BC");
}

void appendTimestamp(ByteBuffer& out, std::int64_t value, bool withZone) {
    if (appendInfinity(out, value)) return;
    constexpr std::int64_t day = 86'400'000'000;
    const std::int64_t days = value / day - (value % day < 0 ? 1 : 0);
    const bool beforeChrist = appendDay(out, days);
    out.append(' ');
    appendClock(out, static_cast<std::uint64_t>(value - days * day));
    if (withZone) out.append("+00");
    if (beforeChrist) out.append(" BC");
}

void appendInterval(ByteBuffer& out, const Interval& interval) {
    appendInteger(out, interval.months);
    out.append(" mons ");
    appendInteger(out, interval.days);
    out.append(" days ");
    const auto time = static_cast<std::uint64_t>(interval.microseconds);
    if (interval.microseconds < 0) out.append('-');
    appendClock(out, interval.microseconds < 0 ? std::uint64_t{0} - time : time);
}

}  // namespace

void writeBinary(const TargetColumn& column, const Value& value, ByteBuffer& out) {
    switch (column.form) {
        case TargetForm::boolean:
            return writeNumber(out, static_cast<std::uint8_t>(value.number));
        case TargetForm::int16:
            return writeNumber(out, static_cast<std::uint16_t>(value.number));
        case TargetForm::int32:
            return writeNumber(out, static_cast<std::uint32_t>(value.number));
        case TargetForm::int64:
        case TargetForm::money:
        case TargetForm::time:
        case TargetForm::timestamp:
        case TargetForm::timestamptz:
            return writeNumber(out, static_cast<std::uint64_t>(value.number));
        case TargetForm::float32:
            return writeNumber(out, std::bit_cast<std::uint32_t>(static_cast<float>(value.real)));
        case TargetForm::float64:
            return writeNumber(out, std::bit_cast<std::uint64_t>(value.real));
        case TargetForm::numeric: {
            const std::size_t at = out.size();
            out.number(std::uint32_t{0});
            writeNumeric(value.decimal, out);
            return out.numberAt(at, static_cast<std::uint32_t>(out.size() - at - sizeof(std::uint32_t)));
        }
        case TargetForm::jsonb:
            out.number(static_cast<std::uint32_t>(value.text.size() + 1));
            out.append('\1');  // the form's version
            return out.append(value.text);
        case TargetForm::text:
        case TargetForm::paddedText:
        case TargetForm::name:
        case TargetForm::json:
        case TargetForm::bytes:
        case TargetForm::uuid:
        case TargetForm::other:
            return writeBytes(out, value.text);
        case TargetForm::date:
            return writeNumber(out, binaryDate(value.number));
        case TargetForm::interval:
            return writeInterval(out, value.interval);
    }
}

void writeText(const TargetColumn& column, const Value& value, ByteBuffer& out) {
    switch (column.form) {
        case TargetForm::boolean:
            return out.append(value.number != 0 ? 't' : 'f');
        case TargetForm::int16:
        case TargetForm::int32:
        case TargetForm::int64:
            return appendInteger(out, value.number);
        case TargetForm::money:
            return appendMoney(out, value.number);
        case TargetForm::float32:
            return appendReal(out, value.real, true);
        case TargetForm::float64:
            return appendReal(out, value.real, false);
        case TargetForm::numeric:
            return appendDecimal(out, value.decimal);
        case TargetForm::text:
        case TargetForm::paddedText:
        case TargetForm::name:
        case TargetForm::json:
        case TargetForm::jsonb:
        case TargetForm::other:
            return appendEscaped(out, value.text);
        case TargetForm::bytes:
            out.append("\\\\x");
            return appendHex(out, value.text);
        case TargetForm::uuid:
            return appendHex(out, value.text);
        case TargetForm::date:
            return appendDate(out, value.number);
        case TargetForm::time:
            return appendClock(out, static_cast<std::uint64_t>(value.number));
        case TargetForm::timestamp:
            return appendTimestamp(out, value.number, false);
        case TargetForm::timestamptz:
            return appendTimestamp(out, value.number, true);
        case TargetForm::interval:
            return appendInterval(out, value.interval);
    }
}

}  // namespace roost::sql::postgresql
