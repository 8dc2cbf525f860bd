// A transaction's identity on disk, and what became of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/sql/postgresql/connection.hpp"

namespace roost::sql::postgresql {

/// All that it takes to ask later whether a transaction was committed. Holds no secret: whoever asks gets the
/// password from PGPASSWORD or .pgpass.
struct TransactionRecord {
    std::vector<std::pair<std::string, std::string>> settings;  ///< Connection::openSettings()
    std::string database;                                       ///< for people
    std::string system;  ///< pg_control_system()'s identifier; "" where the role may not ask
    std::string databaseOid;
    std::string transaction;  ///< pg_current_xact_id()

    /// Of the transaction that is open on `connection`, which gets an id by this.
    [[nodiscard]] static TransactionRecord of(Connection& connection);
    /// From and to JSON. parse() throws roost::Error for text that is no such record.
    [[nodiscard]] static TransactionRecord parse(const std::string& json);
    [[nodiscard]] std::string json() const;
};

enum class Outcome : std::uint8_t { committed, rolledBack, inProgress, unknown };

/// What the server says of the transaction: `unknown` where it was too long ago. Throws roost::Error where
/// the connection leads to another server or database than the record.
[[nodiscard]] Outcome askOutcome(Connection& connection, const TransactionRecord& record);

/// Connects and asks, again and again until `patience` is over, while the server can't be reached or says
/// that the transaction is in progress. Throws the last failure where it was never reached.
[[nodiscard]] Outcome awaitOutcome(const ConnectionSettings& settings, const TransactionRecord& record,
                                   std::chrono::milliseconds patience, Context& context);

}  // namespace roost::sql::postgresql
