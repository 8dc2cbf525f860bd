// The transaction that everything of a run happens in.
#pragma once

#include <chrono>
#include <cstdint>

#include "lib/sql/postgresql/connection.hpp"

namespace roost::postgresql {

enum class Access : std::uint8_t { readOnly, readWrite };

/// Begins a transaction whose settings make values and names independent of those of the server, the database
/// and the role: UTC, ISO dates, no search path, row-level security an error, no timeouts but `lockTimeout`
/// (0 waits for ever). All of it ends with the transaction.
void beginTransaction(sql::postgresql::Connection& connection, Access access,
                      std::chrono::milliseconds lockTimeout);

}  // namespace roost::postgresql
