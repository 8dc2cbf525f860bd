#include "lib/sql/postgresql/table_locks.hpp"

#include "lib/sql/postgresql/identifiers.hpp"
#include "lib/storage/shown_name.hpp"

namespace roost::sql::postgresql {

namespace {

// Whoever holds any lock on one of them stands in the way of an exclusive one; those who wait themselves
// don't. Who only reads is kept out by exclusive ones alone, on whatever table.
constexpr std::string_view holdersQuery = R"(
SELECT DISTINCT n.nspname, c.relname, a.pid, coalesce(a.usename, ''), coalesce(a.application_name, ''),
       coalesce(a.state, '')
FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'relation' AND l.granted AND l.pid <> pg_backend_pid()
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND CASE WHEN $1::oid[] = '{}' THEN l.mode = 'AccessExclusiveLock' AND c.relkind IN ('r', 'p', 'm')
           ELSE c.oid = ANY ($1::oid[]) OR c.relispartition AND pg_partition_root(c.oid)::oid = ANY ($1::oid[]) END
ORDER BY n.nspname, c.relname, a.pid LIMIT 5)";

/// Without tables: those who let nobody read.
std::string holders(Connection& connection, const std::vector<LockedTable>& tables) {
    std::string oids = "{";
    for (const LockedTable& table : tables) {
        if (oids.size() > 1) oids += ",";
        oids += std::to_string(table.oid);
    }
    const Result rows = connection.query(std::string(holdersQuery), "look for locks", {oids + "}"});
    std::string text;
    for (int i = 0; i < rows.rows(); ++i) {
        text +=
            (i == 0 ? "" : "; ") + std::string("table ") +
            storage::shownName(rows.text(i, 0) == "public" ? rows.string(i, 1)
                                                           : rows.string(i, 0) + "." + rows.string(i, 1)) +
            " is in use by session " + rows.string(i, 2) + " of user '" +
            storage::shownName(rows.text(i, 3)) + "'";
        if (!rows.text(i, 4).empty()) text += " (" + storage::shownName(rows.text(i, 4)) + ")";
        if (!rows.text(i, 5).empty()) text += ", " + rows.string(i, 5);
    }
    return text;
}

}  // namespace

void lockTables(Connection& connection, const std::vector<LockedTable>& tables, const std::string& mode) {
    if (tables.empty()) return;
    std::string list;
    for (const LockedTable& table : tables)
        list += (list.empty() ? "" : ", ") + std::string(table.partitioned ? "" : "ONLY ") +
                quoteQualified(table.schema, table.name);
    try {
        connection.execute("LOCK TABLE " + list + " IN " + mode + " MODE", "lock the tables");
    } catch (const ServerError& error) {
        if (error.sqlState() != sql_state::lockNotAvailable && error.sqlState() != sql_state::deadlock) throw;
        connection.execute("ROLLBACK", "end the transaction");
        const std::string who = holders(connection, tables);
        throw ServerError("cannot lock the tables of " + connection.name() +
                              " within lock-timeout: " + (who.empty() ? error.report().text() : who),
                          "stop the application that uses the database, and run again", error.sqlState(),
                          error.report());
    }
}

void throwWithHolders(Connection& connection, const ServerError& error) {
    connection.execute("ROLLBACK", "end the transaction");
    const std::string who = holders(connection, {});
    if (who.empty()) throw error;
    throw ServerError(std::string(error.what()) + "; " + who,
                      "stop the application that uses the database, and run again", error.sqlState(),
                      error.report());
}

}  // namespace roost::sql::postgresql
