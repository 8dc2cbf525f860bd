// One consistent state of a database, held open while it is read.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "lib/sql/postgresql/connection.hpp"
#include "lib/sql/postgresql/relations.hpp"

namespace roost::sql::postgresql {

/// A connection within a REPEATABLE READ, READ ONLY transaction, and the tables that it holds locked against
/// DROP, ALTER and TRUNCATE (ACCESS SHARE). Its settings make values independent of the server's and the
/// role's: UTC, ISO dates, all digits of floating-point numbers, no row-level security in silence, no
/// statement timeout.
struct Snapshot {
    std::unique_ptr<Connection> connection;
    Listing listing;  ///< what was chosen
};

/// Connects, locks the chosen tables and takes the snapshot, in this order: a table that is altered or
/// dropped while a lock is waited for is seen as it is afterwards, or not at all. `lockTimeout` bounds each
/// wait; 0 waits for ever. Throws ServerError and Error; see relations.hpp.
[[nodiscard]] Snapshot openSnapshot(const ConnectionSettings& settings, const RelationChoice& choice,
                                    std::chrono::milliseconds lockTimeout, Context& context);

}  // namespace roost::sql::postgresql
