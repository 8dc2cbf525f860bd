#include "lib/sql/postgresql/snapshot.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "roost/error.hpp"

namespace roost::sql::postgresql {

namespace {

/// SET LOCAL, so that nothing is left behind in a session that a pooler gives to others. No SELECT may stand
/// here: it would take the snapshot before the locks.
std::string beginStatement(const Connection& connection, std::chrono::milliseconds lockTimeout) {
    std::string sql =
        "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;"
        "SET LOCAL search_path = pg_catalog; SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD';"
        "SET LOCAL IntervalStyle = 'postgres'; SET LOCAL extra_float_digits = 3; SET LOCAL bytea_output = "
        "'hex';"
        "SET LOCAL standard_conforming_strings = on; SET LOCAL quote_all_identifiers = off;"
        "SET LOCAL row_security = off; SET LOCAL synchronize_seqscans = off;"
        "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0;"
        // Workers would mix the order of rows, and compiling the queries costs more than it gains.
        "SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL jit = off;";
    // SQL_ASCII says that nobody knows the encoding: nothing can be converted, and bytes come as they are.
    const bool unknownEncoding = connection.parameter("server_encoding") == "SQL_ASCII";
    sql += std::string("SET LOCAL client_encoding = '") + (unknownEncoding ? "SQL_ASCII" : "UTF8") + "';";
    sql += "SET LOCAL lock_timeout = " + std::to_string(lockTimeout.count()) + ";";
    constexpr int transactionTimeoutSince = 170000;
    if (connection.serverVersion() >= transactionTimeoutSince) sql += "SET LOCAL transaction_timeout = 0;";
    return sql;
}

class Opening {
public:
    Opening(Connection& connection, const RelationChoice& choice, std::chrono::milliseconds lockTimeout)
        : connection_(connection), choice_(choice), begin_(beginStatement(connection, lockTimeout)) {}

    /// What there is before anything is locked.
    [[nodiscard]] Listing look() {
        begin();
        Listing found = list();
        rollBack();
        return found;
    }

    /// Begins the transaction with `expected` locked. False, and no transaction, if one of them is gone.
    [[nodiscard]] bool lock(const std::vector<Relation>& expected) {
        begin();
        try {
            lockRelations(connection_, expected);
            return true;
        } catch (const ServerError& error) {
            if (error.sqlState() != sql_state::undefinedTable &&
                error.sqlState() != sql_state::undefinedSchema)
                throw;
        }
        rollBack();
        return false;
    }

    [[nodiscard]] Listing list() {
        Listing listing = listRelations(connection_, choice_);
        requireReadable(connection_, listing.relations);
        return listing;
    }

    void rollBack() { connection_.execute("ROLLBACK", "end the transaction"); }

private:
    void begin() { connection_.execute(begin_, "begin a transaction"); }

    Connection& connection_;
    const RelationChoice& choice_;
    std::string begin_;
};

std::vector<Relation> lockable(const std::vector<Relation>& relations) {
    std::vector<Relation> tables;
    std::ranges::copy_if(relations, std::back_inserter(tables), &Relation::holdsRows);
    return tables;
}

/// Those of `now` that are not among `before`, by identity and name.
std::vector<Relation> missing(const std::vector<Relation>& now, const std::vector<Relation>& before) {
    std::map<Oid, std::string> known;
    for (const Relation& relation : before) known.emplace(relation.oid, relation.shownName());
    std::vector<Relation> fresh;
    std::ranges::copy_if(now, std::back_inserter(fresh), [&](const Relation& relation) {
        const auto found = known.find(relation.oid);
        return found == known.end() || found->second != relation.shownName();
    });
    return fresh;
}

}  // namespace

Snapshot openSnapshot(const ConnectionSettings& settings, const RelationChoice& choice,
                      std::chrono::milliseconds lockTimeout, Context& context) {
    Snapshot snapshot;
    snapshot.connection = Connection::open(settings, context);
    Opening opening(*snapshot.connection, choice, lockTimeout);
    constexpr int attempts = 5;
    std::vector<Relation> expected = lockable(opening.look().relations);
    for (int attempt = 1;; ++attempt) {
        if (opening.lock(expected)) {
            snapshot.listing = opening.list();
            std::vector<Relation> present = lockable(snapshot.listing.relations);
            const std::vector<Relation> fresh = missing(present, expected);
            if (fresh.empty()) break;
            if (attempt >= attempts) {
                // An application that makes tables all the time: these few are locked after the snapshot was
                // taken, as pg_dump does with all.
                lockRelations(*snapshot.connection, fresh);
                break;
            }
            expected = std::move(present);
            opening.rollBack();
        } else {
            if (attempt >= attempts)
                throw Error("tables of " + snapshot.connection->name() +
                                " are dropped again and again while they are to be locked",
                            "run again when the application is quiet, or leave them out with exclude-tables");
            expected = lockable(opening.look().relations);
        }
    }
    return snapshot;
}

}  // namespace roost::sql::postgresql
