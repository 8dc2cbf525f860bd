// Tables, views and triggers that the database does not have yet.
#pragma once

#include "lib/sql/load_plan.hpp"
#include "lib/sql/sqlite/connection.hpp"
#include "roost/catalog.hpp"
#include "roost/context.hpp"
#include "sinks/sqlite/index_pause.hpp"

namespace roost::sqlite {

/// Why the table cannot be created from what comes: a sentence; "" where it can.
[[nodiscard]] std::string creationRefusal(const Catalog& incoming, const Table& table);

/// Creates the tables of `plan` that are to be created, from their own statements where they still fit, else
/// from the catalog's fields. Without their indexes.
void createTables(Connection& connection, const sql::LoadPlan& plan, const Catalog& incoming);

/// Virtual tables that keep no rows of their own, views and triggers, in that order. One that SQLite refuses
/// is an error: a database without a part of it would not be what was archived.
void createObjects(Connection& connection, const Catalog& incoming, Context& context);

/// Has the full-text tables that index other tables' rows read them again, where one of those was loaded.
void rebuildFullText(Connection& connection, const sql::LoadPlan& plan);

}  // namespace roost::sqlite
