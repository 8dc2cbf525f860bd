// Rows that are merged into those of a table.
#pragma once

#include <cstddef>
#include <cstdint>

#include "lib/sql/postgresql/connection.hpp"
#include "sinks/postgresql/destination.hpp"

namespace roost::postgresql {

/// Makes a temporary table for the rows that come, and lets COPY write there.
void makeMergeTable(sql::postgresql::Connection& connection, Destination& destination, std::size_t number);

/// Inserts them, and updates those whose primary key is there; with `onlyAdds` these stay as they are.
/// Returns how many stayed.
std::uint64_t mergeRows(sql::postgresql::Connection& connection, const Destination& destination,
                        bool onlyAdds);

}  // namespace roost::postgresql
