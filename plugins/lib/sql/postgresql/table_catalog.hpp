// Tables with all that belongs to them, as the catalog of a run has them.
#pragma once

#include <string>
#include <vector>

#include "lib/sql/postgresql/column_types.hpp"
#include "lib/sql/postgresql/connection.hpp"
#include "lib/sql/postgresql/relations.hpp"
#include "lib/sql/postgresql/sequences.hpp"
#include "roost/catalog.hpp"

namespace roost::sql::postgresql {

/// A table of the catalog, and what else is needed to read it and to write it down.
struct TableDescription {
    Relation relation;
    Table table;
    std::vector<ColumnReading> readings;     ///< one for each column; an empty expression: not read
    std::vector<std::string> columnClauses;  ///< of CREATE TABLE
    std::vector<std::string> constraintClauses;
};

/// The columns, keys, constraints and indexes of `relations`, in their order. A handful of queries, whatever
/// their number. `sequences` are all of the database. Remarks that a plan should show go to `warnings`.
[[nodiscard]] std::vector<TableDescription> describeTables(Connection& connection,
                                                           const std::vector<Relation>& relations,
                                                           const std::vector<Sequence>& sequences,
                                                           std::vector<std::string>& warnings);

/// The CREATE TABLE statement of the table: columns, primary key, unique and check constraints, INHERITS,
/// PARTITION BY, storage options. Foreign keys and indexes are apart, in the catalog's Table.
[[nodiscard]] std::string createStatement(const TableDescription& description);

}  // namespace roost::sql::postgresql
