// Statements of tables that rules have changed, and what rules say in the words of the target.
#pragma once

#include "lib/sql/mapping/dialect.hpp"
#include "lib/sql/mapping/rule_application.hpp"
#include "roost/catalog.hpp"

namespace roost::sql::mapping {

/// Puts the types and defaults that rules give in the target's words; within one dialect also the types of
/// columns that are cast. `catalog` is the target's.
void defineColumns(Catalog& catalog, RuledCatalog& ruled, bool withinDialect, Dialect to);

/// Within one dialect: replaces the CREATE statements that no longer fit by what the columns, keys and checks
/// say. What those have no place for is a loss. Throws roost::Error for a table that can't be changed so.
void redefineTables(Catalog& catalog, RuledCatalog& ruled, Dialect dialect);

/// For the other dialect, whose mapping looks for what a statement says beyond the table's parts: leaves away
/// those that say more than is wanted, because checks were left out.
void clearStatements(Catalog& catalog, RuledCatalog& ruled, Dialect from);

}  // namespace roost::sql::mapping
