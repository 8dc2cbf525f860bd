// Locks on the tables that are about to be changed.
#pragma once

#include <string>
#include <vector>

#include "lib/sql/postgresql/column_types.hpp"
#include "lib/sql/postgresql/connection.hpp"

namespace roost::sql::postgresql {

struct LockedTable {
    Oid oid = 0;
    std::string schema;  ///< as the server has it
    std::string name;
    bool partitioned = false;  ///< its partitions are locked with it
};

/// Locks them in `mode` ("ACCESS EXCLUSIVE") until the transaction ends. Where one is held by another session
/// for longer than lock_timeout, throws ServerError that names the table and who holds it; the transaction is
/// over then.
void lockTables(Connection& connection, const std::vector<LockedTable>& tables, const std::string& mode);

/// Throws `error` anew, by which lock_timeout ended a query that only reads, with the sessions that hold
/// tables so that nobody may read them. The transaction is over then.
[[noreturn]] void throwWithHolders(Connection& connection, const ServerError& error);

}  // namespace roost::sql::postgresql
