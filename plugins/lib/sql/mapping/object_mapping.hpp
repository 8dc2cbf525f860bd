// Views, triggers, functions and whatever else has no counterpart.
#pragma once

#include "lib/sql/mapping/mapping_state.hpp"

namespace roost::sql::mapping {

/// Makes losses of all native objects that no column has taken up, and of what the statements of tables say
/// beyond the catalog's words.
void mapObjects(MappingState& state);

}  // namespace roost::sql::mapping
