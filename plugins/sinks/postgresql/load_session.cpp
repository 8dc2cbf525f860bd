#include "sinks/postgresql/load_session.hpp"

#include <string>

namespace roost::postgresql {

void beginTransaction(sql::postgresql::Connection& connection, Access access,
                      std::chrono::milliseconds lockTimeout) {
    std::string sql = std::string("BEGIN ISOLATION LEVEL READ COMMITTED, ") +
                      (access == Access::readOnly ? "READ ONLY;" : "READ WRITE;");
    sql +=
        "SET LOCAL search_path = pg_catalog; SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD';"
        "SET LOCAL IntervalStyle = 'postgres'; SET LOCAL extra_float_digits = 3; SET LOCAL bytea_output = "
        "'hex';"
        "SET LOCAL standard_conforming_strings = on; SET LOCAL quote_all_identifiers = off;"
        "SET LOCAL xmloption = 'content'; SET LOCAL lc_monetary = 'C';"
        "SET LOCAL row_security = off; SET LOCAL check_function_bodies = off;"
        "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0;"
        "SET LOCAL client_min_messages = 'warning';"
        // Files follow the COMMIT: it has to be on disk when it is confirmed.
        "SELECT pg_catalog.set_config('synchronous_commit', 'on', true) WHERE "
        "pg_catalog.current_setting('synchronous_commit') = 'off';";
    // SQL_ASCII says that nobody knows the encoding: bytes go in as they are.
    const bool unknownEncoding = connection.parameter("server_encoding") == "SQL_ASCII";
    sql += std::string("SET LOCAL client_encoding = '") + (unknownEncoding ? "SQL_ASCII" : "UTF8") + "';";
    sql += "SET LOCAL lock_timeout = " + std::to_string(lockTimeout.count()) + ";";
    constexpr int transactionTimeoutSince = 170000;
    if (connection.serverVersion() >= transactionTimeoutSince) sql += "SET LOCAL transaction_timeout = 0;";
    connection.execute(sql, "begin a transaction");
}

}  // namespace roost::postgresql
