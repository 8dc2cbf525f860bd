// The whole catalog of a snapshot.
#pragma once

#include <vector>

#include "lib/sql/postgresql/snapshot.hpp"
#include "lib/sql/postgresql/table_catalog.hpp"
#include "roost/catalog.hpp"
#include "roost/option_table.hpp"

namespace roost::sql::postgresql {

/// The catalog, and for each of its tables (at the same position) how it is read.
struct DescribedCatalog {
    Catalog catalog;
    std::vector<TableDescription> tables;
};

/// Describes the tables of the snapshot and all that belongs to them. Rows are counted if `countExactly`,
/// else estimated by the server's statistics.
[[nodiscard]] DescribedCatalog readCatalog(Snapshot& snapshot, bool countExactly, Context& context);

/// Sets logical types as the option `types` asks for, where a declared type leaves a choice: text as
/// anything, a timestamp without a zone as an instant (UTC). All other types say what they hold, and stay.
/// Returns a line for each pattern that had no effect.
[[nodiscard]] std::vector<std::string> applyTypes(const TextMap& types, Catalog& catalog);

}  // namespace roost::sql::postgresql
