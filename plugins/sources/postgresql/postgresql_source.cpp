#include "sources/postgresql/postgresql_source.hpp"

#include <chrono>
#include <string_view>
#include <utility>

#include "lib/sql/condition_text.hpp"
#include "lib/sql/postgresql/connection_settings.hpp"
#include "lib/sql/postgresql/value_literal.hpp"
#include "lib/sql/quoting.hpp"
#include "lib/sql/type_overrides.hpp"

namespace roost::postgresql {

PluginInfo PostgresqlSource::info() {
    return {.name = "postgresql",
            .version = "1.0",
            .description = "Reads the tables of a PostgreSQL database from one snapshot while it is in use",
            .role = "database",
            .serves = {"postgresql", "postgres"}};
}

const OptionTable<PostgresqlSource::Options>& PostgresqlSource::options() {
    static const OptionTable<Options> table = [] {
        OptionTable<Options> made;
        made.url(&Options::url,
                 "The database, in libpq's forms: a URI, or keywords and values after the colon. What is not "
                 "given comes "
                 "from PG* variables, ~/.pgpass and service files. The parts host, port, user, password, "
                 "name and sslmode "
                 "may stand in its place.")
            .example("postgresql://aviary:secret@localhost:5432/aviary?sslmode=require");
        made.list("schemas", &Options::schemas,
                  "The schemas to read, by name or pattern (* and ?). All but the system's if none is named.")
            .example("public, billing");
        made.list("tables", &Options::tables,
                  "The tables to read, by name or pattern (* and ?) of table or schema.table. All if none is "
                  "named.")
            .example("users, log_*, billing.*");
        made.list("exclude-tables", &Options::excludeTables, "Tables to leave out, by name or pattern.")
            .example("cache_*");
        made.map("types", &Options::types,
                 "Logical types of columns whose declared type leaves a choice (text, or timestamp without "
                 "time zone), by "
                 "pattern of table.column; of several that match the last one counts. Other columns stay as "
                 "declared.")
            .example("{documents.metadata: json, '*.created_at': timestamptz}");
        made.choice("order", &Options::order, {"scan", "key"},
                    "Order of the rows: as they lie in the table, or sorted by primary key.");
        made.duration("lock-timeout", &Options::lockTimeout, "1m",
                      "How long to wait for a table that another session is altering; 0s waits for ever.")
            .range(0, 24 * 3'600'000);
        return made;
    }();
    return table;
}

void PostgresqlSource::check(const Options& options, const Node& settings, Diagnostics& diagnostics) {
    sql::checkTypes(settings, "types", diagnostics);
    const Node* url = settings.find("url");
    if (url == nullptr || options.url.scheme().empty()) return;
    try {
        static_cast<void>(sql::postgresql::ConnectionSettings::from(options.url));
    } catch (const Error& error) {
        diagnostics.add({url->position, error.what(), url->scalar.size(), {}, {error.hint()}});
    }
}

Catalog PostgresqlSource::catalog(Context& context) {
    const sql::postgresql::RelationChoice choice{options_.schemas, options_.tables, options_.excludeTables};
    snapshot_ = sql::postgresql::openSnapshot(sql::postgresql::ConnectionSettings::from(options_.url), choice,
                                              std::chrono::milliseconds(options_.lockTimeout), context);
    auto described = sql::postgresql::readCatalog(snapshot_, context.dryRun(), context);
    for (const std::string& remark : sql::postgresql::applyTypes(options_.types, described.catalog))
        context.log(LogLevel::debug, remark);  // one definition may serve databases that need other patterns
    tables_ = std::move(described.tables);
    order_ = parentsFirst(described.catalog);
    readGenerated(described.catalog, context.targetDialect());
    conditions_.resize(tables_.size());
    counts_ = context.dryRun();
    return std::move(described.catalog);
}

/// Another kind of database may not be able to compute the columns that this one does.
void PostgresqlSource::readGenerated(Catalog& catalog, const std::string& target) {
    const bool moves = !target.empty() && target != catalog.dialect;
    for (std::size_t t = 0; t < tables_.size(); ++t)
        for (std::size_t c = 0; c < catalog.tables[t].columns.size(); ++c) {
            Column& column = catalog.tables[t].columns[c];
            if (!column.generated) continue;
            column.generatedRead = moves;
            if (!moves) tables_[t].readings[c].expression.clear();
        }
}

std::string PostgresqlSource::conditionOn(const RowCondition& rows) const {
    if (rows.isEverything()) return {};
    sql::ConditionWriter writer;
    writer.from = [this](TableId id) { return sql::postgresql::tableRows(tables_.at(id).relation); };
    writer.literal = sql::postgresql::literalOf;
    return sql::conditionText(rows, writer);
}

void PostgresqlSource::reread(const std::vector<TableRead>& reads, const RowVisitor& visit) {
    for (std::size_t i = 0; i < reads.size(); ++i) {
        const sql::postgresql::TableDescription& described = tables_.at(reads[i].table);
        sql::postgresql::ScanScope scope{std::vector<std::size_t>{}, conditionOn(reads[i].rows)};
        for (const std::string& column : reads[i].columns)
            scope.columns->push_back(described.table.columnIndex(column).value());
        // Whoever reads all rows counts on their order: an index that has these columns would give another.
        if (scope.where.empty())
            snapshot_.connection->execute(
                "SET LOCAL enable_indexonlyscan = off; SET LOCAL enable_indexscan = off",
                "read tables in the order of their rows");
        sql::postgresql::TableScan scan(*snapshot_.connection, described, options_.order, scope);
        while (const BatchPtr batch = scan.next()) visit(i, *batch);
    }
}

std::uint64_t PostgresqlSource::restrict(TableId id, const RowCondition& rows) {
    conditions_.at(id) = conditionOn(rows);
    const sql::postgresql::TableDescription& described = tables_.at(id);
    if (!counts_ || conditions_[id].empty()) return described.table.rows;
    return sql::postgresql::countRows(*snapshot_.connection, described, conditions_[id]);
}

bool PostgresqlSource::next(Item& item) {
    if (current_ == order_.size()) {
        snapshot_.connection.reset();
        return false;
    }
    const sql::postgresql::TableDescription& described = tables_[order_[current_]];
    if (!scan_) {
        scan_.emplace(*snapshot_.connection, described, options_.order,
                      sql::postgresql::ScanScope{std::nullopt, conditions_[described.table.id]});
        item = TableBegin{described.table.id};
        return true;
    }
    if (BatchPtr batch = scan_->next()) {
        item = std::move(batch);
        return true;
    }
    item = TableEnd{described.table.id, scan_->rows()};
    scan_.reset();
    // The server keeps what a snapshot may see: it is let go before the files of other sources are read.
    if (++current_ == order_.size()) snapshot_.connection.reset();
    return true;
}

}  // namespace roost::postgresql
