#include "lib/sql/value_parse.hpp"

#include <limits>
#include <string>

#include "lib/sql/calendar.hpp"
#include "lib/sql/time_text.hpp"

namespace roost::sql {

namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t minute = 60 * second;
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t day = 24 * hour;
constexpr unsigned fractionDigits = 6;

/// Its days fit an int64, and every date that a database holds is far within.
constexpr std::int64_t lastYear = 25'000'000'000'000'000;

constexpr std::string_view infinityText = "infinity";
constexpr std::string_view minusInfinityText = "-infinity";

constexpr std::uint8_t noDigit = 16;

constexpr auto hexValues = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(noDigit);
    for (std::uint8_t i = 0; i < 10; ++i) table[static_cast<std::size_t>('0' + i)] = i;
    for (std::uint8_t i = 10; i < 16; ++i) {
        table[static_cast<std::size_t>('a' + i - 10)] = i;
        table[static_cast<std::size_t>('A' + i - 10)] = i;
    }
    return table;
}();

constexpr bool isDigit(char c) noexcept { return c >= '0' && c <= '9'; }

/// What is left of a text that is read from its front.
class Front {
public:
    explicit Front(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

    [[nodiscard]] bool atEnd() const noexcept { return at_ == end_; }
    [[nodiscard]] char peek() const noexcept { return atEnd() ? '\0' : *at_; }
    bool take(char wanted) noexcept {
        if (atEnd() || *at_ != wanted) return false;
        ++at_;
        return true;
    }
    /// Two digits of a value of at most `limit`.
    bool pair(unsigned limit, unsigned& value) noexcept {
        if (end_ - at_ < 2 || !isDigit(at_[0]) || !isDigit(at_[1])) return false;
        value = static_cast<unsigned>(at_[0] - '0') * 10 + static_cast<unsigned>(at_[1] - '0');
        at_ += 2;
        return value <= limit;
    }
    /// Any digits, at least one, of a number of at most `limit`.
    bool number(std::uint64_t limit, std::uint64_t& value, unsigned& digits) noexcept {
        value = 0;
        for (digits = 0; !atEnd() && isDigit(*at_); ++at_, ++digits) {
            const auto digit = static_cast<std::uint64_t>(*at_ - '0');
            if (value > (limit - digit) / 10) return false;
            value = value * 10 + digit;
        }
        return digits != 0;
    }
    /// Behind a point: the digits as microseconds, those beyond cut off. `lost` if one of these is not 0.
    bool fraction(std::int64_t& micros, bool& lost) noexcept {
        if (!isDigit(peek())) return false;
        micros = 0;
        lost = false;
        unsigned digits = 0;
        for (; !atEnd() && isDigit(*at_); ++at_, ++digits) {
            if (digits < fractionDigits)
                micros = micros * 10 + (*at_ - '0');
            else
                lost = lost || *at_ != '0';
        }
        for (; digits < fractionDigits; ++digits) micros *= 10;
        return true;
    }

private:
    const char* at_;
    const char* end_;
};

bool readYear(Front& front, std::int64_t& year) noexcept {
    const bool minus = front.peek() == '-';
    if (minus || front.peek() == '+') {
        front.take(front.peek());
        std::uint64_t size = 0;
        unsigned digits = 0;
        if (!front.number(static_cast<std::uint64_t>(lastYear), size, digits) || digits < 4) return false;
        year = minus ? -static_cast<std::int64_t>(size) : static_cast<std::int64_t>(size);
        return !minus || size != 0;
    }
    unsigned century = 0;
    unsigned rest = 0;
    if (!front.pair(99, century) || !front.pair(99, rest)) return false;
    year = century * 100 + rest;
    for (; isDigit(front.peek()); front.take(front.peek())) {
        year = year * 10 + (front.peek() - '0');
        if (year > lastYear) return false;
    }
    return true;
}

bool readDate(Front& front, std::int64_t& days) noexcept {
    CivilDate date;
    if (!readYear(front, date.year) || !front.take('-') || !front.pair(12, date.month) || !front.take('-') ||
        !front.pair(31, date.day))
        return false;
    if (date.day < 1 || date.day > daysInMonth(date.year, date.month)) return false;
    days = daysSince2000(date);
    return true;
}

/// HH:MM, then seconds and a fraction if they are there.
bool readClock(Front& front, unsigned lastHour, std::int64_t& micros, bool& lost) noexcept {
    unsigned hours = 0;
    unsigned minutes = 0;
    unsigned seconds = 0;
    std::int64_t fraction = 0;
    if (!front.pair(lastHour, hours) || !front.take(':') || !front.pair(59, minutes)) return false;
    if (front.take(':')) {
        if (!front.pair(59, seconds)) return false;
        if (front.take('.') && !front.fraction(fraction, lost)) return false;
    }
    micros = hours * hour + minutes * minute + seconds * second + fraction;
    return true;
}

/// Nothing, Z, or +hh:mm; then the text is over.
bool readZone(Front& front, ParsedTime& parsed, std::int64_t& offset) noexcept {
    offset = 0;
    if (front.atEnd()) return true;
    parsed.hasOffset = true;
    if (front.take('Z')) return front.atEnd();
    const bool minus = front.peek() == '-';
    unsigned hours = 0;
    unsigned minutes = 0;
    if (!(front.take('-') || front.take('+')) || !front.pair(23, hours) || !front.take(':') ||
        !front.pair(59, minutes))
        return false;
    offset = (minus ? -1 : 1) * (hours * hour + minutes * minute);
    return front.atEnd();
}

/// False where the sum is no finite time. `time` is less than two days.
bool combine(std::int64_t days, std::int64_t time, std::int64_t& value) noexcept {
    // Brought towards zero first, so that the product fits wherever the sum does.
    const std::int64_t step = days < 0 ? 1 : 0;
    days += step;
    time -= step * day;
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    if (days > most / day || days < -(most / day)) return false;
    const std::int64_t begin = days * day;
    if (time > 0 ? begin >= most - time : begin < -most - time) return false;
    value = begin + time;
    return true;
}

/// The forms that databases print; all others go through toRfc3339() first.
std::optional<ParsedTime> parsePlainTimestamp(std::string_view text, bool asInstant) noexcept {
    Front front(text);
    ParsedTime parsed;
    std::int64_t days = 0;
    std::int64_t time = 0;
    std::int64_t offset = 0;
    if (!readDate(front, days)) return std::nullopt;
    if (!front.atEnd()) {
        if (!front.take('T') && !front.take(' ')) return std::nullopt;
        if (!readClock(front, 23, time, parsed.truncated) || !readZone(front, parsed, offset))
            return std::nullopt;
    }
    if (!combine(days, asInstant ? time - offset : time, parsed.value)) return std::nullopt;
    return parsed;
}

/// Adds `value` units; false where the sum does not fit.
bool addUnits(std::int64_t& sum, std::int64_t value, std::int64_t unit) noexcept {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
    if (value > most / unit || value < least / unit) return false;
    const std::int64_t product = value * unit;
    if (product > 0 ? sum > most - product : sum < least - product) return false;
    sum += product;
    return true;
}

/// One number of a duration with its unit: "-3M", "1.5S".
struct Part {
    std::int64_t value = 0;
    std::int64_t micros = 0;
    char unit = '\0';
};

bool readPart(Front& front, Part& part) noexcept {
    const bool minus = front.take('-');
    std::uint64_t size = 0;
    unsigned digits = 0;
    bool lost = false;
    part = {};
    if (!front.number(std::numeric_limits<std::int64_t>::max(), size, digits)) return false;
    const bool hasFraction = front.take('.');
    if (hasFraction && (!front.fraction(part.micros, lost) || lost)) return false;
    part.value = static_cast<std::int64_t>(size);
    if (minus) {
        part.value = -part.value;
        part.micros = -part.micros;
    }
    part.unit = front.peek();
    return front.take(part.unit) && (!hasFraction || part.unit == 'S');
}

/// Reads parts whose units come in the order of `units`.
template <class Add>
bool readParts(Front& front, std::string_view units, char stop, Add add) noexcept {
    while (!front.atEnd() && front.peek() != stop) {
        Part part;
        if (!readPart(front, part)) return false;
        const std::size_t place = units.find(part.unit);
        if (place == std::string_view::npos || !add(part)) return false;
        units.remove_prefix(place + 1);
    }
    return true;
}

bool fits32(std::int64_t value) noexcept {
    return value >= std::numeric_limits<std::int32_t>::min() &&
           value <= std::numeric_limits<std::int32_t>::max();
}

}  // namespace

