// LoadMode::users: the users' rows in the target, and those of others that stay.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/sql/condition_text.hpp"
#include "lib/sql/load_plan.hpp"
#include "lib/sql/sqlite/connection.hpp"
#include "roost/catalog.hpp"
#include "sinks/sqlite/reference_check.hpp"
#include "sinks/sqlite/table_loader.hpp"

namespace roost::sqlite {

/// Finds and removes the rows of the users that come. The plan is one without refusals.
class UserRows {
public:
    /// All that is given must outlive it.
    UserRows(const Connection& connection, const Catalog& incoming, const sql::LoadPlan& plan);

    /// See sql::identityRefusals().
    [[nodiscard]] std::vector<std::string> identityRefusals() const;
    /// What will be removed, for LoadPlan::destroys.
    [[nodiscard]] std::vector<std::string> destroyed() const;
    /// Removes all rows of the users.
    void removeAll(ReferenceCheck& references);
    /// Removes what is the users' now that the tables before this one are loaded: rows whose parents were
    /// missing.
    void remove(const sql::TableLoad& load, ReferenceCheck& references);
    [[nodiscard]] std::uint64_t removed() const noexcept { return removed_; }
    /// Throws roost::Error where rows that come were left out for rows that are somebody else's. Once all
    /// tables are loaded.
    void judgePresent(const TableLoader& loader) const;
    /// The condition for the users' rows.
    [[nodiscard]] std::string chosen(const sql::TableLoad& load) const {
        return sql::conditionText(load.ownership.chosen, writer_);
    }

private:
    void judge(const sql::TableLoad& load, const std::string& from) const;

    const Connection* connection_;
    const Catalog* incoming_;
    const sql::LoadPlan* plan_;
    sql::ConditionWriter writer_;
    std::uint64_t removed_ = 0;
};

}  // namespace roost::sqlite
