#include "sinks/postgresql/postgresql_sink.hpp"

#include <chrono>

#include "lib/sql/postgresql/connection_settings.hpp"
#include "lib/sql/postgresql/table_locks.hpp"
#include "lib/sql/postgresql/table_scan.hpp"
#include "lib/storage/shown_name.hpp"
#include "sinks/postgresql/first_free.hpp"
#include "sinks/postgresql/load_check.hpp"
#include "sinks/postgresql/load_session.hpp"
#include "sinks/postgresql/target_state.hpp"

namespace roost::postgresql {

namespace {

using namespace sql::postgresql;

/// How long a server that went away during COMMIT is waited for.
constexpr std::chrono::seconds commitPatience{30};
constexpr std::chrono::seconds recoveryPatience{15};

/// The rows that a load removes or overwrites.
void countRows(Connection& connection, const sql::LoadPlan& plan, TargetState& state, Context& context) {
    for (const sql::TableLoad& load : plan.tables) {
        if (load.action != sql::TableAction::replace && load.action != sql::TableAction::merge) continue;
        const auto position = static_cast<std::size_t>(load.to - state.catalog.tables.data());
        context.alive();
        state.catalog.tables[position].rows = sql::postgresql::countRows(connection, state.tables[position]);
    }
}

}  // namespace

PluginInfo PostgresqlSink::info() {
    return {.name = "postgresql",
            .version = "1.0",
            .description = "Restores tables into a PostgreSQL database, all of them in one transaction",
            .role = "database",
            .serves = {"postgresql", "postgres"}};
}

const OptionTable<PostgresqlSink::Options>& PostgresqlSink::options() {
    static const OptionTable<Options> table = [] {
        OptionTable<Options> made;
        made.url(&Options::url,
                 "The database, in libpq's forms: a URI, or keywords and values after the colon. What is not "
                 "given comes from PG* variables, ~/.pgpass and service files. The parts host, port, user, "
                 "password, name and sslmode may stand in its place.")
            .example("postgresql://aviary:secret@localhost:5432/aviary?sslmode=require");
        sql::addDatabaseSinkOptions(made, {"fail", "null", "reject-file", "text"});
        made.choice(
            "on-orphans", &Options::onOrphans, {"fail", "apply"},
            "What to do with rows of tables that do not come, whose parent rows are gone after the load: "
            "end the run and name them, or do to them what their foreign key's ON DELETE says.");
        made.duration("lock-timeout", &Options::lockTimeout, "30s",
                      "How long to wait for a table that another session is using; 0s waits for ever.")
            .range(0, 24 * 3'600'000);
        return made;
    }();
    return table;
}

void PostgresqlSink::check(const Options& options, const Node& settings, Diagnostics& diagnostics) {
    sql::checkDatabaseSinkOptions(options, settings, diagnostics);
    const Node* url = settings.find("url");
    if (url == nullptr || options.url.scheme().empty()) return;
    try {
        static_cast<void>(ConnectionSettings::from(options.url));
    } catch (const Error& error) {
        diagnostics.add({url->position, error.what(), url->scalar.size(), {}, {error.hint()}});
    }
}

PostgresqlSink::PostgresqlSink(Options options)
    : options_(std::move(options)), connectionSettings_(ConnectionSettings::from(options_.url)) {
    settings_.tables = options_.loadOptions(sql::NameCase::exact);
    settings_.triggers = options_.triggers;
    settings_.onOrphans = options_.onOrphans;
    settings_.onBadValue = options_.onBadValue;
    settings_.rejectFile = options_.rejectFile;
    settings_.verify = options_.verify;
    settings_.lockTimeout = std::chrono::milliseconds(options_.lockTimeout);
}

std::int64_t PostgresqlSink::firstFree(const Table& table, const std::string& column, Context& context) {
    const auto connection = Connection::open(connectionSettings_, context);
    beginTransaction(*connection, Access::readOnly, settings_.lockTimeout);
    return postgresql::firstFree(*connection, table, column);
}

Acceptance PostgresqlSink::accept(const Catalog& catalog, Context& context) {
    const auto connection = Connection::open(connectionSettings_, context);
    beginTransaction(*connection, Access::readOnly, settings_.lockTimeout);
    try {
        return accept(*connection, catalog, context);
    } catch (const ServerError& error) {
        if (error.sqlState() != sql_state::lockNotAvailable) throw;
        throwWithHolders(*connection, error);
    }
}

Acceptance PostgresqlSink::accept(Connection& connection, const Catalog& catalog, Context& context) {
    TargetState state = readTargetState(connection);
    countRows(connection, sql::planLoad(catalog, state.catalog, settings_.tables), state, context);
    LoadScheme scheme = schemeFor(connection, catalog, state, settings_);
    Acceptance acceptance;
    acceptance.tables = true;
    acceptance.target = connection.name();
    acceptance.refusals = std::move(scheme.plan.refusals);
    if (std::string refusal = sql::rejectFileRefusal(options_); !refusal.empty())
        acceptance.refusals.push_back(std::move(refusal));
    for (const std::string& column : scheme.plan.leftOut)
        context.setAside(column, "its values are left out: the target has no such column");
    acceptance.warnings = std::move(scheme.plan.warnings);
    acceptance.losses = std::move(scheme.losses);
    acceptance.destroys = std::move(scheme.plan.destroys);
    if (options_.mode == sql::LoadMode::users && acceptance.refusals.empty())
        acceptance.destroys = destroyedUserRows(connection, scheme.plan, state, context);
    acceptance.rehearses =
        context.dryRun() && acceptance.refusals.empty() && mayRehearse(connection, acceptance);
    return acceptance;
}

bool PostgresqlSink::mayRehearse(Connection& connection, Acceptance& acceptance) const {
    if (connection
            .query("SELECT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')",
                   "ask for the right to make a schema")
            .boolean(0, 0))
        return true;
    acceptance.warnings.push_back(
        "the values are not checked against the target's types and keys in this dry run: '" +
        storage::shownName(connection.user()) + "' may not make a schema in " + connection.name() +
        " (GRANT CREATE ON DATABASE helps)");
    return false;
}

void PostgresqlSink::begin(const Catalog& catalog, Context& context) {
    context_ = &context;
    settings_.rehearsal = context.dryRun();
    connection_ = Connection::open(connectionSettings_, context);
    beginTransaction(*connection_, Access::readWrite, settings_.lockTimeout);
    load_.emplace(*connection_, catalog, settings_, context);
    load_->begin();
}

void PostgresqlSink::prepare() {
    load_->prepare();
    totals_ = load_->totals();
    if (settings_.rehearsal) return;
    record_ = TransactionRecord::of(*connection_);
    // Without a journal nothing that follows this commit could be finished later; the commit itself needs
    // none.
    static_cast<void>(context_->journal(record_.json()));
}

void PostgresqlSink::commit() {
    try {
        connection_->commit();
        connection_->close();
        return;
    } catch (const ServerError& error) {
        const bool answered = !connection_->lost() && !error.sqlState().starts_with(sql_state::serverLeaves);
        if (answered) throw;
    }
    connection_->close();
    Outcome outcome = Outcome::unknown;
    try {
        outcome = awaitOutcome(connectionSettings_, record_, commitPatience, *context_);
    } catch (const std::exception& error) {
        throw OutcomeUnknown(
            "the connection to " + record_.database +
                " broke while it was committing, and it can't be asked what became of it: " + error.what(),
            "once the server is up, `roost recover` asks again");
    }
    if (outcome == Outcome::committed) return;
    if (outcome == Outcome::rolledBack)
        throw Error("the connection to " + record_.database +
                        " broke before it had committed: the transaction was rolled back",
                    "see the server's log, and run again");
    throw OutcomeUnknown(
        "the connection to " + record_.database +
            " broke while it was committing, and the server does not say yet what became of it",
        "`roost recover` asks again");
}

void PostgresqlSink::abort() noexcept {
    if (load_) load_->withdraw();
    load_.reset();
    if (connection_) connection_->close();  // the server rolls back
}

std::vector<std::pair<std::string, std::string>> PostgresqlSink::summary() const {
    std::vector<std::pair<std::string, std::string>> summary{{"rows", std::to_string(totals_.rows)}};
    const auto add = [&summary](const char* name, std::uint64_t number) {
        if (number > 0) summary.emplace_back(name, std::to_string(number));
    };
    add("rows there already", totals_.present);
    add("tables created", totals_.created);
    add("tables replaced", totals_.replaced);
    add("tables merged", totals_.merged);
    add(totals_.removed > 0 ? "tables with rows of these users replaced" : "tables with rows of these users",
        totals_.exchanged);
    add("rows removed", totals_.removed);
    add("tables kept", totals_.kept);
    if (totals_.verified > 0)
        summary.emplace_back("verified", storage::counted(totals_.verified, "row", "rows") +
                                             " read back and compared in " +
                                             sql::shownSeconds(totals_.verifying));
    if (load_)
        for (auto& fact : load_->badValues().summary()) summary.push_back(std::move(fact));
    return summary;
}

Decision PostgresqlSink::decision(const std::string& record, Context& context) {
    const TransactionRecord transaction = TransactionRecord::parse(record);
    switch (awaitOutcome(ConnectionSettings::fromKeywords(transaction.settings), transaction,
                         recoveryPatience, context)) {
        case Outcome::committed:
            return Decision::committed;
        case Outcome::rolledBack:
            return Decision::undone;
        case Outcome::inProgress:
            throw Error(
                "the transaction of the interrupted run is still open in " + transaction.database,
                "wait until its session has ended (pg_stat_activity shows it), and run `roost recover`");
        case Outcome::unknown:
            break;
    }
    throw Error(
        transaction.database + " no longer knows what became of transaction " + transaction.transaction,
        "it is too long ago: look at the tables, and settle by hand what belongs to them");
}

std::string PostgresqlSink::recover(const std::string& record, Decision decision, Context&) {
    const TransactionRecord transaction = TransactionRecord::parse(record);
    return transaction.database + (decision == Decision::committed
                                       ? ": the restore had been committed"
                                       : ": the restore was rolled back, and nothing has changed there");
}

}  // namespace roost::postgresql
