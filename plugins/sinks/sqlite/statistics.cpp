#include "sinks/sqlite/statistics.hpp"

#include "lib/sql/quoting.hpp"

namespace roost::sqlite {

void gatherStatistics(Connection& connection, const sql::LoadPlan& plan) {
    bool limited = false;
    for (const sql::TableLoad& load : plan.tables) {
        // SQLite's own come with their statement.
        if (load.action != sql::TableAction::create || !load.from->nativeSql.empty()) continue;
        // So many rows of an index are enough, and take no time.
        if (!limited) connection.execute("PRAGMA analysis_limit = 1000");
        limited = true;
        connection.execute("ANALYZE main." + sql::quoteIdentifier(load.to->name));
    }
}

}  // namespace roost::sqlite
