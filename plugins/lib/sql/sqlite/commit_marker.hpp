// How a SQLite file tells whether a run's transaction was committed: a row that the transaction itself wrote.
#pragma once

#include <string>
#include <string_view>

#include "lib/sql/sqlite/connection.hpp"

namespace roost::sqlite {

/// The table of markers. It is there only between a commit and the tidying up behind it, or its recovery;
/// nothing of roost reads or writes it as data.
inline constexpr std::string_view commitMarkerTable = "_roost_commit";

/// 32 hexadecimal digits, never the same twice. Throws roost::Error.
[[nodiscard]] std::string makeCommitId();

/// Writes the marker of `id` within the transaction that is open.
void writeCommitMarker(Connection& connection, std::string_view id);

[[nodiscard]] bool hasCommitMarker(const Connection& connection, std::string_view id);

/// Removes the marker in a transaction of its own, and the table with the last of them. False if it was gone.
bool removeCommitMarker(Connection& connection, std::string_view id);

}  // namespace roost::sqlite