std::optional<std::array<std::byte, 16>> parseUuid(std::string_view text) noexcept {
    constexpr std::size_t withHyphens = 36;
    constexpr std::size_t withoutHyphens = 32;
    if (text.size() > 2 && text.front() == '{' && text.back() == '}') text = text.substr(1, text.size() - 2);
    const bool hyphens = text.size() == withHyphens;
    if (!hyphens && text.size() != withoutHyphens) return std::nullopt;
    std::array<std::byte, 16> bytes{};
    unsigned bad = 0;
    const char* at = text.data();
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (hyphens && (i == 4 || i == 6 || i == 8 || i == 10)) bad |= *at++ == '-' ? 0U : noDigit;
        const unsigned high = hexValues[static_cast<unsigned char>(*at++)];
        const unsigned low = hexValues[static_cast<unsigned char>(*at++)];
        bad |= high | low;
        bytes[i] = static_cast<std::byte>((high << 4U) | low);
    }
    if ((bad & noDigit) != 0) return std::nullopt;
    return bytes;
}

std::optional<std::int64_t> parseDate(std::string_view text) noexcept {
    if (text == infinityText) return positiveInfinity;
    if (text == minusInfinityText) return negativeInfinity;
    Front front(text);
    std::int64_t days = 0;
    if (!readDate(front, days) || !front.atEnd()) return std::nullopt;
    return days;
}

