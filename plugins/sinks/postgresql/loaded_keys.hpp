// The foreign keys of loaded tables that are not in force during the load.
#pragma once

#include <vector>

#include "lib/sql/postgresql/referential_keys.hpp"
#include "sinks/postgresql/destination.hpp"
#include "sinks/postgresql/orphan_rows.hpp"

namespace roost::postgresql {

/// Those between loaded tables: of tables that are made they come later, of the others they were taken off.
[[nodiscard]] std::vector<LoadedKey> loadedKeys(const std::vector<Destination>& destinations,
                                                const std::vector<sql::postgresql::ReferentialKey>& loosened);

}  // namespace roost::postgresql
