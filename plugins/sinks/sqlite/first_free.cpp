#include "sinks/sqlite/first_free.hpp"

#include <algorithm>
#include <limits>

#include "lib/sql/quoting.hpp"
#include "lib/sql/sqlite/statement.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::sqlite {

namespace {

/// What AUTOINCREMENT has given out for the table; 0 where it numbers nothing there.
std::int64_t givenOut(const Connection& connection, const std::string& table, const std::string& action) {
    Statement keeps(connection, "SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_sequence'", action);
    if (!keeps.step()) return 0;
    Statement last(connection, "SELECT CAST(seq AS INTEGER) FROM main.sqlite_sequence WHERE name = ?1",
                   action);
    last.bind(1, std::string_view(table));
    return last.step() ? last.integer(0) : 0;
}

}  // namespace

std::int64_t firstFree(const Connection& connection, const std::string& table, const std::string& column) {
    const std::string action = "find a free number in table '" + storage::shownName(table) + "'";
    Statement found(connection,
                    "SELECT s.name, c.name, c.pk FROM main.sqlite_schema AS s, pragma_table_info(s.name, "
                    "'main') AS c WHERE s.type = 'table' AND s.name = ?1 COLLATE NOCASE AND c.name = ?2 "
                    "COLLATE NOCASE",
                    action);
    found.bind(1, std::string_view(table));
    found.bind(2, std::string_view(column));
    if (!found.step()) return 1;
    const std::string name = sql::quoteIdentifier(found.text(1));
    Statement highest(connection,
                      "SELECT CAST(max(" + name + ") AS INTEGER) FROM main." +
                          sql::quoteIdentifier(found.text(0)) + " WHERE typeof(" + name +
                          ") IN ('integer', 'real')",
                      action);
    highest.step();
    std::int64_t used = std::max<std::int64_t>(0, highest.integer(0));
    if (found.integer(2) == 1) used = std::max(used, givenOut(connection, found.string(0), action));
    if (used == std::numeric_limits<std::int64_t>::max())
        throw Error("table '" + storage::shownName(table) + "', column '" + storage::shownName(column) +
                    "': no number is free behind the highest");
    return used + 1;
}

}  // namespace roost::sqlite
