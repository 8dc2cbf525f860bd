// The queries that write a database's objects down as SQL.
#pragma once

#include <span>
#include <string_view>

namespace roost::sql::postgresql {

/// The queries for what can be made before the tables (sequences come between the two), and for what comes
/// after them, in order. The rows of each: kind of object, schema ("" for none), name, oid of the table that
/// it stands on or 0, name of that table (or null), its SQL, and a label or null (an enum comes in one row a
/// label).
[[nodiscard]] std::span<const std::string_view> queriesBeforeTables() noexcept;
[[nodiscard]] std::span<const std::string_view> queriesAfterTables() noexcept;

/// Gives rows of a number and the plural name of what is not carried.
[[nodiscard]] std::string_view uncarriedQuery() noexcept;

}  // namespace roost::sql::postgresql
