// Catalogs after rules, for their tests.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lib/sql/mapping/schema_rules.hpp"
#include "roost/catalog.hpp"
#include "transforms/schema_map/schema_map.hpp"

namespace roost::test {

using Lines = std::vector<std::string>;
using Rules = std::vector<sql::mapping::SchemaRule>;

/// The catalog after the rules; `to` is the target's dialect.
[[nodiscard]] Catalog ruled(Catalog catalog, Rules rules, SchemaMap::To to = SchemaMap::To::sqlite);
/// What a real SQLite makes of it, read back: what the statements say, not what the catalog does.
[[nodiscard]] Catalog made(const Catalog& catalog);
/// The SQLite database that `sql` makes, after the rules and within SQLite.
[[nodiscard]] Catalog withinSqlite(const std::string& sql, Rules rules);

/// What `work` throws; "" for nothing.
[[nodiscard]] std::string refusal(const std::function<void()>& work);
/// What withinSqlite() throws.
[[nodiscard]] std::string refusalOf(const std::string& sql, Rules rules);

[[nodiscard]] Lines columnsOf(const Catalog& catalog, const std::string& table);
[[nodiscard]] Lines sqlOfLosses(const Catalog& catalog);

/// A database of SQLite's with all that hangs together.
extern const char* const shop;

}  // namespace roost::test
