// Indexes, and the unique ones that stand in for a collation.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lib/sql/mapping/mapping_state.hpp"

namespace roost::sql::mapping {

/// Rewrites the indexes of the table at that place. An index without expressions, collations, predicate or
/// descending columns has no native text afterwards.
void mapIndexes(MappingState& state, std::size_t table);

/// Where one of these columns, by their names in SQLite, has a collation that takes different texts for one:
/// adds a unique index that does so, too, and is true. PostgreSQL is the target.
bool addFoldedUnique(MappingState& state, std::size_t table, const std::vector<std::string>& columns);

}  // namespace roost::sql::mapping
