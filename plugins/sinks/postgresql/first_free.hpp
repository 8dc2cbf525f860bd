// Numbers that nothing in a database has had yet.
#pragma once

#include <cstdint>
#include <string>

#include "lib/sql/postgresql/connection.hpp"
#include "roost/catalog.hpp"

namespace roost::postgresql {

/// See Sink::firstFree(): behind the highest number of the column, and behind those that its sequences
/// (identity, serial, or any default that uses one) have given out. Throws roost::Error where there is none,
/// or the column is not one of whole numbers.
[[nodiscard]] std::int64_t firstFree(sql::postgresql::Connection& connection, const Table& table,
                                     const std::string& column);

}  // namespace roost::postgresql
