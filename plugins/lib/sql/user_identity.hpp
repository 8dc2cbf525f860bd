// Whether the users that come are those that the target has under their keys and names.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/sql/load_plan.hpp"
#include "roost/catalog.hpp"

namespace roost::sql {

/// Which rows of the target's users table to look at: those with a key or a name of the users that come.
struct UserLookup {
    const TableLoad* table = nullptr;
    std::vector<std::string> columns;  ///< of the target, to be read as text: the key, then names
    RowCondition rows;
    std::vector<std::size_t> places;  ///< of each of `columns` in ChosenUsers::rows
    std::size_t keys = 0;             ///< so many of `columns` are the key
};

/// A row of the target: the columns of the lookup as text.
using UserRow = std::vector<std::optional<std::string>>;

/// Nothing where no users were chosen, or the target's users table is not loaded.
[[nodiscard]] std::optional<UserLookup> lookUpUsers(const Catalog& incoming, NameCase nameCase,
                                                    const LoadPlan& plan);

/// Why users that come are not those whom the target has: one has the key of a user of other names, or a name
/// of a user of another key. Sentences that say what to do.
[[nodiscard]] std::vector<std::string> identityRefusals(const ChosenUsers& users, const UserLookup& lookup,
                                                        const std::vector<UserRow>& present);

/// A whole number, text or uuid as the databases print it; nothing for other values.
[[nodiscard]] std::optional<std::string> identifyingText(const Value& value);

}  // namespace roost::sql
