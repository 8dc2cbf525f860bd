// The catalog of an open SQLite database.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lib/sql/sqlite/connection.hpp"
#include "lib/sql/table_selection.hpp"
#include "roost/catalog.hpp"

namespace roost::sqlite {

/// Everything that the schema tells about the tables that `selection` takes, and the views and triggers as
/// native objects. Internal tables (sqlite_..., the commit marker) and those in which virtual tables keep
/// their content are left out; a virtual table whose rows are its own is a table like others (a full-text one
/// with its rowid as first column), any other virtual table is a native object and a warning. Table::id is
/// the position. Rows are estimates, or exact with `countExactly`. Run it inside a read transaction. Throws
/// roost::Error.
[[nodiscard]] Catalog readCatalog(const Connection& connection, const sql::TableSelection& selection,
                                  bool countExactly);

/// Reads the first rows of each table: sets Column::spelling of timestamps, makes those an instant most of
/// whose texts carry an offset, and types the columns whose declaration says nothing (TypeOrigin::inferred).
/// A timestamp column without texts follows the others of its declared type, where they are all instants.
/// Columns whose type was set keep it.
void sampleColumns(const Connection& connection, Catalog& catalog);

/// True if the column's value stands in the table's rows and can be read: every one but generated ones.
[[nodiscard]] inline bool isStored(const Column& column) noexcept {
    return !column.generated || column.generatedRead;
}

}  // namespace roost::sqlite
