// Sequences set past the rows that were loaded.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lib/sql/postgresql/column_types.hpp"
#include "lib/sql/postgresql/connection.hpp"

namespace roost::sql::postgresql {

/// What was loaded into a table.
struct LoadedTable {
    Oid oid = 0;
    /// Its rows are those that came, no others: its sequences may go back, too.
    bool replaced = false;
    /// What the source would number its next row, by column.
    std::map<std::string, std::int64_t> nextValues;
};

/// Sets every sequence that numbers a column of these tables (identity, serial, or any default that uses one)
/// so that its next value is past the highest one of the column, and not below what the source's would have
/// been. Within the transaction: a rollback takes it back. Sequences of other tables stay as they are; one
/// that another table uses as well never goes back, nor does one of which the source said nothing. Returns
/// warnings: a sequence that the role may not alter, or one that is exhausted.
[[nodiscard]] std::vector<std::string> restartSequences(Connection& connection,
                                                        const std::vector<LoadedTable>& tables);

}  // namespace roost::sql::postgresql
