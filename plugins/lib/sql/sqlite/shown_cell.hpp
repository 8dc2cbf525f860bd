// Cells for people.
#pragma once

#include <string>

#include "roost/cell.hpp"

namespace roost::sqlite {

/// The value as a message shows it: 5, 2.5, 'text', x'00ff', NULL; what is long is cut.
[[nodiscard]] std::string shownCell(const Cell& cell);

}  // namespace roost::sqlite
