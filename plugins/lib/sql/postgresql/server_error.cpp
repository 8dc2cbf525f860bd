#include "lib/sql/postgresql/server_error.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "roost/location.hpp"

namespace roost::sql::postgresql {

namespace {

using Hint = std::pair<std::string_view, std::string_view>;

/// By SQLSTATE or by its class, the first two characters.
constexpr std::array<Hint, 18> hints{{
    {"28P01", "check user and password; where none is given, PGPASSWORD and ~/.pgpass are looked at"},
    {"28", "check user and sslmode, and which connections the server's pg_hba.conf lets in"},
    {"3D000", "check the database's name; `psql -l` lists those of the server"},
    {"42501",
     "ask the owner for GRANT SELECT (and GRANT USAGE on the schema), or leave it out with exclude-tables"},
    {"53100", "the server's disk is full: make room there and run again"},
    {"53200", "the server is out of memory; for very many tables raise its max_locks_per_transaction"},
    {"53300", "the server has no connection free: run again later, or raise its max_connections"},
    {"55P03", "another session holds the table: run again later, or raise lock-timeout"},
    {"57014", "the server ended the query on somebody's request: run again"},
    {"57P01", "the server was stopped or the session ended by an administrator: run again once it is up"},
    {"57P02", "the server crashed: see its log, and run again once it is up"},
    {"57P03", "the server is starting or stopping: run again in a moment"},
    {"40001", "on a standby, set hot_standby_feedback or raise max_standby_streaming_delay, and run again"},
    {"22021", "a stored text is not valid in the database's encoding; find the row and mend it"},
    {"22P05", "a stored character has no form in UTF-8; find the row and mend it"},
    {"54000",
     "a limit of PostgreSQL: a value of an index may have about 2,700 bytes, a row without its long values "
     "8,160, and 1 GB in all"},
    {"XX001", "the server's files are damaged: see its log, and pg_amcheck"},
    {"XX002", "an index is damaged: REINDEX it and run again"},
}};

bool isDigit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Five digits and capital letters, among them a digit: FATAL is none.
bool isSqlState(std::string_view word) {
    return std::ranges::all_of(word, [](char c) { return isDigit(c) || (c >= 'A' && c <= 'Z'); }) &&
           std::ranges::any_of(word, isDigit);
}

}  // namespace

std::string hintFor(std::string_view sqlState) {
    for (const std::string_view key : {sqlState, sqlState.substr(0, 2)})
        if (const auto* found = std::ranges::find(hints, key, &Hint::first); found != hints.end())
            return std::string(found->second);
    return {};
}

std::string oneLine(std::string_view message) {
    std::string line;
    for (const char c : message) {
        const char shown = c == '\n' || c == '\t' || c == '\r' ? ' ' : c;
        if (shown == ' ' && (line.empty() || line.back() == ' ')) continue;
        line += shown;
    }
    while (line.ends_with(' ')) line.pop_back();
    return redact(line);
}

std::string ServerReport::text() const {
    return detail.empty() ? oneLine(primary) : oneLine(primary) + " (" + oneLine(detail) + ")";
}

ConnectFailure parseConnectFailure(std::string_view message) {
    // Verbose text ends in "LOCATION:  function, file:line", which says nothing to users.
    if (const std::size_t location = message.find("\nLOCATION:"); location != std::string_view::npos)
        message = message.substr(0, location);
    ConnectFailure failure{{}, oneLine(message)};
    // "...FATAL: 28P01: password authentication failed..."; the severity's word may be in any language.
    constexpr std::size_t length = 5;
    for (std::size_t at = failure.message.find(": "); at != std::string::npos;
         at = failure.message.find(": ", at + 1)) {
        const std::string_view rest = std::string_view(failure.message).substr(at + 2);
        if (rest.size() < length + 2 || rest.substr(length, 2) != ": " || !isSqlState(rest.substr(0, length)))
            continue;
        failure.sqlState = rest.substr(0, length);
        failure.message.erase(at + 2, length + 2);
        break;
    }
    return failure;
}

}  // namespace roost::sql::postgresql
