// Rows that came and refer to rows that did not.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/sql/postgresql/connection.hpp"
#include "lib/sql/postgresql/referential_keys.hpp"
#include "lib/sql/rejection/bad_values.hpp"

namespace roost::postgresql {

/// A foreign key of a loaded table, while it is not in force.
struct LoadedKey {
    sql::postgresql::ReferentialKey key;
    std::string shownTable;               ///< the child, as it comes
    std::vector<std::string> primaryKey;  ///< of the child
    std::vector<std::string> clearable;   ///< columns of the key that may be NULL
    std::string rows;                     ///< a condition for those that came; "" for all rows
};

/// Does to the orphans of these keys what the policy says: clears the reference (OnBadValue::null), or leaves
/// the row out (rejectFile), again and again until no row refers to one that was left out. With the other
/// policies, and for what can't be cleared, it does nothing: the key itself will refuse. Returns how many
/// rows were left out.
std::uint64_t settleOrphans(sql::postgresql::Connection& connection, const std::vector<LoadedKey>& keys,
                            const sql::postgresql::StandIns& standIns, sql::BadValues& bad);

/// All that the keys would refuse, a line a key; "" for nothing.
[[nodiscard]] std::string orphansText(sql::postgresql::Connection& connection,
                                      const std::vector<LoadedKey>& keys,
                                      const sql::postgresql::StandIns& standIns);

}  // namespace roost::postgresql
