// A catalog of one dialect for the other one's sink.
#pragma once

#include "lib/sql/mapping/dialect.hpp"
#include "roost/catalog.hpp"

namespace roost::sql::mapping {

/// Rewrites a catalog of `from` so that a sink of `to` can create its tables: native types, defaults, checks,
/// generated columns, keys, indexes and names become the target's; logical types, ids and the order of tables
/// and columns stay, and so does each value. Names of constraints and indexes are unique where the target
/// wants them so. What can't be carried surely is left out and told in Catalog::losses, native objects among
/// it. Throws roost::Error where names clash or a table can't exist in the target.
void mapSchema(Catalog& catalog, Dialect from, Dialect to);

}  // namespace roost::sql::mapping
