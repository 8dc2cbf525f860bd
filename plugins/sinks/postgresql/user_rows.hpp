// LoadMode::users: the users' rows in the target, and those of others that stay.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/sql/load_plan.hpp"
#include "lib/sql/postgresql/connection.hpp"
#include "lib/sql/postgresql/referential_keys.hpp"
#include "roost/catalog.hpp"
#include "sinks/postgresql/destination.hpp"
#include "sinks/postgresql/target_state.hpp"

namespace roost::postgresql {

/// The SQL for the rows that a load of users is about. Names of columns in conditions are unqualified: they
/// may stand where FROM has one table.
class UserRows {
public:
    /// All that is given must outlive it. `standIns`: of a rehearsal, also those that are added later.
    UserRows(const sql::LoadPlan& plan, const TargetState& state, const sql::postgresql::StandIns& standIns)
        : plan_(&plan), state_(&state), standIns_(&standIns) {}

    /// The condition for the users' rows.
    [[nodiscard]] std::string chosen(const sql::TableLoad& load) const;
    /// The condition for rows that are nobody's.
    [[nodiscard]] std::string shared(const sql::TableLoad& load) const;
    /// The condition for rows of `c` that came: those of the users, and what came with them.
    [[nodiscard]] std::string came(const Destination& destination) const;
    [[nodiscard]] std::string text(const RowCondition& rows) const;

private:
    [[nodiscard]] std::string from(TableId table) const;

    const sql::LoadPlan* plan_;
    const TargetState* state_;
    const sql::postgresql::StandIns* standIns_;
};

/// See sql::identityRefusals().
[[nodiscard]] std::vector<std::string> identityRefusals(sql::postgresql::Connection& connection,
                                                        const Catalog& incoming, const sql::LoadPlan& plan,
                                                        const TargetState& state);

/// What will be removed, for LoadPlan::destroys.
[[nodiscard]] std::vector<std::string> destroyedUserRows(sql::postgresql::Connection& connection,
                                                         const sql::LoadPlan& plan, const TargetState& state,
                                                         Context& context);

/// Removes the users' rows of the table; returns how many.
std::uint64_t removeUserRows(sql::postgresql::Connection& connection, const UserRows& users,
                             const sql::TableLoad& load, const std::string& rows);

/// Inserts the rows that came from the destination's merge table, but for those that are nobody's and there
/// already; returns how many these are. Throws roost::Error where a key is taken by a row that is somebody's.
std::uint64_t addUserRows(sql::postgresql::Connection& connection, const UserRows& users,
                          const Destination& destination);

}  // namespace roost::postgresql
