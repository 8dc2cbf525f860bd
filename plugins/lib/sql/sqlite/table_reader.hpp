// The schema of one table of an open SQLite database.
#pragma once

#include <cstdint>
#include <string>

#include "lib/sql/sqlite/connection.hpp"
#include "roost/catalog.hpp"

namespace roost::sqlite {

/// A table as sqlite_schema and pragma table_list know it.
struct ListedTable {
    std::string name;
    std::string sql;
    bool withoutRowid = false;
    bool isVirtual = false;
    bool fullText = false;  ///< a virtual table of FTS3, FTS4 or FTS5
};

/// Columns, keys, constraints, indexes and the next numbers. Targets of foreign keys are as the statement
/// spells them, without columns where it names none: resolveForeignKeys() completes them.
[[nodiscard]] Table readTable(const Connection& connection, const ListedTable& listed);

/// About how many rows the table has, at the cost of a few pages: what ANALYZE found, else the span of
/// rowids.
[[nodiscard]] std::uint64_t estimateRows(const Connection& connection, const ListedTable& listed);

/// How many rows a scan will give.
[[nodiscard]] std::uint64_t countRows(const Connection& connection, const ListedTable& listed);

}  // namespace roost::sqlite
