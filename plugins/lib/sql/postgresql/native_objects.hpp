// What a database holds beside its tables, as native SQL.
#pragma once

#include <string>
#include <vector>

#include "lib/sql/postgresql/connection.hpp"
#include "lib/sql/postgresql/relations.hpp"
#include "lib/sql/postgresql/sequences.hpp"
#include "roost/catalog.hpp"

namespace roost::sql::postgresql {

/// Extensions, schemas, types, sequences, functions, partitions, constraints that the catalog's own words
/// can't express, views, triggers, rules, policies, foreign tables and so on, in an order in which they can
/// be made: those before the first object that stands on a table can be made before the tables. Objects of a
/// table are listed if it is among `relations`, others if their schema is among `schemas`. System objects,
/// members of extensions and sequences of identity columns are left out. What is not carried (rows of foreign
/// tables and materialized views, large objects, operators, ...) is told in `warnings`.
[[nodiscard]] std::vector<NativeObject> readObjects(Connection& connection,
                                                    const std::vector<Relation>& relations,
                                                    const std::vector<Sequence>& sequences,
                                                    const std::vector<std::string>& schemas,
                                                    std::vector<std::string>& warnings);

}  // namespace roost::sql::postgresql
