#include "lib/sql/mapping/unfit_objects.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/sql/mapping/expression_tokens.hpp"
#include "lib/sql/mapping/renamed_text.hpp"
#include "lib/sql/quoting.hpp"
#include "lib/storage/shown_name.hpp"

namespace roost::sql::mapping {

namespace {

/// What tables are made of, and never speaks of them.
constexpr std::array<std::string_view, 6> groundwork{"extension", "schema",         "enum",
                                                     "domain",    "composite type", "range"};

bool among(std::string_view type) { return std::ranges::find(groundwork, type) != groundwork.end(); }

std::string shown(const NativeObject& object) {
    const std::string name = object.schema.empty() || object.schema == object.name
                                 ? object.name
                                 : object.schema + "." + object.name;
    return object.type + " '" + name + "'";
}

const TableFate* fateOf(const RuledCatalog& ruled, const std::string& schema, const std::string& name) {
    for (const TableFate& fate : ruled.fates)
        if (fate.schema == schema && fate.name == name) return &fate;
    return nullptr;
}

/// ALTER SEQUENCE schema.name OWNED BY schema.table.column, as PostgreSQL's source writes it.
struct Ownership {
    const TableFate* table = nullptr;
    const ColumnNames::Entry* column = nullptr;
    std::size_t begin = 0;  ///< of the owner's name
};

std::optional<Ownership> ownershipOf(const RuledCatalog& ruled, const NativeObject& object) {
    if (object.type != "sequence owner") return std::nullopt;
    const std::vector<ExpressionToken> tokens = expressionTokens(object.sql, Dialect::postgresql);
    if (tokens.size() < 12 || !tokens[5].is("OWNED") || !tokens[11].isName()) return std::nullopt;
    Ownership found;
    found.table = fateOf(ruled, tokens[7].text == "public" ? "" : tokens[7].text, tokens[9].text);
    if (found.table == nullptr) return std::nullopt;
    found.column = found.table->columns.find(tokens[11].text);
    found.begin = tokens[7].begin;
    return found;
}

bool isUsed(const Catalog& catalog, const std::string& sequence) {
    return std::ranges::any_of(catalog.tables, [&](const Table& table) {
        return std::ranges::any_of(table.columns, [&](const Column& column) {
            return column.defaultValue && mentions(*column.defaultValue, sequence);
        });
    });
}

/// What stands on a dropped table goes with it, and so does the sequence of a dropped column: that is no loss
/// of its own.
void removeOfDropped(Catalog& catalog, const RuledCatalog& ruled) {
    std::vector<std::pair<std::string, std::string>> orphans;
    for (const NativeObject& object : catalog.objects)
        if (const auto owner = ownershipOf(ruled, object))
            if (owner->table->dropped || owner->column == nullptr || owner->column->isDropped())
                orphans.emplace_back(object.schema, object.name);
    std::erase_if(catalog.objects, [&](const NativeObject& object) {
        const TableFate* fate = object.table.empty() ? nullptr : fateOf(ruled, object.schema, object.table);
        if (fate != nullptr && fate->dropped) return true;
        if (!object.type.starts_with("sequence") ||
            std::ranges::find(orphans, std::pair(object.schema, object.name)) == orphans.end())
            return false;
        return object.type == "sequence owner" || !isUsed(catalog, object.name);
    });
}

/// The text without "LANGUAGE plpgsql", which speaks of no table called so.
std::string withoutLanguage(const NativeObject& object) {
    std::string sql = object.sql;
    if (object.type != "function" && object.type != "procedure") return sql;
    constexpr std::string_view clause = "\n LANGUAGE ";  // as pg_get_functiondef() writes it
    if (const auto at = sql.find(clause); at != std::string::npos) sql.erase(at, clause.size());
    return sql;
}

class Leaving {
public:
    Leaving(Catalog& catalog, RuledCatalog& ruled) : catalog_(catalog), ruled_(ruled) {}

