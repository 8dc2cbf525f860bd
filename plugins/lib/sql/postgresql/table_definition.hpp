// Tables of a catalog as PostgreSQL's DDL, from the catalog's own words.
#pragma once

#include <string>
#include <vector>

#include "roost/catalog.hpp"

namespace roost::sql::postgresql {

/// CREATE TABLE with columns, defaults, identity and generated columns; no keys and checks.
[[nodiscard]] std::string createColumns(const Table& table);
/// Primary key, unique and check constraints, a statement each.
[[nodiscard]] std::vector<std::string> constraintStatements(const Table& table);
/// CREATE INDEX from the index's columns.
[[nodiscard]] std::string indexStatement(const Table& table, const Index& index);
/// ALTER TABLE ... ADD FOREIGN KEY; `parent` is the quoted name of the table that it refers to.
[[nodiscard]] std::string foreignKeyStatement(const Table& table, const ForeignKey& key,
                                              const std::string& parent);
/// COMMENT ON the table and its columns.
[[nodiscard]] std::vector<std::string> commentStatements(const Table& table);

/// "schema"."name", with `public` where the catalog has none.
[[nodiscard]] std::string quotedTable(const std::string& schema, const std::string& name);

}  // namespace roost::sql::postgresql
