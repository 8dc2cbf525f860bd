// Any cell as the text that people and patterns compare it with.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "roost/cell.hpp"

namespace roost::sql {

/// The text of a value as an archive shows it: numbers in their shortest form, times by ISO 8601 (with "Z" if
/// `utc`), "true" and "false". Nothing for null and bytes. Points into the cell's own memory or into
/// `buffer`, which may be used again for the next one.
[[nodiscard]] std::optional<std::string_view> cellText(const Cell& cell, bool utc, std::string& buffer);

}  // namespace roost::sql
