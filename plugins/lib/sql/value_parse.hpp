// Text as the values that databases have kinds of their own for: the reverse of value_text.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "roost/cell.hpp"

namespace roost::sql {

/// A time as a number, and whether it lost anything.
struct ParsedTime {
    std::int64_t value = 0;
    /// Digits below a microsecond were cut off (never rounded: 23:59:59.9999999 stays on its day).
    bool truncated = false;
    /// The text named an offset from UTC, or 'Z'.
    bool hasOffset = false;
};

/// 16 bytes in the order in which they are printed; every spelling that canonicalUuid() takes.
[[nodiscard]] std::optional<std::array<std::byte, 16>> parseUuid(std::string_view text) noexcept;

/// Days since 2000-01-01: `2026-01-31`, ISO 8601's expanded years (`-0043-03-15`, `+10000-01-01`), `infinity`
/// and `-infinity` (roost::positiveInfinity, roost::negativeInfinity). Only days that exist.
[[nodiscard]] std::optional<std::int64_t> parseDate(std::string_view text) noexcept;

/// Microseconds since midnight: `12:34`, `12:34:56`, `12:34:56.789`, to `24:00:00`.
[[nodiscard]] std::optional<ParsedTime> parseTime(std::string_view text) noexcept;

/// Microseconds since 2000-01-01 00:00:00. Takes what toRfc3339() takes, a bare date (midnight), expanded
/// years, `infinity` and `-infinity`. `asInstant`: an offset is applied, text without one is meant in UTC.
/// Otherwise the wall-clock time as written, whatever the offset.
[[nodiscard]] std::optional<ParsedTime> parseTimestamp(std::string_view text, bool asInstant);

/// ISO 8601's duration as writeInterval() writes it, each part with its own sign. Nothing where a part does
/// not fit its number, or has digits below a microsecond.
[[nodiscard]] std::optional<Interval> parseInterval(std::string_view text) noexcept;

}  // namespace roost::sql
