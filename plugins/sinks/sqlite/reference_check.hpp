// Foreign keys after a load: every row that refers to one that is not there is found, and judged.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lib/sql/load_plan.hpp"
#include "lib/sql/sqlite/connection.hpp"
#include "roost/catalog.hpp"
#include "roost/context.hpp"
#include "sinks/sqlite/load_settings.hpp"

namespace roost::sqlite {

/// Rows that the load left without a parent, and what was done about them. Rows that dangle in the data
/// itself are kept where it came from SQLite, which may hold such; rows that dangled before the load are left
/// alone.
class ReferenceCheck {
public:
    /// `tables` are all of the database, `plan` says which of them are loaded; both must outlive it.
    ReferenceCheck(Connection& connection, const std::vector<Table>& tables, const sql::LoadPlan& plan,
                   const LoadSettings& settings, const std::string& dialect, Context& context);

    /// For tables of TableAction::users: says by `own` which of their rows are the users'. Before before().
    void tellApart(std::function<std::string(const sql::TableLoad&)> own) { own_ = std::move(own); }

    /// Remembers what dangles already. Before anything is written.
    void before();
    /// The rows of which `where` is true are to go: another one may get the number of one of them.
    void forget(const Table& table, const std::string& where);
    /// Throws roost::Error that names table, key and parent of what may not stay.
    void after();
    /// Rows that were deleted or set to NULL since their parent is gone.
    [[nodiscard]] std::uint64_t applied() const noexcept { return applied_; }

private:
    /// The rows of one foreign key that dangle.
    struct Dangling {
        const ForeignKey* key = nullptr;
        std::uint64_t count = 0;
        std::vector<std::int64_t> rows;  ///< the first rowids
        std::uint64_t nameless = 0;      ///< of a table without rowid
    };

    [[nodiscard]] bool isLoaded(const std::string& name) const;
    [[nodiscard]] bool isThere(const std::string& name) const;
    [[nodiscard]] bool concerns(const Table& table) const;
    /// The load of a table of TableAction::users; null for others.
    [[nodiscard]] const sql::TableLoad* usersLoad(const std::string& name) const;
    /// `rows`: a further condition on them; "" for all.
    [[nodiscard]] std::vector<Dangling> find(const Table& table, bool exceptKnown,
                                             const std::string& rows = {});
    void judgeLoaded(const Table& table, const Dangling& found);
    /// True if rows were changed, so that others may dangle now.
    bool judgeOutside(const Table& table, const Dangling& found);
    [[nodiscard]] std::string othersRows(const Table& table) const;
    void judgeUsers(const sql::TableLoad& load);
    void apply(const Table& table, const Dangling& found);
    [[nodiscard]] std::string describe(const Table& table, const Dangling& found) const;
    [[nodiscard]] std::string names(const Table& table, const Dangling& found) const;

    Connection* connection_;
    const std::vector<Table>* tables_;
    const sql::LoadPlan* plan_;
    const LoadSettings* settings_;
    const std::string* dialect_;
    Context* context_;
    std::function<std::string(const sql::TableLoad&)> own_;
    bool remembers_ = false;
    std::uint64_t applied_ = 0;
    /// What was done by which key, and to how many rows.
    std::map<std::pair<std::string, std::string>, std::uint64_t> appliedTo_;
};

}  // namespace roost::sqlite
