#include "lib/sql/numeric_time.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace roost::sql {

namespace {

constexpr std::int64_t microsPerSecond = 1'000'000;
constexpr std::int64_t microsPerMillisecond = 1000;
constexpr std::int64_t secondsUntil2000 = 946'684'800;         // since 1970
constexpr std::int64_t millisUntil2000 = 211'813'444'800'000;  // since the Julian day 0
constexpr double millisPerDay = 86'400'000.0;

/// How many microseconds a unit of 1970's counts has, and its decimal digits; 0 for others.
struct Unit {
    std::int64_t micros = 0;
    std::size_t digits = 0;
};

constexpr Unit unitOf(NumericTime numbersAre) noexcept {
    if (numbersAre == NumericTime::seconds) return {microsPerSecond, 6};
    if (numbersAre == NumericTime::milliseconds) return {microsPerMillisecond, 3};
    return {};
}

std::optional<ParsedTime> since1970(std::int64_t number, std::int64_t fraction, bool lost,
                                    const Unit& unit) noexcept {
    ParsedTime time;
    time.truncated = lost;
    const std::int64_t begin = secondsUntil2000 * (microsPerSecond / unit.micros);
    if (__builtin_sub_overflow(number, begin, &number) ||
        __builtin_mul_overflow(number, unit.micros, &number) ||
        __builtin_add_overflow(number, fraction, &time.value))
        return std::nullopt;
    return time;
}

std::optional<ParsedTime> julianDay(double number) noexcept {
    if (!(number >= 0 && number < julianDayLimit)) return std::nullopt;
    constexpr double half = 0.5;
    const auto millis = static_cast<std::int64_t>(number * millisPerDay + half);
    return ParsedTime{(millis - millisUntil2000) * microsPerMillisecond};
}

/// The first `digits` of a fraction as a whole number; `lost` if others follow that are not 0.
std::int64_t leadingDigits(std::string_view fraction, std::size_t digits, bool& lost) noexcept {
    std::int64_t value = 0;
    for (std::size_t i = 0; i < digits; ++i)
        value = value * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
    lost =
        fraction.size() > digits && fraction.substr(digits).find_first_not_of('0') != std::string_view::npos;
    return value;
}

std::optional<ParsedTime> decimalSince1970(double number, const Unit& unit) noexcept {
    constexpr double most = 9.3e15;  // milliseconds of the last microsecond that 64 bits hold
    if (!(std::abs(number) < most)) return std::nullopt;
    std::array<char, 400> written{};  // the smallest double has 324 zeros and digits behind its point
    const char* const end = std::to_chars(written.data(), written.data() + written.size(), std::abs(number),
                                          std::chars_format::fixed)
                                .ptr;
    const std::string_view text(written.data(), static_cast<std::size_t>(end - written.data()));
    const std::size_t point = std::min(text.find('.'), text.size());
    std::int64_t whole = 0;
    std::from_chars(text.data(), text.data() + point, whole);
    bool lost = false;
    std::int64_t fraction =
        point == text.size() ? 0 : leadingDigits(text.substr(point + 1), unit.digits, lost);
    if (number < 0) {
        whole = -whole;
        fraction = -fraction - (lost ? 1 : 0);
    }
    return since1970(whole, fraction, lost, unit);
}

}  // namespace

std::optional<ParsedTime> timeOfNumber(std::int64_t number, NumericTime numbersAre) noexcept {
    if (numbersAre == NumericTime::julianDay) {
        if (number < 0 || static_cast<double>(number) >= julianDayLimit) return std::nullopt;
        return julianDay(static_cast<double>(number));
    }
    const Unit unit = unitOf(numbersAre);
    if (unit.micros == 0) return std::nullopt;
    return since1970(number, 0, false, unit);
}

std::optional<ParsedTime> timeOfNumber(double number, NumericTime numbersAre) noexcept {
    if (numbersAre == NumericTime::julianDay) return julianDay(number);
    const Unit unit = unitOf(numbersAre);
    if (unit.micros == 0) return std::nullopt;
    return decimalSince1970(number, unit);
}

}  // namespace roost::sql
