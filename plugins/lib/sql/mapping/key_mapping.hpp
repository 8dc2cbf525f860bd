// Primary keys, unique constraints and foreign keys.
#pragma once

#include <cstddef>

#include "lib/sql/mapping/mapping_state.hpp"

namespace roost::sql::mapping {

/// Rewrites the primary key and the unique constraints of the table at that place. Its columns come before.
void mapUniqueKeys(MappingState& state, std::size_t table);

/// Rewrites its foreign keys; the unique keys and indexes of all tables come before.
void mapForeignKeys(MappingState& state, std::size_t table);

}  // namespace roost::sql::mapping
