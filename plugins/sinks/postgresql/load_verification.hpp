// The check after a load: what the target holds is what was read from the source.
#pragma once

#include <cstdint>
#include <string>

#include "lib/sql/postgresql/connection.hpp"
#include "lib/sql/postgresql/digest_fields.hpp"
#include "roost/context.hpp"
#include "sinks/postgresql/destination.hpp"

namespace roost::postgresql {

/// Reads the loaded columns of rows back and compares their number and the digest of each column with what
/// was sent. `rows`: what stands behind SELECT ... FROM; `alias`: what its columns are qualified with.
/// Throws roost::Error that names the table and the columns; values that the server only spells in another
/// way are told.
void verifyRows(sql::postgresql::Connection& connection, const std::string& shownTable,
                const std::string& rows, const std::string& alias, sql::postgresql::DigestFields& fields,
                const sql::TableDigest& sent, Context& context);

/// The same for a destination whose rows have a digest; of a merged one only the rows that came are looked
/// at.
void verifyDestination(sql::postgresql::Connection& connection, Destination& destination, Context& context);

/// The same for the rows c of which `rows` is true.
void verifyUserRows(sql::postgresql::Connection& connection, Destination& destination,
                    const std::string& rows, Context& context);

}  // namespace roost::postgresql