    void leave() {
        removeOfDropped(catalog_, ruled_);
        for (NativeObject& object : catalog_.objects) follow(object);
        // A view of a view that is left out has to go, too.
        for (bool again = true; again;) {
            again = false;
            std::erase_if(catalog_.objects, [&](const NativeObject& object) {
                const std::string why = unfit(object);
                if (why.empty()) return false;
                lose(object, why);
                gone_.push_back(
                    object.name.substr(0, object.name.find('(')));  // without a function's arguments
                again = true;
                return true;
            });
        }
    }

private:
    /// A sequence is owned by the same column, whatever that is called now.
    void follow(NativeObject& object) const {
        const auto owner = ownershipOf(ruled_, object);
        if (!owner || (!owner->table->renamed && !owner->column->isChanged())) return;
        const Table* table = catalog_.find(owner->table->id);
        object.table = table->name;
        object.sql = object.sql.substr(0, owner->begin) +
                     quoteIdentifier(table->schema.empty() ? "public" : table->schema) + "." +
                     quoteIdentifier(table->name) + "." + quoteIdentifier(*owner->column->after) + ";";
    }

    /// Why the object can't stay, or "".
    [[nodiscard]] std::string unfit(const NativeObject& object) const {
        if (among(object.type) || object.type == "sequence" || object.type == "sequence owner") return {};
        const std::string sql = withoutLanguage(object);
        for (const TableFate& fate : ruled_.fates) {
            if (!changedItsNames(fate)) continue;
            const bool standsOn = object.schema == fate.schema && object.table == fate.name;
            if (!standsOn && !mentions(sql, fate.name)) continue;
            if (std::string why = reason(fate, object, standsOn); !why.empty()) return why;
        }
        for (const std::string& name : gone_)
            if (mentions(object.sql, name)) return "it speaks of '" + name + "', which is left out";
        return {};
    }

    static bool changedItsNames(const TableFate& fate) {
        return fate.dropped || fate.renamed || fate.columns.anyChanged();
    }

    /// SELECT *, INSERT without names and NATURAL JOIN mean columns without naming them.
    static bool countsColumns(std::string_view sql) {
        return sql.find('*') != std::string_view::npos || mentions(sql, "insert") || mentions(sql, "natural");
    }

    static std::string reason(const TableFate& fate, const NativeObject& object, bool standsOn) {
        const std::string table = "table '" + fate.name + "'";
        if (fate.dropped) return "it speaks of " + table + ", which is dropped";
        if (fate.renamed)
            return standsOn ? "its table is renamed" : "it speaks of " + table + ", which is renamed";
        for (const ColumnNames::Entry& column : fate.columns.entries())
            if (column.isChanged() &&
                (mentions(object.sql, column.before) || (column.isDropped() && countsColumns(object.sql))))
                return "it speaks of " + table + ", whose column '" + column.before + "' is " +
                       (column.isDropped() ? "dropped" : "renamed");
        return {};
    }

    void lose(const NativeObject& object, const std::string& why) {
        std::optional<TableId> table;
        if (const TableFate* fate =
                object.table.empty() ? nullptr : fateOf(ruled_, object.schema, object.table))
            table = fate->id;
        ruled_.losses.emplace_back(
            table, Loss{"", "", storage::shownName(shown(object) + " is left out: " + why), object.sql});
    }

    Catalog& catalog_;
    RuledCatalog& ruled_;
    std::vector<std::string> gone_;
};

}  // namespace

void leaveOutUnfit(Catalog& catalog, RuledCatalog& ruled) { Leaving(catalog, ruled).leave(); }

void followTables(Catalog& catalog, const RuledCatalog& ruled) {
    removeOfDropped(catalog, ruled);
    for (NativeObject& object : catalog.objects) {
        const TableFate* fate = object.table.empty() ? nullptr : fateOf(ruled, object.schema, object.table);
        const Table* table = fate == nullptr ? nullptr : catalog.find(fate->id);
        if (table == nullptr) continue;
        object.schema = table->schema;
        object.table = table->name;
    }
}

}  // namespace roost::sql::mapping
