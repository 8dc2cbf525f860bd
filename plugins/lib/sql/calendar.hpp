// Dates and times as numbers, and how ISO 8601 writes them.
#pragma once

#include <cstdint>
#include <string>

namespace roost::sql {

/// A day of the proleptic Gregorian calendar. Year 0 is 1 BC, -1 is 2 BC (ISO 8601, astronomical numbering).
struct CivilDate {
    std::int64_t year = 2000;
    unsigned month = 1;  ///< 1 to 12
    unsigned day = 1;    ///< 1 to 31
    friend bool operator==(const CivilDate&, const CivilDate&) = default;
};

/// The day that is `days` after 2000-01-01. Any number whose year fits an int64.
[[nodiscard]] CivilDate civilDate(std::int64_t days) noexcept;

/// The reverse of civilDate(). `date` must exist.
[[nodiscard]] std::int64_t daysSince2000(const CivilDate& date) noexcept;

/// 28 to 31; 0 for a month that is none.
[[nodiscard]] unsigned daysInMonth(std::int64_t year, unsigned month) noexcept;

/// How many characters at most one of the write functions below writes.
inline constexpr int longestTimestamp = 48;

/// "2026-01-31"; years outside 0000 to 9999 as ISO 8601's expanded ones: "+10000-01-01", "-0043-03-15".
/// Writes at most longestTimestamp characters and returns the place behind them.
char* writeDate(char* out, std::int64_t days) noexcept;

/// "12:34:56.789": microseconds since midnight, without trailing zeros. 86,400,000,000 gives "24:00:00".
char* writeTime(char* out, std::int64_t microseconds) noexcept;

/// "2026-01-31T12:34:56.789" from microseconds since 2000-01-01 00:00:00, with "Z" behind it if `utc`.
char* writeTimestamp(char* out, std::int64_t microseconds, bool utc) noexcept;

}  // namespace roost::sql
