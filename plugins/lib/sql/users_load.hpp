// LoadMode::users: the rows of chosen users take the place of those that these users have in the target.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/sql/load_plan.hpp"
#include "roost/catalog.hpp"
#include "roost/error.hpp"

namespace roost::sql {

/// Fills in TableLoad::ownership for every table of TableAction::users, and refuses where what comes does not
/// say whose rows are whose, where the target lacks what that is said by, and where rows that are nobody's
/// could not be told from those that are there. What ties rows to the users table itself is said by the
/// users' values, so that rows whose user is missing in the target are found, too.
void planUsers(const Catalog& incoming, NameCase nameCase, LoadPlan& plan);

/// The tables of TableAction::users, each before those that the condition for its chosen rows looks at: in
/// that order rows can be removed, and in the reverse order added.
[[nodiscard]] std::vector<const TableLoad*> inRemovalOrder(const LoadPlan& plan);

/// For LoadPlan::destroys: "table documents: 12 rows of the users that come".
[[nodiscard]] std::string destroyedRows(const TableLoad& load, std::uint64_t rows);

/// Rows that come have primary keys that somebody else's rows have in the target: `keys` names the first of
/// them ("id = 5").
[[nodiscard]] Error takenKeys(const TableLoad& load, std::uint64_t rows,
                              const std::vector<std::string>& keys);

}  // namespace roost::sql
