// Values as people write them, to compare them with what a pipeline names.
#pragma once

#include <optional>
#include <string>

#include "roost/cell.hpp"
#include "roost/types.hpp"

namespace roost::ownership {

/// "alice", "17", "true", "3fa85f64-5717-4562-b3fc-2c963f66afa6"; nothing for null, bytes and times.
[[nodiscard]] std::optional<std::string> valueName(const Cell& cell, const LogicalType& type);

/// The value for a message: its name, or a word for what has none.
[[nodiscard]] std::string shownValue(const Cell& cell, const LogicalType& type);

}  // namespace roost::ownership
