#include "sources/sqlite/sqlite_source.hpp"

#include <chrono>
#include <string_view>
#include <utility>

#include "lib/sql/condition_text.hpp"
#include "lib/sql/quoting.hpp"
#include "lib/sql/sqlite/catalog_reader.hpp"
#include "lib/sql/sqlite/column_inference.hpp"
#include "lib/sql/sqlite/statement.hpp"
#include "lib/sql/sqlite/value_literal.hpp"
#include "lib/sql/table_selection.hpp"
#include "lib/sql/type_overrides.hpp"

namespace roost::sqlite {

PluginInfo SqliteSource::info() {
    return {.name = "sqlite",
            .version = "1.0",
            .description = "Reads the tables of a SQLite database that may be in use",
            .role = "database",
            .serves = {"sqlite"}};
}

const OptionTable<SqliteSource::Options>& SqliteSource::options() {
    static const OptionTable<Options> table = [] {
        OptionTable<Options> made;
        made.url(&Options::url, "The database file: sqlite:PATH.").example("sqlite:/data/app.db");
        made.choice(
            "snapshot", &Options::snapshot, {"auto", "copy", "lock", "in-place"},
            "How one consistent state is held while it is read. auto: a database in WAL mode is read in "
            "place, any other is first copied into an unlinked temporary file. copy: always copied. lock: "
            "read in place, which makes writers wait if the database is not in WAL mode. in-place: for an "
            "application that is stopped: read in place where no file has to be made beside it, else "
            "copied.");
        made.list("tables", &Options::tables,
                  "The tables to read, by name or pattern (* and ?). All if none is named.")
            .example("users, log_*");
        made.list("exclude-tables", &Options::excludeTables, "Tables to leave out, by name or pattern.")
            .example("cache_*");
        made.map("types", &Options::types,
                 "Logical types of columns whose declaration says too little, by pattern of table.column; of "
                 "several that match the last one counts. For timestamptz, timestamp and date also what "
                 "numbers in the "
                 "column are: 'timestamptz as seconds' (since 1970), 'as milliseconds', 'as julian-day'.")
            .example(
                "{users.is_admin: boolean, '*.created_at': timestamptz, 'events.at': timestamptz as "
                "seconds}");
        made.boolean(
            "infer", &Options::infer,
            "Reads all values of the columns whose declaration says little (no type, an unknown one, "
            "numeric or decimal without digits) before anything else, and gives them the type that fits "
            "every value; finds out whether numbers in columns of times are seconds, milliseconds or "
            "Julian days. The plan shows what came out and why.");
        made.choice("order", &Options::order, {"scan", "key"},
                    "Order of the rows: as they lie in the file (by rowid), or sorted by primary key.");
        made.duration("busy-timeout", &Options::busyTimeout, "30s",
                      "How long to wait for a lock that another program holds.")
            .range(0, 24 * 3'600'000);
        return made;
    }();
    return table;
}

void SqliteSource::check(const Options& options, const Node& settings, Diagnostics& diagnostics) {
    sql::checkTypes(settings, "types", diagnostics);
    const Node* url = settings.find("url");
    if (url != nullptr && options.url.scheme() == "sqlite" && options.url.path().empty())
        diagnostics.error(url->position, "the url names no file", url->scalar.size(), "write sqlite:PATH");
}

Catalog SqliteSource::catalog(Context& context) {
    connection_ = openSnapshot(options_.url.path(), options_.snapshot,
                               std::chrono::milliseconds(options_.busyTimeout), context);
    const sql::TableSelection selection(options_.tables, options_.excludeTables, sql::NameCase::folded);
    catalog_ = readCatalog(*connection_, selection, context.dryRun());
    const sql::TypeOverrides types(options_.types, sql::NameCase::folded);
    for (std::string& warning : types.apply(catalog_)) catalog_.warnings.push_back(std::move(warning));
    const std::string target = context.targetDialect();
    if (!target.empty() && target != catalog_.dialect)
        for (Table& table : catalog_.tables)
            for (Column& column : table.columns) column.generatedRead = column.generated.has_value();
    if (options_.infer)
        inferColumns(*connection_, catalog_);
    else
        sampleColumns(*connection_, catalog_);
    encoding_ = textEncoding(*connection_);
    order_ = parentsFirst(catalog_);
    conditions_.resize(catalog_.tables.size());
    counts_ = context.dryRun();
    return catalog_;
}

std::string SqliteSource::conditionOn(const RowCondition& rows) const {
    if (rows.isEverything()) return {};
    sql::ConditionWriter writer;
    writer.from = [this](TableId id) { return "main." + sql::quoteIdentifier(catalog_.tables.at(id).name); };
    writer.literal = literalOf;
    writer.namesCollations = true;
    return sql::conditionText(rows, writer);
}

void SqliteSource::reread(const std::vector<TableRead>& reads, const RowVisitor& visit) {
    for (std::size_t i = 0; i < reads.size(); ++i) {
        const Table& table = catalog_.tables.at(reads[i].table);
        ScanScope scope{std::vector<std::size_t>{}, conditionOn(reads[i].rows)};
        for (const std::string& column : reads[i].columns)
            scope.columns->push_back(table.columnIndex(column).value());
        TableScan scan(*connection_, table, options_.order, encoding_, scope);
        while (const BatchPtr batch = scan.next()) visit(i, *batch);
    }
}

std::uint64_t SqliteSource::restrict(TableId id, const RowCondition& rows) {
    const Table& table = catalog_.tables.at(id);
    conditions_.at(id) = conditionOn(rows);
    if (!counts_ || conditions_[id].empty()) return table.rows;
    Statement counted(
        *connection_,
        "SELECT count(*) FROM main." + sql::quoteIdentifier(table.name) + " WHERE " + conditions_[id],
        "count the rows of table '" + table.name + "'");
    counted.step();
    return static_cast<std::uint64_t>(counted.integer(0));
}

bool SqliteSource::next(Item& item) {
    if (current_ == order_.size()) {
        connection_.reset();
        return false;
    }
    const Table& table = catalog_.tables[order_[current_]];
    if (scan_ == nullptr) {
        scan_ = std::make_unique<TableScan>(*connection_, table, options_.order, encoding_,
                                            ScanScope{std::nullopt, conditions_[table.id]});
        item = TableBegin{table.id};
        return true;
    }
    if (BatchPtr batch = scan_->next()) {
        item = std::move(batch);
        return true;
    }
    item = TableEnd{table.id, scan_->rows()};
    scan_.reset();
    // Files that other sources read come after the database's state is let go.
    if (++current_ == order_.size()) connection_.reset();
    return true;
}

}  // namespace roost::sqlite
