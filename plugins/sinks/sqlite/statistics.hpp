// What SQLite's planner should know of new tables.
#pragma once

#include "lib/sql/load_plan.hpp"
#include "lib/sql/sqlite/connection.hpp"

namespace roost::sqlite {

/// ANALYZE of the tables that were made from another database's, whose indexes nobody has described yet.
/// Tables that come from SQLite stay without what was not there, and those of the application with what it
/// found.
void gatherStatistics(Connection& connection, const sql::LoadPlan& plan);

}  // namespace roost::sqlite
