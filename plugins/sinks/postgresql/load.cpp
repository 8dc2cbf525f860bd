#include "sinks/postgresql/load.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "lib/sql/postgresql/identifiers.hpp"
#include "lib/sql/postgresql/sequence_restart.hpp"
#include "lib/sql/postgresql/table_definition.hpp"
#include "lib/sql/postgresql/table_locks.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"
#include "sinks/postgresql/load_verification.hpp"
#include "sinks/postgresql/loaded_keys.hpp"
#include "sinks/postgresql/row_merge.hpp"

namespace roost::postgresql {

namespace {

using namespace sql::postgresql;
using sql::quoteIdentifier;
using sql::TableAction;
using sql::TableLoad;
using storage::shownName;

std::string randomName() {
    std::random_device device;
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
    std::string name = "roost_rehearsal_";
    for (int i = 0; i < 12; ++i) name += letters[device() % letters.size()];
    return name;
}

/// Whether rows that are there are changed.
bool changesPresent(TableAction action) {
    return action == TableAction::replace || action == TableAction::merge || action == TableAction::users;
}

/// Whether rows come into a table of their own first.
bool isMerged(TableAction action) { return action == TableAction::merge || action == TableAction::users; }

}  // namespace

void Load::readState() {
    state_ = readTargetState(connection_);
    scheme_ = schemeFor(connection_, incoming_, state_, settings_);
    if (scheme_.plan.refusals.empty()) return;
    std::string all;
    for (const std::string& refusal : scheme_.plan.refusals) all += (all.empty() ? "" : "; ") + refusal;
    throw Error(all);
}

void Load::begin() {
    readState();
    if (settings_.rehearsal) {
        makeStandIns();
    } else {
        lock();
        readState();  // what was planned before the locks may have changed until they were there
        loosen();
        empty();
    }
    make();
    findDestinations();
    if (settings_.tables.mode == sql::LoadMode::users) {
        users_.emplace(scheme_.plan, state_, standIns_);
        removeUsers();
    }
}

void Load::lock() {
    std::vector<LockedTable> replaced;
    std::vector<LockedTable> merged;
    for (const TableLoad& load : scheme_.plan.tables) {
        if (!changesPresent(load.action)) continue;
        const Relation& relation = state_.description(*load.to).relation;
        (load.action == TableAction::merge ? merged : replaced)
            .push_back({relation.oid, relation.schema, relation.name, relation.kind == 'p'});
    }
    for (const ReferentialKey& key : scheme_.loosened)
        for (const KeySide* side : {&key.child, &key.parent})
            if (std::ranges::find(replaced, side->oid, &LockedTable::oid) == replaced.end())
                replaced.push_back({side->oid, side->schema, side->name, side->partitioned});
    lockTables(connection_, replaced, "ACCESS EXCLUSIVE");
    lockTables(connection_, merged, "SHARE ROW EXCLUSIVE");
}

void Load::makeStandIns() {
    rehearsalSchema_ = randomName();
    run("CREATE SCHEMA " + quoteIdentifier(rehearsalSchema_), "make a schema for the rehearsal");
    std::size_t number = 0;
    for (const TableLoad& load : scheme_.plan.tables) {
        ++number;
        if (!changesPresent(load.action)) continue;
        const TableDescription& described = state_.description(*load.to);
        const std::string standIn = quoteQualified(rehearsalSchema_, "t" + std::to_string(number));
        const std::string original = quoteQualified(described.relation.schema, described.relation.name);
        const std::string action = "rehearse table '" + shownName(load.to->qualifiedName()) + "'";
        run("CREATE UNLOGGED TABLE " + standIn + " (LIKE " + original + " INCLUDING ALL)", action);
        standIns_[described.relation.oid] = standIn;
        std::string loaded;
        for (const sql::ColumnLoad& column : load.columns)
            loaded += (loaded.empty() ? "" : ", ") + quoteIdentifier(load.to->columns[column.to].name);
        // A default that is not loaded may draw from the application's own sequence, which no rollback
        // undoes.
        for (std::size_t c = 0; c < load.to->columns.size(); ++c) {
            const Column& column = load.to->columns[c];
            const bool comes = std::ranges::find(load.columns, c, &sql::ColumnLoad::to) != load.columns.end();
            if (!comes && !column.generated && column.identity == Identity::none && column.defaultValue)
                run("ALTER TABLE " + standIn + " ALTER COLUMN " + quoteIdentifier(column.name) +
                        " DROP DEFAULT, ALTER COLUMN " + quoteIdentifier(column.name) + " DROP NOT NULL",
                    action);
        }
        if (load.action != TableAction::replace && !loaded.empty())
            run("INSERT INTO " + standIn + " (" + loaded + ") OVERRIDING SYSTEM VALUE SELECT " + loaded +
                    " FROM " + (described.relation.kind == 'p' ? "" : "ONLY ") + original,
                action);
    }
}

void Load::loosen() {
    for (const ReferentialKey& key : scheme_.loosened) dropKey(connection_, key);
    const bool skip = settings_.triggers == Triggers::skip;
    for (const TableAction action : {TableAction::replace, TableAction::merge, TableAction::users}) {
        const std::string oids = oidsOf(scheme_.plan, state_, action);
        for (Silencing& silencing :
             silencingFor(connection_, oids, skip, skip && action != TableAction::replace)) {
            run(silencing.before, "silence " + shownName(silencing.what));
            silenced_.push_back(std::move(silencing));
        }
    }
}

void Load::empty() {
    std::string list;
    for (const TableLoad& load : scheme_.plan.tables) {
        if (load.action != TableAction::replace) continue;
        const Relation& relation = state_.description(*load.to).relation;
        list += (list.empty() ? "" : ", ") + std::string(relation.kind == 'p' ? "" : "ONLY ") +
                quoteQualified(relation.schema, relation.name);
    }
    if (!list.empty()) run("TRUNCATE " + list + " CONTINUE IDENTITY RESTRICT", "empty the tables");
}

void Load::make() {
    runMaking(scheme_.making.before, false);
    // What is missing something may be waiting for a view or a key, which come after the rows.
    std::ranges::move(scheme_.making.after, std::back_inserter(scheme_.making.before));
    scheme_.making.after = std::exchange(scheme_.making.before, {});
}

void Load::runMaking(std::vector<MakingStep>& steps, bool last) {
    StepsRun done = runSteps(connection_, steps, last);
    failedStep_ = std::move(done.failure);
    for (const LeftOut& left : done.leftOut)
        context_.setAside(left.shown, "could not be made in the target and is left out: " + left.why);
}

void Load::findDestinations() {
    std::size_t number = 0;
    for (const TableLoad& load : scheme_.plan.tables) {
        ++number;
        if (load.action == TableAction::keep) {
            ++totals_.kept;
            continue;
        }
        destinations_.push_back(destinationOf(load, number));
        if (load.action == TableAction::create) ++totals_.created;
        if (load.action == TableAction::replace) ++totals_.replaced;
        if (load.action == TableAction::merge) ++totals_.merged;
        if (load.action == TableAction::users) ++totals_.exchanged;
    }
}

Destination Load::destinationOf(const TableLoad& load, std::size_t number) {
    Destination destination;
    destination.load = &load;
    destination.copySchema = serverSchema(load.to->schema);
    destination.copyRelation = load.to->name;
    destination.table = quoteQualified(destination.copySchema, destination.copyRelation);
    const std::string shown = shownName(load.to->qualifiedName());
    if (load.action == TableAction::create) {
        const Result found = connection_.query(
            "SELECT oid, relkind = 'p' FROM pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass($1)",
            "find a table", {destination.table});
        if (found.rows() == 0)
            throw Error("table " + shown + " could not be made" +
                        (failedStep_.empty() ? std::string() : ": " + failedStep_));
        destination.oid = static_cast<Oid>(found.integer(0, 0));
        destination.partitioned = found.boolean(0, 1);
    } else {
        destination.oid = state_.description(*load.to).relation.oid;
        destination.partitioned = state_.description(*load.to).relation.kind == 'p';
    }
    if (const auto standIn = standIns_.find(destination.oid); standIn != standIns_.end()) {
        destination.copySchema = rehearsalSchema_;
        destination.copyRelation = "t" + std::to_string(number);
        destination.table = standIn->second;
        destination.standIn = true;
    }
    const std::vector<TargetColumn> columns = readTargetColumns(connection_, destination.oid);
    for (const sql::ColumnLoad& loaded : load.columns) {
        const std::string& name = load.to->columns[loaded.to].name;
        const auto found = std::ranges::find(columns, name, &TargetColumn::name);
        if (found == columns.end() || found->generated)
            throw Error("table " + shown + " has no column '" + shownName(name) + "' that takes values");
        destination.columns.push_back(*found);
    }
    if (isMerged(load.action)) makeMergeTable(connection_, destination, number);
    return destination;
}

void Load::write(Item& item) {
    if (const auto* begin = std::get_if<TableBegin>(&item)) return beginTable(begin->table);
    if (const auto* end = std::get_if<TableEnd>(&item)) return endTable(*end);
    const auto* batch = std::get_if<BatchPtr>(&item);
    if (batch == nullptr) throw Error("a database takes no files");
    if (rows_) rows_->add(*batch);
}

void Load::beginTable(TableId table) {
    const auto found = std::ranges::find_if(
        destinations_, [&](const Destination& candidate) { return candidate.load->from->id == table; });
    current_ = found == destinations_.end() ? nullptr : &*found;
    if (current_ != nullptr) rows_.emplace(connection_, *current_, settings_, bad_, context_);
}

void Load::endTable(const TableEnd& end) {
    if (!rows_) return;
    totals_.rows += rows_->finish(end.rows);
    rows_.reset();
    if (!isMerged(current_->load->action)) verify(*current_);
}

void Load::verify(Destination& destination) {
    if (!destination.digest) return;
    const auto started = std::chrono::steady_clock::now();
    verifyDestination(connection_, destination, context_);
    totals_.verified += destination.digest->rows();
    totals_.verifying += std::chrono::steady_clock::now() - started;
}

bool Load::isLoaded(Oid oid) const {
    return std::ranges::any_of(destinations_,
                               [oid](const Destination& destination) { return destination.oid == oid; });
}

void Load::prepare() {
    bad_.throwIfFailed();
    mergeTables();
    if (users_) {
        addUsers();
        verifyUsers();
    }
    settleLoadedOrphans();
    makeRest();
    run("SET CONSTRAINTS ALL IMMEDIATE", "check what is left to check");
    if (settings_.rehearsal) return checkStandIns();
    settleOutside();
    tighten();
    restart();
    for (const Silencing& silencing : silenced_)
        run(silencing.after, "bring back " + shownName(silencing.what));
    analyze();
    bad_.throwIfFailed();
    bad_.publish();
}

/// The server would plan the application's first queries for what the tables held before.
void Load::analyze() {
    std::string list;
    for (const Destination& destination : destinations_)
        if (!isMerged(destination.load->action)) list += (list.empty() ? "" : ", ") + destination.table;
    if (!list.empty()) run("ANALYZE " + list, "gather statistics of the tables");
}

void Load::settleLoadedOrphans() {
    if (settings_.onBadValue == sql::OnBadValue::null || settings_.onBadValue == sql::OnBadValue::rejectFile)
        totals_.rows -= settleOrphans(connection_, keysOfLoaded(), standIns_, bad_);
}

void Load::mergeTables() {
    const std::vector<const TableLoad*> order = inMergeOrder(scheme_.plan, state_);
    if (order.empty()) return;
    run("SET CONSTRAINTS ALL DEFERRED", "put off checks");
    for (const TableLoad* load : order) {
        Destination& destination = *std::ranges::find(destinations_, load, &Destination::load);
        const std::uint64_t present =
            mergeRows(connection_, destination, settings_.tables.mode == sql::LoadMode::add);
        totals_.rows -= present;
        totals_.present += present;
        verify(destination);
    }
}

void Load::makeRest() {
    try {
        runMaking(scheme_.making.after, true);
    } catch (const ServerError& error) {
        if (error.sqlState() != sql_state::foreignKeyViolation || connection_.lost()) throw;
        refuseOrphans(error);
    }
    if (scheme_.making.after.empty()) return;
    throw Error(scheme_.making.after.front().shown + " could not be made in " + connection_.name() + ": " +
                    failedStep_,
                "make what it needs first, by hand");
}

/// The server names one row of one key: all that do not hold together are named here.
void Load::refuseOrphans(const ServerError& error) {
    connection_.execute("ROLLBACK TO SAVEPOINT roost_step", "look for what the key refused");
    const std::string orphans = orphansText(connection_, keysOfLoaded(), standIns_);
    if (orphans.empty()) throw error;
    throw Error("the rows do not hold together, as the keys ask for:\n" + orphans,
                "nothing was changed; mend them at their source, or let 'on-bad-value: null' clear such "
                "references, or 'on-bad-value: reject-file' leave such rows out");
}

void Load::tighten() {
    run("SET CONSTRAINTS ALL IMMEDIATE", "check what is left to check");
    for (const ReferentialKey& key : scheme_.loosened) restoreKey(connection_, key);
}

void Load::restart() {
    std::vector<LoadedTable> loaded;
    for (const Destination& destination : destinations_) {
        LoadedTable table;
        table.oid = destination.oid;
        table.replaced = destination.load->action == TableAction::replace;
        for (const sql::ColumnLoad& column : destination.load->columns)
            if (const auto next = destination.load->from->columns[column.from].nextValue)
                table.nextValues.emplace(destination.load->to->columns[column.to].name, *next);
        loaded.push_back(std::move(table));
    }
    if (loaded.empty()) return;
    for (const std::string& warning : restartSequences(connection_, loaded)) context_.warn(warning);
}

}  // namespace roost::postgresql
