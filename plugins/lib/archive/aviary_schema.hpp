// What Aviary's own archives leave out: the schema of its tables.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "lib/archive/field_scan.hpp"
#include "lib/archive/table_reader.hpp"
#include "roost/catalog.hpp"

namespace roost::archive {

/// The catalog of an archive that Aviary wrote. `databaseType` is the one in its metadata, "sqlite" or
/// "postgres" (roost::Error for any other where there are tables); `tables` has what was found in each
/// `database/<name>.json` by <name>. Tables and columns are those that the archive holds, as Aviary's
/// database has them; a table or a field that Aviary does not know is guessed from its values and marked
/// (Column::optional). What is left out is told in Catalog::warnings. Table ids are positions, rows exact.
[[nodiscard]] Catalog aviaryCatalog(std::string_view databaseType,
                                    const std::map<std::string, FieldsSeen>& tables);

/// How a table of that catalog is read, from the document that `seen` was found in.
[[nodiscard]] TableReaderOptions aviaryReading(const Table& table, const FieldsSeen& seen);

}  // namespace roost::archive
