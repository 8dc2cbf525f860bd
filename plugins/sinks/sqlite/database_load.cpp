#include "sinks/sqlite/database_load.hpp"

#include <algorithm>
#include <utility>

#include "lib/sql/quoting.hpp"
#include "lib/sql/sqlite/catalog_reader.hpp"
#include "lib/sql/sqlite/statement.hpp"
#include "lib/sql/sqlite/table_reader.hpp"
#include "lib/storage/shown_name.hpp"
#include "sinks/sqlite/schema_builder.hpp"
#include "sinks/sqlite/statistics.hpp"

namespace roost::sqlite {

namespace {

using sql::NameCase;
using sql::quoteIdentifier;
using sql::sameName;
using sql::TableAction;

/// From so many rows on, making an index again is faster than keeping it up to date row by row.
constexpr std::uint64_t rowsWithIndexes = 20'000;

std::string quoted(const std::string& name) { return "'" + storage::shownName(name) + "'"; }

std::string joined(const std::vector<std::string>& sentences) {
    std::string text;
    for (const std::string& sentence : sentences) text += (text.empty() ? "" : "; ") + sentence;
    return text;
}

}  // namespace

Catalog readTarget(const Connection& connection, const Catalog& incoming) {
    const sql::TableSelection all({}, {}, NameCase::folded);
    Catalog target = readCatalog(connection, all, false);
    for (Table& table : target.tables)
        if (std::ranges::any_of(incoming.tables, [&](const Table& coming) {
                return sameName(coming.name, table.name, NameCase::folded);
            }))
            table.rows = countRows(connection, {table.name, table.nativeSql});
    return target;
}

DatabaseLoad::DatabaseLoad(Connection& connection, const Catalog& incoming, const LoadSettings& settings,
                           sql::BadValues& bad, Context& context)
    : connection_(&connection),
      incoming_(&incoming),
      settings_(settings),
      bad_(&bad),
      context_(&context),
      indexes_(connection) {
    plan();
    createTables(connection, plan_, incoming);
    matchCreated();
    references_.emplace(connection, target_.tables, plan_, settings_, incoming.dialect, context);
    if (settings_.load.mode == sql::LoadMode::users) users_.emplace(connection, incoming, plan_);
    if (users_) references_->tellApart([this](const sql::TableLoad& load) { return users_->chosen(load); });
    if (users_)
        if (const auto refusals = users_->identityRefusals(); !refusals.empty())
            throw Error("the database has changed since it was looked at: " + joined(refusals));
    references_->before();
    if (users_) users_->removeAll(*references_);
}

void DatabaseLoad::plan() {
    const sql::TableSelection all({}, {}, NameCase::folded);
    target_ = readCatalog(*connection_, all, false);
    wasEmpty_ = target_.tables.empty() && target_.objects.empty();
    plan_ = sql::planLoad(*incoming_, target_, settings_.load);
    if (!plan_.refusals.empty())
        throw Error("the database has changed since it was looked at: " + joined(plan_.refusals));
}

/// Looks at the tables that were created as SQLite understood them, and matches their columns again.
void DatabaseLoad::matchCreated() {
    if (settings_.load.mode == sql::LoadMode::users) return;  // which makes none
    std::vector<TableAction> actions;
    for (const sql::TableLoad& load : plan_.tables) actions.push_back(load.action);
    const sql::TableSelection all({}, {}, NameCase::folded);
    target_ = readCatalog(*connection_, all, false);
    sql::LoadOptions options = settings_.load;
    options.mode = sql::LoadMode::automatic;
    options.onPartial = sql::OnPartial::replace;  // the plan before has decided
    plan_ = sql::planLoad(*incoming_, target_, options);
    if (!plan_.refusals.empty()) throw Error(joined(plan_.refusals));
    for (std::size_t i = 0; i < actions.size(); ++i) {
        sql::TableLoad& load = plan_.tables[i];
        if (load.action == TableAction::create)
            throw Error("table " + quoted(load.from->name) + " was created, but is not there");
        // A pattern of keep-tables speaks of tables that were there before.
        if (actions[i] == TableAction::create && load.action == TableAction::keep) {
            options.keepTables.clear();
            const sql::LoadPlan unkept = sql::planLoad(*incoming_, target_, options);
            load = unkept.tables[i];
        }
        load.action = actions[i];
        if (load.action == TableAction::create)
            for (const Index& index : load.from->indexes) indexes_.add({load.to, index, true});
    }
}

void DatabaseLoad::write(Item& item) {
    if (const auto* opened = std::get_if<TableBegin>(&item))
        begin(opened->table);
    else if (const auto* batch = std::get_if<BatchPtr>(&item))
        write(**batch);
    else if (const auto* closed = std::get_if<TableEnd>(&item))
        end(*closed);
}

void DatabaseLoad::begin(TableId table) {
    current_ = plan_.find(table);
    if (current_ == nullptr) throw Error("a table comes that the catalog does not have");
    indexesAway_ = current_->action == TableAction::create;
    if (current_->action == TableAction::keep) return;
    if (current_->action == TableAction::replace) {
        Statement remove(*connection_, "DELETE FROM main." + quoteIdentifier(current_->to->name),
                         "remove the rows of table " + quoted(current_->to->name));
        remove.step();
    }
    if (current_->action == TableAction::users) users_->remove(*current_, *references_);
    loader_ = std::make_unique<TableLoader>(*connection_, *current_, settings_, incoming_->dialect, *bad_,
                                            *context_);
}

void DatabaseLoad::write(const Batch& batch) {
    if (loader_ == nullptr) return;  // a table that is kept
    const std::uint64_t rows = loader_->result().rows;
    if (!indexesAway_ && rows >= rowsWithIndexes &&
        (current_->action == TableAction::replace || rows >= current_->to->rows / 2)) {
        indexes_.drop(*current_->to);
        indexesAway_ = true;
    }
    loader_->write(batch);
}

void DatabaseLoad::end(const TableEnd& end) {
    const sql::TableLoad& load = *std::exchange(current_, nullptr);
    switch (load.action) {
        case TableAction::create:
            ++result_.created;
            break;
        case TableAction::replace:
            ++result_.replaced;
            break;
        case TableAction::merge:
            ++result_.merged;
            break;
        case TableAction::users:
            ++result_.exchanged;
            break;
        case TableAction::keep:
            ++result_.kept;
            return;
    }
    const TableResult result = loader_->result();
    const std::uint64_t expected = end.rows - bad_->leftOut(load.from->qualifiedName());
    if (result.rows != expected)
        throw Error("table " + quoted(load.to->name) + ": " + std::to_string(result.rows) +
                    " rows were written of " + std::to_string(expected) + " that came");
    if (load.action == TableAction::users) {
        usersLoaders_.push_back(std::move(loader_));
    } else {
        verify(*loader_, {});
        loader_.reset();
    }
    result_.rows += result.rows - result.present;
    result_.present += result.present;
    tell(result, *load.to);
}

void DatabaseLoad::verify(TableLoader& loader, const std::string& where) {
    const auto started = std::chrono::steady_clock::now();
    if (!loader.verify(where)) return;
    result_.verified += loader.result().rows;
    result_.verifying += std::chrono::steady_clock::now() - started;
}

/// Whose a row is may be told by tables that come later.
void DatabaseLoad::finishUsers() {
    for (const auto& loader : usersLoaders_) users_->judgePresent(*loader);
    for (const auto& loader : usersLoaders_) verify(*loader, users_->chosen(loader->load()));
    usersLoaders_.clear();
    if (users_) result_.removed = users_->removed();
}

void DatabaseLoad::tell(const TableResult& result, const Table& table) {
    if (result.becameNumbers > 0 && incoming_->dialect == "sqlite")
        context_->warn("table " + quoted(table.name) + ": " +
                       storage::counted(result.becameNumbers, "text that is a number was",
                                        "texts that are numbers were") +
                       " stored as numbers, as the types of the columns want it");
    if (result.lostSigns > 0)
        context_->warn("table " + quoted(table.name) + ": " +
                       storage::counted(result.lostSigns, "zero that was negative has",
                                        "zeros that were negative have") +
                       " no sign any more: SQLite keeps none in columns of numbers");
}

void DatabaseLoad::finish() {
    if (connection_->stopRequested()) throw Interrupted();
    bad_->throwIfFailed();
    indexes_.make();
    finishUsers();
    setNextNumbers();
    references_->after();
    result_.orphans = references_->applied();
    if (wasEmpty_ && incoming_->dialect == "sqlite") createObjects(*connection_, *incoming_, *context_);
    rebuildFullText(*connection_, plan_);
    gatherStatistics(*connection_, plan_);
    bad_->publish();
}

void DatabaseLoad::setNextNumbers() {
    for (const sql::TableLoad& load : plan_.tables)
        if (load.action != TableAction::keep) setNextNumber(load);
}

/// AUTOINCREMENT goes on behind the highest number ever used, which sqlite_sequence keeps; SQLite has already
/// raised it to the highest that was inserted.
void DatabaseLoad::setNextNumber(const sql::TableLoad& load) {
    for (const sql::ColumnLoad& column : load.columns) {
        const auto next = load.from->columns[column.from].nextValue;
        if (load.to->columns[column.to].identity != Identity::autoincrement || !next || *next <= 1) continue;
        const std::string action = "set the next number of table " + quoted(load.to->name);
        Statement raise(*connection_,
                        "UPDATE main.sqlite_sequence SET seq = max(CAST(seq AS INTEGER), ?2) WHERE name = ?1",
                        action);
        raise.bind(1, std::string_view(load.to->name));
        raise.bind(2, *next - 1);
        raise.step();
        if (sqlite3_changes(connection_->handle()) > 0) continue;
        Statement insert(*connection_, "INSERT INTO main.sqlite_sequence (name, seq) VALUES (?1, ?2)",
                         action);
        insert.bind(1, std::string_view(load.to->name));
        insert.bind(2, *next - 1);
        insert.step();
    }
}

}  // namespace roost::sqlite
