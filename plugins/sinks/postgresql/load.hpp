// A load from its first lock to the moment before its commit.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/sql/postgresql/connection.hpp"
#include "lib/sql/postgresql/quiet_tables.hpp"
#include "lib/sql/postgresql/referential_keys.hpp"
#include "roost/catalog.hpp"
#include "roost/context.hpp"
#include "roost/item.hpp"
#include "sinks/postgresql/destination.hpp"
#include "sinks/postgresql/load_check.hpp"
#include "sinks/postgresql/load_settings.hpp"
#include "sinks/postgresql/orphan_rows.hpp"
#include "sinks/postgresql/row_load.hpp"
#include "sinks/postgresql/target_state.hpp"
#include "sinks/postgresql/user_rows.hpp"

namespace roost::postgresql {

/// What was done, for the report.
struct LoadTotals {
    std::uint64_t rows = 0;     ///< written
    std::uint64_t present = 0;  ///< left as they were, by LoadMode::add and users
    std::uint64_t created = 0;
    std::uint64_t replaced = 0;
    std::uint64_t merged = 0;
    std::uint64_t kept = 0;
    std::uint64_t exchanged = 0;  ///< tables of which the users' rows were replaced
    std::uint64_t removed = 0;    ///< rows of these users
    std::uint64_t verified = 0;   ///< rows that were read back
    std::chrono::duration<double> verifying{};
};

/// Loads a catalog's tables within the transaction that is open on a connection. In a rehearsal (see
/// LoadSettings) tables that exist have stand-ins in a schema of its own. Nothing is undone here: whoever
/// owns the connection rolls back. Throws Error, ServerError, Interrupted.
class Load {
public:
    /// All of them outlive it.
    Load(sql::postgresql::Connection& connection, const Catalog& incoming, const LoadSettings& settings,
         Context& context)
        : connection_(connection),
          incoming_(incoming),
          settings_(settings),
          context_(context),
          bad_(settings.onBadValue, settings.rejectFile, context) {}
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

    /// Locks, makes and empties tables.
    void begin();
    void write(Item& item);
    /// Brings everything else in order: keys, views, triggers, sequences. After it only the commit is left.
    void prepare();
    [[nodiscard]] const LoadTotals& totals() const noexcept { return totals_; }
    [[nodiscard]] const sql::BadValues& badValues() const noexcept { return bad_; }
    /// The run does not commit: the file of rejected rows goes.
    void withdraw() noexcept { bad_.withdraw(); }

private:
    void readState();
    void lock();
    void makeStandIns();
    void loosen();
    void empty();
    void make();
    void runMaking(std::vector<sql::postgresql::MakingStep>& steps, bool last);
    void findDestinations();
    [[nodiscard]] Destination destinationOf(const sql::TableLoad& load, std::size_t number);
    void beginTable(TableId table);
    void endTable(const TableEnd& end);
    void verify(Destination& destination);
    void settleLoadedOrphans();
    void mergeTables();
    void removeUsers();
    void addUsers();
    void verifyUsers();
    [[nodiscard]] Destination* destinationOf(sql::postgresql::Oid oid);
    [[nodiscard]] std::string cameRows(const sql::postgresql::ReferentialKey& key);
    [[nodiscard]] std::vector<LoadedKey> keysOfLoaded();
    [[noreturn]] void refuseOutside(const sql::postgresql::ReferentialKey& key,
                                    const sql::postgresql::Orphans& orphans);
    void refuseIncomplete(const sql::postgresql::ReferentialKey& key);
    void settleOutside();
    void makeRest();
    [[noreturn]] void refuseOrphans(const sql::postgresql::ServerError& error);
    void checkStandIns();
    /// How many rows were changed.
    std::uint64_t settleOutsideOrphans(const sql::postgresql::ReferentialKey& key);
    void tighten();
    void restart();
    void analyze();
    void run(const std::string& sql, const std::string& action) { connection_.query(sql, action); }
    [[nodiscard]] bool isLoaded(sql::postgresql::Oid oid) const;

    sql::postgresql::Connection& connection_;
    const Catalog& incoming_;
    const LoadSettings& settings_;
    Context& context_;
    TargetState state_;
    LoadScheme scheme_;
    std::string failedStep_;
    std::vector<sql::postgresql::Silencing> silenced_;
    sql::postgresql::StandIns standIns_;
    std::string rehearsalSchema_;
    std::vector<Destination> destinations_;
    std::optional<UserRows> users_;
    Destination* current_ = nullptr;
    sql::BadValues bad_;
    std::optional<RowLoad> rows_;
    LoadTotals totals_;
};

}  // namespace roost::postgresql
