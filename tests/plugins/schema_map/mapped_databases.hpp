// Databases made from mapped catalogs, and catalogs read back from them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "plugins/postgresql/test_server.hpp"
#include "roost/catalog.hpp"

namespace roost::test {

/// The catalog as SQLite's source gives it.
[[nodiscard]] Catalog readSqlite(const std::filesystem::path& file);
/// The catalog of a database that `sql` makes.
[[nodiscard]] Catalog sqliteCatalog(const std::string& sql);
/// The catalog as PostgreSQL's source gives it.
[[nodiscard]] Catalog readPostgresql(const ScratchDatabase& database);

/// Makes the file with all tables and indexes of a catalog for SQLite.
void createSqlite(const std::filesystem::path& file, const Catalog& catalog);
/// Makes all tables, keys and indexes of a catalog for PostgreSQL.
void createPostgresql(ScratchDatabase& database, const Catalog& catalog);

/// The schema as lines to be compared: what has to be the same in both dialects, and nothing else. Types are
/// logical ones.
[[nodiscard]] std::vector<std::string> outline(const Catalog& catalog);
/// The lines that only one of the two has.
[[nodiscard]] std::vector<std::string> differences(const Catalog& a, const Catalog& b);

[[nodiscard]] const Table& tableOf(const Catalog& catalog, const std::string& name);
[[nodiscard]] const Column& columnOf(const Catalog& catalog, const std::string& table,
                                     const std::string& name);
/// "table: message" of each loss, "message" where it is of no table.
[[nodiscard]] std::vector<std::string> lossesOf(const Catalog& catalog);

}  // namespace roost::test
