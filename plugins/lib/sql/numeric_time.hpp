// Numbers that stand for times: seconds and milliseconds since 1970, Julian days.
#pragma once

#include <cstdint>
#include <optional>

#include "lib/sql/value_parse.hpp"
#include "roost/catalog.hpp"

namespace roost::sql {

/// The Julian days that SQLite takes for a date and time: from 0 up to, not including, this one. It is the
/// beginning of the year 10000.
inline constexpr double julianDayLimit = 5'373'484.5;

/// Microseconds since 2000-01-01 00:00:00 UTC, exactly; nothing where they don't fit, or for a Julian day
/// that is none, or for NumericTime::none.
[[nodiscard]] std::optional<ParsedTime> timeOfNumber(std::int64_t number, NumericTime numbersAre) noexcept;

/// The same for a double. Seconds and milliseconds are what its shortest decimal form says, which is how
/// databases show it; what that has below a microsecond is cut off towards the past. A Julian day is taken to
/// the millisecond, as SQLite's date functions do.
[[nodiscard]] std::optional<ParsedTime> timeOfNumber(double number, NumericTime numbersAre) noexcept;

}  // namespace roost::sql
