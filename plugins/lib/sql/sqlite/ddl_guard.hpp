// Runs CREATE statements that came from a stranger, and nothing but them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/sql/sqlite/connection.hpp"

namespace roost::sqlite {

enum class CreatedKind : std::uint8_t { table, virtualTable, index, view, trigger };

/// What a statement is to create, and no other thing.
struct Creation {
    CreatedKind kind = CreatedKind::table;
    std::string name;
    std::string table;  ///< that an index or trigger belongs to
};

/// "table 'users'", "index 'a' of table 'users'".
[[nodiscard]] std::string shown(const Creation& wanted);

/// Runs `sql` if it is exactly one statement that creates `wanted` in the main database. Statements that
/// would read files, attach databases, write rows or create anything else are refused: SQLite asks before it
/// compiles any of that. Virtual tables only of the modules that keep their rows in the database itself (full
/// text, R-tree). Throws roost::Error that names the thing, or Interrupted. The connection's authorizer is
/// taken away.
void create(Connection& connection, const Creation& wanted, const std::string& sql);

}  // namespace roost::sqlite
