// Columns: types, defaults, numbering, generated ones, collations; and the checks of their table.
#pragma once

#include <cstddef>

#include "lib/sql/mapping/mapping_state.hpp"

namespace roost::sql::mapping {

/// Rewrites the columns and checks of the table at that place. Throws roost::Error for a table that can't
/// exist in the target.
void mapColumns(MappingState& state, std::size_t table);

}  // namespace roost::sql::mapping
