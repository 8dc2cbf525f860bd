#include "lib/sql/sqlite/catalog_reader.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "lib/sql/sqlite/commit_marker.hpp"
#include "lib/sql/sqlite/ddl_tokens.hpp"
#include "lib/sql/sqlite/statement.hpp"
#include "lib/sql/sqlite/table_reader.hpp"

namespace roost::sqlite {

namespace {

using sql::NameCase;
using sql::sameName;

enum class ListedKind : std::uint8_t { table, view, shadow, virtualTable };

struct Listed {
    ListedKind kind = ListedKind::table;
    bool withoutRowid = false;
};

/// "using fts5" of CREATE VIRTUAL TABLE x USING fts5(...), in lower case.
std::string moduleOf(std::string_view sql) {
    const std::vector<Token> tokens = tokenize(sql);
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
        if (!tokens[i].is("USING")) continue;
        std::string module = tokens[i + 1].unquoted();
        std::ranges::transform(module, module.begin(),
                               [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        return module;
    }
    return {};
}

/// Follows sqlite_schema from top to bottom, the order in which things were made.
class CatalogReader {
public:
    CatalogReader(const Connection& connection, const sql::TableSelection& selection, bool countExactly)
        : connection_(connection), selection_(selection), countExactly_(countExactly) {}

    Catalog read() {
        catalog_.dialect = "sqlite";
        list();
        readSchema();
        for (const ListedTable& listed : listedTables_) addTable(listed);
        resolveForeignKeys();
        for (std::string& warning : selection_.check(present_, connection_.shown()))
            catalog_.warnings.push_back(std::move(warning));
        return std::move(catalog_);
    }

private:
    void list() {
        Statement tables(connection_, "SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main'",
                         "read its list of tables");
        while (tables.step()) {
            const std::string_view type = tables.text(1);
            Listed listed;
            listed.kind = type == "shadow"    ? ListedKind::shadow
                          : type == "virtual" ? ListedKind::virtualTable
                          : type == "view"    ? ListedKind::view
                                              : ListedKind::table;
            listed.withoutRowid = tables.integer(2) != 0;
            if (listed.kind == ListedKind::shadow) shadows_.insert(tables.string(0));
            listed_.emplace(tables.string(0), listed);
        }
    }

    void readSchema() {
        Statement rows(connection_, "SELECT type, name, tbl_name, sql FROM main.sqlite_schema ORDER BY rowid",
                       "read its schema");
        while (rows.step()) {
            const std::string type = rows.string(0);
            if (type == "table")
                schemaTable(rows.string(1), rows.string(3));
            else if (type == "view" || type == "trigger")
                catalog_.objects.push_back(
                    {type, "", rows.string(1), type == "trigger" ? rows.string(2) : "", rows.string(3), {}});
        }
        // A trigger on a table that is left out has nothing to stand on; one on a view stays with it.
        std::erase_if(catalog_.objects, [&](const NativeObject& object) {
            return object.type == "trigger" && kindOf(object.table) != ListedKind::view &&
                   !selection_.takes({"", object.table});
        });
    }

    [[nodiscard]] ListedKind kindOf(const std::string& name) const {
        const auto found = listed_.find(name);
        return found == listed_.end() ? ListedKind::table : found->second.kind;
    }

    void schemaTable(std::string name, std::string sql) {
        if (name.size() >= 7 && sameName(std::string_view(name).substr(0, 7), "sqlite_", NameCase::folded))
            return;
        if (sameName(name, commitMarkerTable, NameCase::folded)) return;
        const auto found = listed_.find(name);
        ListedTable table{std::move(name), std::move(sql),
                          found != listed_.end() && found->second.withoutRowid};
        table.isVirtual =
            sameName(std::string_view(table.sql).substr(0, 14), "CREATE VIRTUAL", NameCase::folded);
        if (kindOf(table.name) == ListedKind::shadow) return;
        if (table.isVirtual && !keepsRows(table)) return;
        present_.push_back({"", table.name});
        listedTables_.push_back(std::move(table));
    }

    /// Decides whether a virtual table's rows are its own; notes it where they are not.
    bool keepsRows(ListedTable& table) {
        const std::string module = moduleOf(table.sql);
        const bool hasShadows = std::ranges::any_of(
            shadows_, [&](const std::string& shadow) { return shadow.starts_with(table.name + "_"); });
        table.fullText = module == "fts5" || module == "fts4" || module == "fts3";
        const bool hasContent = !table.fullText || shadows_.contains(table.name + "_content");
        if (hasShadows && hasContent) {
            if (selection_.takes({"", table.name}))
                catalog_.warnings.push_back(
                    "table '" + table.name + "' is a virtual one (" + module +
                    "): its rows are read through it, its index has to be built again");
            return true;
        }
        if (!selection_.takes({"", table.name})) return false;
        std::string why = "virtual table '" + table.name + "' (" + module + ") ";
        if (hasShadows)
            why +=
                "keeps no rows of its own: only its definition is carried, its index has to be built again";
        else
            why +=
                "is carried as its definition only; rows that it keeps in other tables here come with those";
        catalog_.warnings.push_back(std::move(why));
        catalog_.objects.push_back({"virtual table", "", table.name, "", table.sql, {}});
        return false;
    }

    void addTable(const ListedTable& listed) {
        if (!selection_.takes({"", listed.name})) {
            // Its key may still be what a foreign key without columns means.
            leftOut_.push_back(&listed);
            return;
        }
        if (Context* context = connection_.context()) context->alive();
        Table table = readTable(connection_, listed);
        table.rows = countExactly_ ? countRows(connection_, listed) : estimateRows(connection_, listed);
        table.id = static_cast<TableId>(catalog_.tables.size());
        catalog_.tables.push_back(std::move(table));
    }

    /// Names the targets as they are spelled where they stand, and the columns where the key names none.
    void resolveForeignKeys() {
        std::vector<Table> others;
        for (const ListedTable* listed : leftOut_)
            if (isTarget(listed->name)) others.push_back(readTable(connection_, *listed));
        for (Table& table : catalog_.tables)
            for (ForeignKey& key : table.foreignKeys) {
                const Table* target = findFolded(catalog_.tables, key.targetTable);
                if (target == nullptr) target = findFolded(others, key.targetTable);
                if (target != nullptr) resolve(key, *target);
            }
    }

    [[nodiscard]] bool isTarget(const std::string& name) const {
        return std::ranges::any_of(catalog_.tables, [&](const Table& table) {
            return std::ranges::any_of(table.foreignKeys, [&](const ForeignKey& key) {
                return sameName(key.targetTable, name, NameCase::folded);
            });
        });
    }

    static const Table* findFolded(const std::vector<Table>& tables, std::string_view name) {
        const auto found = std::ranges::find_if(
            tables, [&](const Table& table) { return sameName(table.name, name, NameCase::folded); });
        return found == tables.end() ? nullptr : &*found;
    }

    static void resolve(ForeignKey& key, const Table& target) {
        key.targetTable = target.name;
        if (key.targetColumns.empty()) key.targetColumns = target.primaryKey;
        for (std::string& column : key.targetColumns)
            for (const Column& candidate : target.columns)
                if (sameName(candidate.name, column, NameCase::folded)) column = candidate.name;
    }

    const Connection& connection_;
    const sql::TableSelection& selection_;
    bool countExactly_;
    std::map<std::string, Listed> listed_;
    std::set<std::string> shadows_;
    std::vector<sql::TableName> present_;
    std::vector<ListedTable> listedTables_;
    std::vector<const ListedTable*> leftOut_;
    Catalog catalog_;
};

}  // namespace

Catalog readCatalog(const Connection& connection, const sql::TableSelection& selection, bool countExactly) {
    return CatalogReader(connection, selection, countExactly).read();
}

}  // namespace roost::sqlite
