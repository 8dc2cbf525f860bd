#include "lib/sql/sqlite/commit_marker.hpp"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstddef>

#include "lib/sql/quoting.hpp"
#include "lib/sql/sqlite/statement.hpp"

namespace roost::sqlite {

namespace {

std::string table() { return "main." + sql::quoteIdentifier(commitMarkerTable); }

constexpr const char* action = "read the marker of a restore";

bool hasTable(const Connection& connection) {
    Statement found(connection, "SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = ?1",
                    action);
    found.bind(1, commitMarkerTable);
    return found.step();
}

}  // namespace

std::string makeCommitId() {
    std::array<std::byte, 16> random{};
    if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size()))
        throw systemError("cannot get random numbers", errno);
    constexpr std::string_view digits = "0123456789abcdef";
    std::string id;
    for (const std::byte byte : random) {
        id += digits[std::to_integer<unsigned>(byte) >> 4U];
        id += digits[std::to_integer<unsigned>(byte) & 15U];
    }
    return id;
}

void writeCommitMarker(Connection& connection, std::string_view id) {
    connection.execute("CREATE TABLE IF NOT EXISTS " + table() + " (run TEXT NOT NULL)");
    Statement insert(connection, "INSERT INTO " + table() + " VALUES (?1)", "write the marker of this run");
    insert.bind(1, id);
    insert.step();
}

bool hasCommitMarker(const Connection& connection, std::string_view id) {
    if (!hasTable(connection)) return false;
    Statement found(connection, "SELECT 1 FROM " + table() + " WHERE run = ?1", action);
    found.bind(1, id);
    return found.step();
}

bool removeCommitMarker(Connection& connection, std::string_view id) {
    connection.execute("BEGIN IMMEDIATE");
    try {
        const bool there = hasCommitMarker(connection, id);
        if (there) {
            Statement remove(connection, "DELETE FROM " + table() + " WHERE run = ?1",
                             "remove the marker of a restore");
            remove.bind(1, id);
            remove.step();
        }
        const bool empty =
            hasTable(connection) && !Statement(connection, "SELECT 1 FROM " + table(), action).step();
        if (empty) connection.execute("DROP TABLE " + table());
        connection.execute("COMMIT");
        return there;
    } catch (...) {
        sqlite3_exec(connection.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
        throw;
    }
}

}  // namespace roost::sqlite