std::optional<ParsedTime> parseTime(std::string_view text) noexcept {
    Front front(text);
    ParsedTime parsed;
    if (!readClock(front, 24, parsed.value, parsed.truncated) || !front.atEnd()) return std::nullopt;
    if (parsed.value > day || (parsed.value == day && parsed.truncated)) return std::nullopt;
    return parsed;
}

std::optional<ParsedTime> parseTimestamp(std::string_view text, bool asInstant) {
    if (text == infinityText) return ParsedTime{positiveInfinity};
    if (text == minusInfinityText) return ParsedTime{negativeInfinity};
    if (const auto parsed = parsePlainTimestamp(text, asInstant)) return parsed;
    const std::optional<std::string> rfc3339 = toRfc3339(text, false);
    return rfc3339 ? parsePlainTimestamp(*rfc3339, asInstant) : std::nullopt;
}

std::optional<Interval> parseInterval(std::string_view text) noexcept {
    Front front(text);
    if (!front.take('P') || front.atEnd()) return std::nullopt;
    std::int64_t months = 0;
    std::int64_t days = 0;
    Interval interval;
    const bool dates = readParts(front, "YMD", 'T', [&](const Part& part) {
        return part.unit == 'D' ? addUnits(days, part.value, 1)
                                : addUnits(months, part.value, part.unit == 'Y' ? 12 : 1);
    });
    if (!dates || !fits32(months) || !fits32(days)) return std::nullopt;
    if (front.take('T')) {
        if (front.atEnd()) return std::nullopt;
        const bool times = readParts(front, "HMS", '\0', [&](const Part& part) {
            const std::int64_t unit = part.unit == 'H' ? hour : part.unit == 'M' ? minute : second;
            return addUnits(interval.microseconds, part.value, unit) &&
                   addUnits(interval.microseconds, part.micros, 1);
        });
        if (!times || !front.atEnd()) return std::nullopt;
    }
    interval.months = static_cast<std::int32_t>(months);
    interval.days = static_cast<std::int32_t>(days);
    return interval;
}

}  // namespace roost::sql
