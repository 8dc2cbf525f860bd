#include "lib/sql/postgresql/transaction_record.hpp"

#include <Poco/Dynamic/Var.h>
#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <sstream>
#include <thread>

#include "roost/error.hpp"

namespace roost::sql::postgresql {

namespace {

constexpr int fullIdsSince = 130000;

std::string systemIdentifier(Connection& connection) {
    const Result allowed =
        connection.query("SELECT has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')",
                         "ask who the server is");
    if (!allowed.boolean(0, 0)) return {};
    return connection
        .query("SELECT system_identifier::text FROM pg_catalog.pg_control_system()", "ask who the server is")
        .string(0, 0);
}

std::string oidOfDatabase(Connection& connection) {
    return connection
        .query("SELECT oid::text FROM pg_catalog.pg_database WHERE datname = current_database()",
               "ask which database it is")
        .string(0, 0);
}

}  // namespace

TransactionRecord TransactionRecord::of(Connection& connection) {
    TransactionRecord record;
    record.settings = connection.openSettings();
    record.database = connection.name();
    record.system = systemIdentifier(connection);
    record.databaseOid = oidOfDatabase(connection);
    const char* id = connection.serverVersion() >= fullIdsSince
                         ? "SELECT pg_catalog.pg_current_xact_id()::text"
                         : "SELECT pg_catalog.txid_current()::text";
    record.transaction = connection.query(id, "ask for the transaction's id").string(0, 0);
    return record;
}

std::string TransactionRecord::json() const {
    Poco::JSON::Object connection;
    for (const auto& [keyword, value] : settings) connection.set(keyword, value);
    Poco::JSON::Object object;
    object.set("connection", connection);
    object.set("database", database);
    object.set("system", system);
    object.set("database_oid", databaseOid);
    object.set("transaction", transaction);
    std::ostringstream text;
    object.stringify(text);
    return text.str();
}

TransactionRecord TransactionRecord::parse(const std::string& json) {
    try {
        Poco::JSON::Parser parser;
        const auto object = parser.parse(json).extract<Poco::JSON::Object::Ptr>();
        TransactionRecord record;
        const auto connection = object->getObject("connection");
        if (connection.isNull()) throw Poco::DataFormatException("no connection");
        for (const std::string& keyword : connection->getNames())
            record.settings.emplace_back(keyword, connection->getValue<std::string>(keyword));
        record.database = object->getValue<std::string>("database");
        record.system = object->getValue<std::string>("system");
        record.databaseOid = object->getValue<std::string>("database_oid");
        record.transaction = object->getValue<std::string>("transaction");
        return record;
    } catch (const Poco::Exception& error) {
        throw Error("the journal of a run into PostgreSQL can't be read: " + error.displayText());
    }
}

Outcome askOutcome(Connection& connection, const TransactionRecord& record) {
    const std::string system = record.system.empty() ? std::string() : systemIdentifier(connection);
    if (oidOfDatabase(connection) != record.databaseOid || system != record.system)
        throw Error(connection.name() + " is not the one that the interrupted run wrote to",
                    "make the server of that time reachable under the same name, and run `roost recover`");
    const char* ask = connection.serverVersion() >= fullIdsSince
                          ? "SELECT pg_catalog.pg_xact_status($1::pg_catalog.xid8)"
                          : "SELECT pg_catalog.txid_status($1::bigint)";
    try {
        const Result status =
            connection.query(ask, "ask whether the transaction was committed", {record.transaction});
        if (status.text(0, 0) == "committed") return Outcome::committed;
        if (status.text(0, 0) == "aborted") return Outcome::rolledBack;
        return status.isNull(0, 0) ? Outcome::unknown : Outcome::inProgress;
    } catch (const ServerError& error) {
        // "transaction ID ... is in the future": the server was set back to an older state.
        if (error.sqlState() == "22023") return Outcome::unknown;
        throw;
    }
}

Outcome awaitOutcome(const ConnectionSettings& settings, const TransactionRecord& record,
                     std::chrono::milliseconds patience, Context& context) {
    using Clock = std::chrono::steady_clock;
    constexpr auto pause = std::chrono::milliseconds(300);
    const auto deadline = Clock::now() + patience;
    for (;;) {
        const bool last = Clock::now() >= deadline;
        try {
            const auto connection = Connection::open(settings, context);
            const Outcome outcome = askOutcome(*connection, record);
            if (outcome != Outcome::inProgress || last) return outcome;
        } catch (const ServerError&) {
            if (last) throw;
        }
        context.alive();
        std::this_thread::sleep_for(pause);
    }
}

}  // namespace roost::sql::postgresql
