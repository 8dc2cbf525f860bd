#include "transforms/select/select.hpp"

#include <algorithm>
#include <variant>

#include "lib/sql/batch_part.hpp"
#include "lib/sql/mapping/dialect.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"
#include "roost/version.hpp"

namespace roost {

using select::WhereRecord;
using storage::shownName;

namespace {

OptionTable<WhereRecord> whereOptions() {
    return OptionTable<WhereRecord>()
        .text("table", &WhereRecord::table, "The table, or a pattern of tables, that the condition is for.")
        .required()
        .example("documents")
        .text("column", &WhereRecord::column, "The column whose values are looked at.")
        .required()
        .example("status")
        .text("is", &WhereRecord::is, "The value is this one.")
        .text("like", &WhereRecord::like,
              "The value's text matches this pattern: `*` stands for any characters, `?` for one.")
        .text("from", &WhereRecord::from, "The value is this one or a larger (later) one.")
        .text("to", &WhereRecord::to, "The value is this one or a smaller (earlier) one.")
        .boolean("is-null", &WhereRecord::null, "true: the value is NULL. false: it is not.");
}

void checkWhere(const WhereRecord& record, const Node& node, Diagnostics& diagnostics) {
    const bool asks = record.is || record.like || record.from || record.to;
    if (!asks && !record.null)
        diagnostics.error(node.position,
                          "a condition has to ask something: add 'is', 'like', 'from', 'to' or 'is-null'");
    if (const Node* const null = node.find("is-null"); null != nullptr && asks && record.null.value_or(false))
        diagnostics.error(null->position, "'is-null: true' and a value can't both be", null->scalar.size());
}

void checkMoment(const char* key, const std::string& text, const Node& settings, Diagnostics& diagnostics) {
    const Node* const node = settings.find(key);
    if (node == nullptr || select::momentOf(text, {})) return;
    diagnostics.error(node->position, "'" + std::string(key) + "' takes an age or a time",
                      node->scalar.size(), "write 30d, 12h or 2026-01-31T00:00:00Z");
}

}  // namespace

PluginInfo Select::info() {
    return {
        "select", std::string(version()), "Lets through some tables, columns, rows and files", "select", {}};
}

const OptionTable<Select::Options>& Select::options() {
    using Texts = std::vector<std::string> Options::*;
    static const auto table =
        OptionTable<Options>()
            .list("tables", static_cast<Texts>(&Options::tables),
                  "Only these tables, by name or pattern (* and ?); all where none is given.")
            .example("users, documents")
            .list("exclude-tables", static_cast<Texts>(&Options::excludeTables), "Not these tables.")
            .example("*_sessions")
            .list("columns", static_cast<Texts>(&Options::columns),
                  "Only these columns of the tables that the patterns name; other tables keep all.")
            .example("users.id, users.username")
            .list("exclude-columns", static_cast<Texts>(&Options::excludeColumns),
                  "Not these columns: `table.column`, or `column` for that of any table.")
            .example("users.password, *.ip_address")
            .records("where", &Options::where, whereOptions(),
                     "Only the rows that fulfil all conditions that their table has.")
            .example("[{table: documents, column: upload_date, from: 2026-01-01}]")
            .list("kinds", static_cast<Texts>(&Options::kinds),
                  "Only these kinds of files; all where none is given.")
            .example("documents")
            .list("files", static_cast<Texts>(&Options::files),
                  "Only the files whose path below their user's folder matches: `*` and `?` within a name, "
                  "`**` across folders. A pattern without / is about a name in any folder.")
            .example("*.pdf, reports/**")
            .list("exclude-files", static_cast<Texts>(&Options::excludeFiles), "Not these files and folders.")
            .example("*.tmp, .cache/")
            .size("larger-than", static_cast<std::optional<std::int64_t> Options::*>(&Options::largerThan),
                  "", "Only files of more bytes.")
            .example("10 MiB")
            .size("smaller-than", static_cast<std::optional<std::int64_t> Options::*>(&Options::smallerThan),
                  "", "Only files of fewer bytes.")
            .example("100 MiB")
            .text("newer-than", static_cast<std::string Options::*>(&Options::newerThan),
                  "Only files that were changed since: a time (RFC 3339), or how long before the run's start "
                  "(s, m, h, d, w).")
            .example("30d")
            .text("older-than", static_cast<std::string Options::*>(&Options::olderThan),
                  "Only files that were changed before that.")
            .example("2026-01-31T00:00:00Z");
    return table;
}

void Select::check(const Options& options, const Node& settings, Diagnostics& diagnostics) {
    if (const Node* const where = settings.find("where"))
        for (std::size_t i = 0; i < options.where.size(); ++i)
            checkWhere(options.where[i], where->kind == Node::Kind::mapping ? *where : where->items.at(i),
                       diagnostics);
    const Node* const columns = settings.find("columns");
    for (const std::string& text : options.columns)
        if (columns != nullptr && text.find('.') == std::string::npos)
            diagnostics.error(columns->position,
                              "'columns' takes table.column: '" + text + "' names no table");
    checkMoment("newer-than", options.newerThan, settings, diagnostics);
    checkMoment("older-than", options.olderThan, settings, diagnostics);
}

void Select::rewrite(Catalog& catalog, Context& context) {
    context_ = &context;
    files_ = std::make_unique<select::FileChoice>(options_, context.startTime());
    files_->rewrite(catalog, context);
    if (changesTables()) rewriteTables(catalog);
}

void Select::rewriteTables(Catalog& catalog) {
    const auto dialect = sql::mapping::dialectNamed(catalog.dialect);
    if (!dialect && !catalog.tables.empty())
        throw Error("select knows no tables of '" + catalog.dialect + "'",
                    "it chooses among those of SQLite and of PostgreSQL");
    const bool folds = dialect == sql::mapping::Dialect::sqlite;
    const auto nameCase = folds ? sql::NameCase::folded : sql::NameCase::exact;
    rows_.prepare(catalog, options_.where, nameCase, *context_);
    const auto drops = select::chooseTables(catalog, options_, nameCase, *context_);
    const bool drop = std::ranges::any_of(drops, [](const sql::mapping::TableChange& change) {
        return change.drop || std::ranges::any_of(change.columns, &sql::mapping::ColumnChange::drop);
    });
    if (drop) changes_ = sql::mapping::mapByChanges(catalog, drops, {*dialect, *dialect, {}, {}});
    for (Table& table : catalog.tables) {
        const bool someRows = rows_.concerns(table.id);
        const bool someColumns = changes_.kept.contains(table.id);
        if (!someRows && !someColumns) continue;
        table.partial = table.reduced = true;
        context_->warn("only some " + std::string(someRows ? "rows" : "columns") +
                       (someRows && someColumns ? ", and of these some columns," : "") + " of table " +
                       shownName(table.qualifiedName()) + " go along");
    }
    tellOfReferences(catalog);
}

/// Rows that stay may refer to rows that do not.
void Select::tellOfReferences(const Catalog& catalog) const {
    for (const Table& table : catalog.tables)
        for (const ForeignKey& key : table.foreignKeys) {
            const Table* const target = catalog.find(key.targetSchema, key.targetTable);
            if (target == nullptr || !rows_.concerns(target->id)) continue;
            std::string columns;
            for (const std::string& column : key.columns) columns += (columns.empty() ? "" : ", ") + column;
            context_->warn("rows of table " + shownName(table.qualifiedName()) + " (" + shownName(columns) +
                           ") may refer to rows of " + shownName(target->qualifiedName()) +
                           " that 'where' leaves out: a database that they go into decides whether it takes "
                           "them");
        }
}

bool Select::apply(Item& item) {
    if (const auto* begin = std::get_if<TableBegin>(&item)) {
        kept_ = 0;
        return !changes_.dropped.contains(begin->table);
    }
    if (auto* end = std::get_if<TableEnd>(&item)) {
        if (changes_.dropped.contains(end->table)) return false;
        if (rows_.concerns(end->table)) end->rows = kept_;
        rows_.tell(end->table, *context_);
        return true;
    }
    if (auto* batch = std::get_if<BatchPtr>(&item)) return applyBatch(*batch);
    return files_->takes(std::get<Entry>(item));
}

bool Select::applyBatch(BatchPtr& batch) {
    const TableId table = batch->table();
    if (changes_.dropped.contains(table)) return false;
    std::vector<std::size_t> rows;
    const bool someRows = rows_.concerns(table);
    if (someRows) {
        rows = rows_.choose(*batch);
        kept_ += rows.size();
        if (rows.empty()) return false;
    }
    const auto columns = changes_.kept.find(table);
    const bool someColumns = columns != changes_.kept.end();
    if ((someRows && rows.size() != batch->rows()) || someColumns)
        batch = sql::partOf(batch, someRows ? &rows : nullptr, someColumns ? &columns->second : nullptr);
    return true;
}

}  // namespace roost
