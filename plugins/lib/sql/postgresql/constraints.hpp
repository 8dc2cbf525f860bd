// Keys, checks and indexes of tables.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lib/sql/postgresql/column_types.hpp"
#include "lib/sql/postgresql/connection.hpp"

namespace roost::sql::postgresql {

struct TableDescription;

/// Adds primary keys, unique, check and foreign-key constraints to the tables. What the catalog's own words
/// can't express is listed apart, by readObjects(): exclusion constraints, checks and keys that are NOT
/// VALID, MATCH FULL.
void addConstraints(Connection& connection, const std::string& oids,
                    const std::map<Oid, TableDescription*>& tables, std::vector<std::string>& warnings);

/// Adds the indexes that no constraint stands for. One that a failed CREATE INDEX CONCURRENTLY left is named
/// in `warnings` and left out.
void addIndexes(Connection& connection, const std::string& oids,
                const std::map<Oid, TableDescription*>& tables, std::vector<std::string>& warnings);

}  // namespace roost::sql::postgresql
