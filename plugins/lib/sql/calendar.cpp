#include "lib/sql/calendar.hpp"

#include <array>
#include <charconv>
#include <cstring>

namespace roost::sql {

namespace {

constexpr std::int64_t daysPerEra = 146'097;  // of 400 years, after which the calendar repeats
constexpr std::int64_t microsPerSecond = 1'000'000;
constexpr std::int64_t microsPerDay = 86'400 * microsPerSecond;

/// Counted in years that begin in March, so that the leap day is the last one: 2000-01-01 is day 306 of
/// the March year 1999, which is year 399 of the era that began on 1600-03-01.
constexpr std::int64_t epochInEra = 399 * 365 + 399 / 4 - 399 / 100 + 306;
constexpr std::int64_t epochEraYear = 1600;

struct Division {
    std::int64_t quotient;
    std::int64_t remainder;  // never negative
};

constexpr Division divideDown(std::int64_t value, std::int64_t by) noexcept {
    Division result{value / by, value % by};
    if (result.remainder < 0) {
        --result.quotient;
        result.remainder += by;
    }
    return result;
}

constexpr bool isLeapYear(std::int64_t year) noexcept {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/// Days of a March year before its month `monthFromMarch` (0 is March): months of 31, 30, 31, 30, 31 repeat.
constexpr std::int64_t daysBeforeMonth(std::int64_t monthFromMarch) noexcept {
    return (153 * monthFromMarch + 2) / 5;
}

constexpr auto digitPairs = [] {
    std::array<char, 200> pairs{};
    for (std::size_t i = 0; i < 100; ++i) {
        pairs[2 * i] = static_cast<char>('0' + i / 10);
        pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
    }
    return pairs;
}();

char* writePair(char* out, std::int64_t value) noexcept {
    std::memcpy(out, digitPairs.data() + 2 * value, 2);
    return out + 2;
}

char* writeYear(char* out, std::int64_t year) noexcept {
    if (year >= 0 && year <= 9999) return writePair(writePair(out, year / 100), year % 100);
    *out++ = year < 0 ? '-' : '+';
    const std::uint64_t size =
        year < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(year) : static_cast<std::uint64_t>(year);
    for (std::uint64_t limit = 1000; limit > size && limit > 1; limit /= 10) *out++ = '0';
    return std::to_chars(out, out + 20, size).ptr;
}

char* writeFraction(char* out, std::int64_t microseconds) noexcept {
    if (microseconds == 0) return out;
    *out++ = '.';
    for (std::int64_t unit = microsPerSecond / 10; microseconds != 0; unit /= 10) {
        *out++ = static_cast<char>('0' + microseconds / unit);
        microseconds %= unit;
    }
    return out;
}

}  // namespace

unsigned daysInMonth(std::int64_t year, unsigned month) noexcept {
    constexpr std::array<unsigned, 13> lengths{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month > 12) return 0;
    return month == 2 && isLeapYear(year) ? 29 : lengths[month];
}

CivilDate civilDate(std::int64_t days) noexcept {
    // Split before the epoch is added: it must not overflow for any number.
    Division era = divideDown(days, daysPerEra);
    era.remainder += epochInEra;
    if (era.remainder >= daysPerEra) {
        era.remainder -= daysPerEra;
        ++era.quotient;
    }
    const std::int64_t day = era.remainder;
    // Leap days before `day` are taken out, so that years of 365 days are left.
    const std::int64_t yearOfEra = (day - day / 1460 + day / 36'524 - (day == daysPerEra - 1 ? 1 : 0)) / 365;
    const std::int64_t dayOfYear = day - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    const std::int64_t monthFromMarch = (5 * dayOfYear + 2) / 153;
    CivilDate date;
    date.day = static_cast<unsigned>(dayOfYear - daysBeforeMonth(monthFromMarch) + 1);
    date.month = static_cast<unsigned>(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9);
    date.year = epochEraYear + era.quotient * 400 + yearOfEra + (date.month <= 2 ? 1 : 0);
    return date;
}

std::int64_t daysSince2000(const CivilDate& date) noexcept {
    const std::int64_t marchYear = date.year - (date.month <= 2 ? 1 : 0) - epochEraYear;
    const Division era = divideDown(marchYear, 400);
    const std::int64_t monthFromMarch = date.month > 2 ? date.month - 3 : date.month + 9;
    const std::int64_t dayOfEra = 365 * era.remainder + era.remainder / 4 - era.remainder / 100 +
                                  daysBeforeMonth(monthFromMarch) + date.day - 1;
    return era.quotient * daysPerEra + dayOfEra - epochInEra;
}

char* writeDate(char* out, std::int64_t days) noexcept {
    const CivilDate date = civilDate(days);
    out = writeYear(out, date.year);
    *out++ = '-';
    out = writePair(out, date.month);
    *out++ = '-';
    return writePair(out, date.day);
}

char* writeTime(char* out, std::int64_t microseconds) noexcept {
    const std::int64_t seconds = microseconds / microsPerSecond;
    out = writePair(out, seconds / 3600);
    *out++ = ':';
    out = writePair(out, seconds / 60 % 60);
    *out++ = ':';
    out = writePair(out, seconds % 60);
    return writeFraction(out, microseconds % microsPerSecond);
}

char* writeTimestamp(char* out, std::int64_t microseconds, bool utc) noexcept {
    const Division day = divideDown(microseconds, microsPerDay);
    out = writeDate(out, day.quotient);
    *out++ = 'T';
    out = writeTime(out, day.remainder);
    if (utc) *out++ = 'Z';
    return out;
}

}  // namespace roost::sql
