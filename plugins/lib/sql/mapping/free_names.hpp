// New names that rules give, and whether they can be had.
#pragma once

#include "lib/sql/mapping/dialect.hpp"
#include "lib/sql/mapping/rule_application.hpp"
#include "roost/catalog.hpp"

namespace roost::sql::mapping {

/// Throws roost::Error for a table or column whose new name is taken, too long or the database's own. `after`
/// has the tables in the order of `before`, dropped ones among them.
void requireFreeNames(const Catalog& before, const Catalog& after, const RuledCatalog& ruled, Dialect from,
                      Dialect to);

}  // namespace roost::sql::mapping
