// Whether a load can go ahead: found out before anything is locked or changed.
#pragma once

#include <string>
#include <vector>

#include "lib/sql/load_plan.hpp"
#include "lib/sql/postgresql/making.hpp"
#include "lib/sql/postgresql/referential_keys.hpp"
#include "roost/catalog.hpp"
#include "sinks/postgresql/load_settings.hpp"
#include "sinks/postgresql/target_state.hpp"

namespace roost::postgresql {

/// All that a load will do, as far as it can be told beforehand. Points into the catalog and the state that
/// it was made from, which outlive it.
struct LoadScheme {
    sql::LoadPlan plan;
    sql::postgresql::Making making;
    /// Foreign keys that are taken off for the time of the load.
    std::vector<sql::postgresql::ReferentialKey> loosened;
    /// Those of the catalog's that concern tables that are made.
    std::vector<Loss> losses;
};

/// Plans the load and adds to the plan's refusals and warnings what PostgreSQL has to say: owners, names that
/// are taken, a dialect that needs translating, rights.
[[nodiscard]] LoadScheme schemeFor(sql::postgresql::Connection& connection, const Catalog& incoming,
                                   const TargetState& state, const LoadSettings& settings);

/// The tables that are merged, parents before children as the target's foreign keys have them.
[[nodiscard]] std::vector<const sql::TableLoad*> inMergeOrder(const sql::LoadPlan& plan,
                                                              const TargetState& state);

/// The tables of that action, as an array of oids.
[[nodiscard]] std::string oidsOf(const sql::LoadPlan& plan, const TargetState& state,
                                 sql::TableAction action);

}  // namespace roost::postgresql
