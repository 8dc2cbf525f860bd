// Views, triggers, functions and the like after the tables that they speak of have changed.
#pragma once

#include "lib/sql/mapping/dialect.hpp"
#include "lib/sql/mapping/rule_application.hpp"
#include "roost/catalog.hpp"

namespace roost::sql::mapping {

/// Within one dialect: leaves out what may no longer fit the tables, and what builds on that, each as a loss.
/// Whatever has the name of a changed table as a word counts. Sequences follow the columns that own them.
void leaveOutUnfit(Catalog& catalog, RuledCatalog& ruled);

/// For the other dialect, whose mapping lists them: lets them stand on the tables under their new names, and
/// takes away what goes with dropped ones.
void followTables(Catalog& catalog, const RuledCatalog& ruled);

}  // namespace roost::sql::mapping
