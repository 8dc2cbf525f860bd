// Conditions on rows, and what names users, by the new names of columns.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lib/sql/mapping/ruled_mapping.hpp"
#include "roost/catalog.hpp"

namespace roost::sql::mapping {

/// The names of the columns of each table, by its id.
using ColumnNamesById = std::map<TableId, std::vector<std::string>>;

[[nodiscard]] ColumnNamesById columnNamesOf(const Catalog& catalog);

/// Brings Table::ownership and Catalog::chosenUsers up to date after columns were renamed or dropped. What
/// needs a column that is gone can be said no more, and goes.
void renameOwnership(Catalog& catalog, const ColumnNamesById& before, const RowChanges& changes);

}  // namespace roost::sql::mapping
