#include "sinks/sqlite/sqlite_sink.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "lib/sql/sqlite/commit_marker.hpp"
#include "lib/sql/sqlite/private_copy.hpp"
#include "lib/sql/sqlite/snapshot.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/version.hpp"
#include "sinks/sqlite/first_free.hpp"
#include "sinks/sqlite/recovery.hpp"
#include "sinks/sqlite/schema_builder.hpp"
#include "sinks/sqlite/target_file.hpp"

namespace roost::sqlite {

namespace {

/// Pages of the database that are kept in memory; an index is sorted in as much again.
constexpr const char* pageCache = "PRAGMA cache_size = -24576";
constexpr std::size_t scratchStep = std::size_t{16} << 20U;

std::string quoted(const std::filesystem::path& path) {
    return "'" + storage::shownName(path.native()) + "'";
}

/// Names that SQLite cannot keep apart, or has no place for.
void refuseNames(const Catalog& catalog, Acceptance& acceptance) {
    for (std::size_t i = 0; i < catalog.tables.size(); ++i) {
        const Table& table = catalog.tables[i];
        if (!table.schema.empty())
            acceptance.refusals.push_back(
                "table " + storage::shownName(table.qualifiedName()) +
                ": SQLite has no schemas; add '- plugin: schema-map' to the transforms");
        for (std::size_t j = 0; j < i; ++j)
            if (sql::sameName(catalog.tables[j].name, table.name, sql::NameCase::folded))
                acceptance.refusals.push_back("tables '" + storage::shownName(catalog.tables[j].name) +
                                              "' and '" + storage::shownName(table.name) +
                                              "' are one table for SQLite");
    }
}

/// What of the catalog will not be made, or differently.
void warnOfLosses(const Catalog& catalog, const Catalog& target, const sql::LoadPlan& plan,
                  Acceptance& acceptance) {
    const bool intoEmpty = target.tables.empty() && target.objects.empty();
    const auto isThere = [&](const NativeObject& object) {
        return std::ranges::any_of(target.objects, [&](const NativeObject& own) {
            return sql::sameName(own.name, object.name, sql::NameCase::folded);
        });
    };
    const bool creates = std::ranges::any_of(
        plan.tables, [](const sql::TableLoad& load) { return load.action == sql::TableAction::create; });
    for (const Loss& loss : catalog.losses) {
        const bool concerns =
            loss.table.empty() ? creates : std::ranges::any_of(plan.tables, [&](const auto& load) {
                return load.action == sql::TableAction::create && load.from->name == loss.table;
            });
        if (concerns) acceptance.losses.push_back(loss);
    }
    if (intoEmpty && catalog.dialect == "sqlite") return;
    for (const NativeObject& object : catalog.objects)
        if (!isThere(object))
            acceptance.losses.push_back(
                {"", "",
                 object.type + " '" + storage::shownName(object.name) + "' is not created: " +
                     (intoEmpty ? "its definition is not SQLite's" : "the database has its own definitions"),
                 object.sql});
}

}  // namespace

PluginInfo SqliteSink::info() {
    return {.name = "sqlite",
            .version = std::string(version()),
            .description = "Writes tables into a SQLite database in one transaction, or makes a new one",
            .role = "database",
            .serves = {"sqlite"}};
}

const OptionTable<SqliteSink::Options>& SqliteSink::options() {
    static const OptionTable<Options> table = [] {
        OptionTable<Options> made;
        made.url(&Options::url, "The database file: sqlite:PATH. One that is missing is made.")
            .example("sqlite:/data/app.db");
        sql::addDatabaseSinkOptions(made, {"fail", "null", "reject-file"});
        made.choice(
            "on-orphans", &Options::onOrphans, {"fail", "apply", "keep"},
            "What to do when rows would refer to rows that are not there after the load. apply: to those of "
            "tables that do not come what their foreign key says (ON DELETE). keep: warn of them.");
        made.text("timestamp-format", &Options::timestampFormat,
                  "How times that come from another kind of database are written: with a blank or a T in the "
                  "middle, "
                  "with an offset or without.")
            .example("YYYY-MM-DDTHH:MM:SS");
        made.duration("busy-timeout", &Options::busyTimeout, "30s",
                      "How long to wait for a lock that another program holds.")
            .range(0, 24 * 3'600'000);
        return made;
    }();
    return table;
}

void SqliteSink::check(const Options& options, const Node& settings, Diagnostics& diagnostics) {
    sql::checkDatabaseSinkOptions(options, settings, diagnostics);
    const Node* const url = settings.find("url");
    if (url != nullptr && options.url.scheme() == "sqlite" && options.url.path().empty())
        diagnostics.error(url->position, "the url names no file", url->scalar.size(), "write sqlite:PATH");
    const Node* const format = settings.find("timestamp-format");
    if (format != nullptr && !TimeFormat::parse(options.timestampFormat))
        diagnostics.error(
            format->position, "'" + options.timestampFormat + "' is no format for times",
            format->scalar.size(),
            "write 'YYYY-MM-DD HH:MM:SS.fff\u00b1hh:mm', with T for the blank or without the offset");
}

SqliteSink::SqliteSink(Options options) : options_(std::move(options)), path_(options_.url.path()) {
    settings_.load = options_.loadOptions(sql::NameCase::folded);
    settings_.triggers = options_.triggers;
    settings_.onOrphans = options_.onOrphans;
    settings_.onBadValue = options_.onBadValue;
    settings_.rejectFile = options_.rejectFile;
    settings_.verify = options_.verify;
    settings_.times = TimeFormat::parse(options_.timestampFormat).value_or(TimeFormat{});
}

Catalog SqliteSink::lookAtTarget(const Catalog& incoming, Context& context) const {
    if (inspectTarget(path_).state != TargetState::filled) return {};
    const auto connection = openSnapshot(path_, SnapshotMode::inPlace, busyTimeout(), context);
    return readTarget(*connection, incoming);
}

std::int64_t SqliteSink::firstFree(const Table& table, const std::string& column, Context& context) {
    if (inspectTarget(path_).state != TargetState::filled) return 1;
    const auto connection = openSnapshot(path_, SnapshotMode::inPlace, busyTimeout(), context);
    return sqlite::firstFree(*connection, table.name, column);
}

void SqliteSink::lookAtUsers(const Catalog& catalog, const sql::LoadPlan& plan, Acceptance& acceptance,
                             Context& context) const {
    const auto connection = openSnapshot(path_, SnapshotMode::inPlace, busyTimeout(), context);
    const UserRows users(*connection, catalog, plan);
    acceptance.refusals = users.identityRefusals();
    acceptance.destroys = users.destroyed();
}

Acceptance SqliteSink::accept(const Catalog& catalog, Context& context) {
    Acceptance acceptance;
    acceptance.tables = true;
    acceptance.target = path_.native();
    acceptance.refusals = inspectTarget(path_).refusals;
    if (std::string refusal = sql::rejectFileRefusal(options_); !refusal.empty())
        acceptance.refusals.push_back(std::move(refusal));
    if (!acceptance.refusals.empty()) return acceptance;
    refuseNames(catalog, acceptance);
    const Catalog target = lookAtTarget(catalog, context);
    const sql::LoadPlan plan = sql::planLoad(catalog, target, settings_.load);
    for (const std::string& refusal : plan.refusals) acceptance.refusals.push_back(refusal);
    for (const sql::TableLoad& load : plan.tables)
        if (load.action == sql::TableAction::create)
            if (std::string refusal = creationRefusal(catalog, *load.from); !refusal.empty())
                acceptance.refusals.push_back(std::move(refusal));
    for (const std::string& column : plan.leftOut)
        context.setAside(column, "its values are left out: the target has no such column");
    acceptance.warnings = plan.warnings;
    warnOfLosses(catalog, target, plan, acceptance);
    acceptance.destroys = plan.destroys;
    if (options_.mode == sql::LoadMode::users && acceptance.refusals.empty())
        lookAtUsers(catalog, plan, acceptance, context);
    acceptance.rehearses = true;
    return acceptance;
}

/// Noted before anything is changed: a run may be killed at any moment. Where no journal can be kept, nobody
/// will ask how the run was decided: the file alone is all or nothing anyway.
void SqliteSink::note(CommitKind kind, Context& context) {
    std::error_code failed;
    const std::filesystem::path whole = std::filesystem::weakly_canonical(path_, failed);
    record_ = {kind, failed ? std::filesystem::absolute(path_) : whole, makeCommitId()};
    journaled_ = context.journal(record_.text());
}

void SqliteSink::begin(const Catalog& catalog, Context& context) {
    context_ = &context;
    const TargetFile target = inspectTarget(path_);
    if (!target.refusals.empty()) throw Error(target.refusals.front());
    place_ = context.dryRun()                       ? Place::scratch
             : target.state == TargetState::missing ? Place::newFile
                                                    : Place::database;
    switch (place_) {
        case Place::database:
            openDatabase(context);
            break;
        case Place::newFile:
            openNewFile(context);
            break;
        case Place::scratch:
            openScratch(context);
            break;
    }
    sqlite3_db_config(connection_->handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    if (options_.triggers == Triggers::skip)
        sqlite3_db_config(connection_->handle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    bad_.emplace(settings_.onBadValue, settings_.rejectFile, context);
    load_ = std::make_unique<DatabaseLoad>(*connection_, catalog, settings_, *bad_, context);
}

void SqliteSink::openDatabase(Context& context) {
    note(CommitKind::marker, context);
    connection_ = std::make_unique<Connection>(path_, Connection::Mode::readWrite, path_.native());
    connection_->attend(context, busyTimeout());
    if (sqlite3_db_readonly(connection_->handle(), "main") == 1)
        throw Error("database " + quoted(path_) + " cannot be written to",
                    "check the permissions of the file and of its folder");
    connection_->execute(std::string(pageCache) + "; PRAGMA foreign_keys = OFF; PRAGMA synchronous = FULL");
    if (sqlite3_exec(connection_->handle(), "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) != SQLITE_OK)
        connection_->fail("begin to write");
}

void SqliteSink::openNewFile(Context& context) {
    const std::filesystem::path folder = stream::folderOf(path_);
    for (const std::string& name : stream::removeStalePartials(folder))
        context.warn("removed " + quoted(folder / name) + ", which an interrupted run had left");
    note(CommitKind::rename, context);
    newFile_ = std::make_unique<stream::PartialFile>(path_, stream::OnExisting::fail);
    connection_ =
        std::make_unique<Connection>(newFile_->temporaryName(), Connection::Mode::readWrite, path_.native());
    connection_->attend(context, busyTimeout());
    // Nothing of it counts before all of it is there and synced: no journal, no syncs in between.
    connection_->execute(
        std::string(pageCache) +
        "; PRAGMA foreign_keys = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; "
        "PRAGMA synchronous = OFF; BEGIN IMMEDIATE");
}

/// A private copy of the target, with all that could refuse a row; its name is gone before it holds a byte.
void SqliteSink::openScratch(Context& context) {
    UnlinkedDatabase scratch(context.temporaryFolder(), path_.native(), Connection::Mode::readWrite);
    if (inspectTarget(path_).state == TargetState::filled) {
        const auto original = openSnapshot(path_, SnapshotMode::inPlace, busyTimeout(), context);
        backUp(*original, scratch.writer(), context);
    }
    connection_ = scratch.finish();
    connection_->attend(context, busyTimeout());
    // Less of a cache than elsewhere: the journal takes memory, too.
    connection_->execute(
        "PRAGMA cache_size = -16384; PRAGMA foreign_keys = OFF; PRAGMA journal_mode = MEMORY; PRAGMA "
        "synchronous = OFF; "
        "PRAGMA secure_delete = OFF; BEGIN IMMEDIATE");
}

void SqliteSink::write(Item& item) {
    load_->write(item);
    // SQLite keeps pages in memory that it cannot write out while others read; without an end to that a load
    // would take as much memory as it has rows.
    if (connection_->waitedInVain()) failWaiting("write to it");
    if (place_ == Place::scratch) renewScratch(item);
}

/// Its journal is in memory: it must not grow with the rows, nor hold pages that were just emptied.
void SqliteSink::renewScratch(const Item& item) {
    if (const auto* batch = std::get_if<BatchPtr>(&item)) {
        if ((scratchBytes_ += (*batch)->bytes()) < scratchStep) return;
    } else if (!std::holds_alternative<TableBegin>(item)) {
        return;
    }
    scratchBytes_ = 0;
    connection_->execute("COMMIT; BEGIN IMMEDIATE");
}

/// Looking for who holds the lock ends this process's own locks (POSIX): the transaction has to be over
/// first.
void SqliteSink::failWaiting(const std::string& action) {
    giveUp();
    throw Error("database " + quoted(path_) + ": cannot " + action + ": other programs kept it locked for " +
                    shownDuration(busyTimeout()),
                "stop what reads or writes it, or set a longer 'busy-timeout'");
}

void SqliteSink::prepare() {
    load_->finish();
    result_ = load_->result();
    badValues_ = bad_->summary();
    load_.reset();
    if (connection_->waitedInVain()) failWaiting("write to it");
    if (place_ == Place::scratch) return;
    if (journaled_) writeCommitMarker(*connection_, record_.id);
    if (place_ == Place::newFile) finishNewFile();
}

void SqliteSink::finishNewFile() {
    connection_->execute("COMMIT");
    connection_.reset();
    struct stat folder {};
    // Made by root for a service that runs as somebody else: whoever owns the folder has to be able to use
    // it.
    if (::geteuid() == 0 && ::stat(stream::folderOf(path_).c_str(), &folder) == 0 && folder.st_uid != 0 &&
        ::lchown(newFile_->temporaryName().c_str(), folder.st_uid, folder.st_gid) != 0)
        throw systemError("cannot give database " + quoted(path_) + " to the owner of its folder", errno);
    newFile_->prepare();
}

void SqliteSink::commit() {
    if (place_ == Place::newFile) {
        struct stat found {};
        if (::lstat(path_.c_str(), &found) == 0)
            throw Error("database " + quoted(path_) + " was made by another program meanwhile",
                        "look at what it holds; run again to load into it");
        if (const std::string left = leftOver(path_); !left.empty()) throw Error(left);
        newFile_->commit();
        newFile_.reset();
    } else {
        commitTransaction();
    }
    bad_.reset();
}

/// An error behind the point of no return (the sync of the folder) looks like one before it: then the marker
/// tells.
void SqliteSink::commitTransaction() {
    if (sqlite3_exec(connection_->handle(), "COMMIT", nullptr, nullptr, nullptr) == SQLITE_OK) return;
    const int code = sqlite3_errcode(connection_->handle()) & 0xFF;
    const std::string message = sqlite3_errmsg(connection_->handle());
    if (code == SQLITE_BUSY && !connection_->stopRequested()) failWaiting("commit");
    giveUp();
    if (code == SQLITE_BUSY || code == SQLITE_INTERRUPT) throw Interrupted();
    try {
        if (journaled_ && decisionOf(record_, *context_) == Decision::committed) return;
    } catch (const std::exception& unknown) {
        throw OutcomeUnknown("database " + quoted(path_) + ": cannot tell whether the commit took effect: " +
                             message + "; " + unknown.what());
    }
    throw Error("database " + quoted(path_) + ": cannot commit: " + message, "nothing was changed");
}

void SqliteSink::tidy() {
    if (!journaled_ || place_ == Place::scratch) return;
    if (connection_ == nullptr) {
        connection_ = std::make_unique<Connection>(path_, Connection::Mode::readWrite, path_.native());
        connection_->attend(*context_, busyTimeout());
    }
    removeCommitMarker(*connection_, record_.id);
    connection_.reset();
}

/// Closing the last connection rolls back what is open.
void SqliteSink::giveUp() noexcept {
    load_.reset();
    if (connection_ != nullptr) sqlite3_exec(connection_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    connection_.reset();
    if (bad_) bad_->withdraw();
}

void SqliteSink::abort() noexcept {
    giveUp();
    if (newFile_) newFile_->abort();
    newFile_.reset();
}

std::vector<std::pair<std::string, std::string>> SqliteSink::summary() const {
    std::vector<std::pair<std::string, std::string>> list{{"database", path_.native()},
                                                          {"rows", std::to_string(result_.rows)}};
    const auto add = [&](const char* name, std::uint64_t number) {
        if (number > 0) list.emplace_back(name, std::to_string(number));
    };
    add("rows there already", result_.present);
    add("tables created", result_.created);
    add("tables replaced", result_.replaced);
    add("tables merged", result_.merged);
    add(result_.removed > 0 ? "tables with rows of these users replaced" : "tables with rows of these users",
        result_.exchanged);
    add("rows removed", result_.removed);
    add("tables kept", result_.kept);
    add("orphans changed", result_.orphans);
    if (result_.verified > 0)
        list.emplace_back("verified", storage::counted(result_.verified, "row", "rows") +
                                          " read back and compared in " +
                                          sql::shownSeconds(result_.verifying));
    list.insert(list.end(), badValues_.begin(), badValues_.end());
    return list;
}

Decision SqliteSink::decision(const std::string& record, Context& context) {
    return decisionOf(CommitRecord::parse(record), context);
}

std::string SqliteSink::recover(const std::string& record, Decision decision, Context& context) {
    return sqlite::recover(CommitRecord::parse(record), decision, context);
}

}  // namespace roost::sqlite
