// Numbers that nothing in a database has had yet.
#pragma once

#include <cstdint>
#include <string>

#include "lib/sql/sqlite/connection.hpp"

namespace roost::sqlite {

/// See Sink::firstFree(): behind the highest number of the column, and behind those that AUTOINCREMENT has
/// given out for it. Throws roost::Error where there is none.
[[nodiscard]] std::int64_t firstFree(const Connection& connection, const std::string& table,
                                     const std::string& column);

}  // namespace roost::sqlite
