// Whether a value that was read back is the one that was written, though the target may keep it as another
// kind.
#pragma once

#include <string>

#include "roost/cell.hpp"

namespace roost::conformance {

/// The value as text: numbers by their digits, times as "2005-06-17 09:30:00.5" (UTC for an instant), an
/// interval as "P1Y2M-3DT1H30M" (ISO 8601), a uuid in hexadecimal, text and bytes as they are.
[[nodiscard]] std::string plainText(const Cell& cell);

/// True where nothing of the value is lost. Databases without a type for it may give a truth value as 0 or 1
/// or as a word, a number as another kind of number of the same value, a date, a time, an interval or a uuid
/// as text, bytes as text and text as bytes.
[[nodiscard]] bool isSameValue(const Cell& given, const Cell& read);

/// "text 'abc'", short enough for a line.
[[nodiscard]] std::string shown(const Cell& cell);

}  // namespace roost::conformance
