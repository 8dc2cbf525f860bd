// A whole load into one open database, within the transaction that its owner has begun.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/sql/load_plan.hpp"
#include "lib/sql/rejection/bad_values.hpp"
#include "lib/sql/sqlite/connection.hpp"
#include "roost/catalog.hpp"
#include "roost/item.hpp"
#include "sinks/sqlite/index_pause.hpp"
#include "sinks/sqlite/load_settings.hpp"
#include "sinks/sqlite/reference_check.hpp"
#include "sinks/sqlite/table_loader.hpp"
#include "sinks/sqlite/user_rows.hpp"

namespace roost::sqlite {

/// Rows and tables, for the report.
struct LoadResult {
    std::uint64_t rows = 0;     ///< written
    std::uint64_t present = 0;  ///< left as they were, by LoadMode::add and users
    std::uint64_t created = 0;
    std::uint64_t replaced = 0;
    std::uint64_t merged = 0;
    std::uint64_t kept = 0;
    std::uint64_t exchanged = 0;  ///< tables of which the users' rows were replaced
    std::uint64_t removed = 0;    ///< rows of these users
    std::uint64_t orphans = 0;    ///< rows changed by `on-orphans: apply`
    std::uint64_t verified = 0;   ///< rows that were read back
    std::chrono::duration<double> verifying{};
};

/// The catalog of the open database with exact counts of those tables that also `incoming` has.
[[nodiscard]] Catalog readTarget(const Connection& connection, const Catalog& incoming);

class DatabaseLoad {
public:
    /// Compares and creates what is missing. All that is given must outlive it. Throws roost::Error.
    DatabaseLoad(Connection& connection, const Catalog& incoming, const LoadSettings& settings,
                 sql::BadValues& bad, Context& context);

    void write(Item& item);
    /// Indexes, numbers, references, views and triggers: all but the commit.
    void finish();
    [[nodiscard]] const LoadResult& result() const noexcept { return result_; }

private:
    void plan();
    void matchCreated();
    void begin(TableId table);
    void write(const Batch& batch);
    void end(const TableEnd& end);
    void tell(const TableResult& result, const Table& table);
    void verify(TableLoader& loader, const std::string& where);
    void finishUsers();
    void setNextNumbers();
    void setNextNumber(const sql::TableLoad& load);

    Connection* connection_;
    const Catalog* incoming_;
    LoadSettings settings_;
    sql::BadValues* bad_;
    Context* context_;
    Catalog target_;
    sql::LoadPlan plan_;
    bool wasEmpty_ = false;
    IndexPause indexes_;
    std::optional<ReferenceCheck> references_;
    const sql::TableLoad* current_ = nullptr;
    std::unique_ptr<TableLoader> loader_;
    std::optional<UserRows> users_;
    std::vector<std::unique_ptr<TableLoader>> usersLoaders_;  ///< those that are done, to be looked at last
    bool indexesAway_ = false;
    LoadResult result_;
};

}  // namespace roost::sqlite
