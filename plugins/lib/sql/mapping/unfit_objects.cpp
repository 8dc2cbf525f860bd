#include "lib/sql/mapping/unfit_objects.hpp"

#include <algorithm>
#include <array>
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

class Leaving {
public:
    Leaving(Catalog& catalog, RuledCatalog& ruled) : catalog_(catalog), ruled_(ruled) {}

    void leave() {
        std::erase_if(catalog_.objects, [&](const NativeObject& object) { return isOfDropped(object); });
        for (NativeObject& object : catalog_.objects)
            if (object.type == "sequence owner") follow(object);
        std::erase_if(catalog_.objects, [](const NativeObject& object) { return object.sql.empty(); });
        // A view of a view that is left out has to go, too.
        for (bool again = true; again;) {
            again = false;
            std::erase_if(catalog_.objects, [&](const NativeObject& object) {
                const std::string why = unfit(object);
                if (why.empty()) return false;
                lose(object, why);
                gone_.push_back(object.name);
                again = true;
                return true;
            });
        }
    }

private:
    /// What stands on a dropped table goes with it: that is no loss of its own.
    [[nodiscard]] bool isOfDropped(const NativeObject& object) const {
        const TableFate* fate = object.table.empty() ? nullptr : fateOf(ruled_, object.schema, object.table);
        return fate != nullptr && fate->dropped;
    }

    /// ALTER SEQUENCE schema.name OWNED BY schema.table.column, of the table under its new name.
    void follow(NativeObject& object) {
        const std::vector<ExpressionToken> tokens = expressionTokens(object.sql, Dialect::postgresql);
        if (tokens.size() < 12 || !tokens[5].is("OWNED") || !tokens[11].isName()) return;
        const std::string schema = tokens[7].text == "public" ? "" : tokens[7].text;
        const TableFate* fate = fateOf(ruled_, schema, tokens[9].text);
        if (fate == nullptr) return;
        const ColumnNames::Entry* column = fate->columns.find(tokens[11].text);
        const Table* table = catalog_.find(fate->id);
        if (table == nullptr || column == nullptr || column->isDropped()) {
            object.sql.clear();
            return;
        }
        if (!fate->renamed && !column->isChanged()) return;
        object.table = table->name;
        object.sql = object.sql.substr(0, tokens[7].begin) +
                     quoteIdentifier(table->schema.empty() ? "public" : table->schema) + "." +
                     quoteIdentifier(table->name) + "." + quoteIdentifier(*column->after) + ";";
    }

    /// Why the object can't stay, or "".
    [[nodiscard]] std::string unfit(const NativeObject& object) const {
        if (among(object.type) || object.type == "sequence" || object.type == "sequence owner") return {};
        for (const TableFate& fate : ruled_.fates) {
            if (!changedItsNames(fate)) continue;
            const bool standsOn = object.schema == fate.schema && object.table == fate.name;
            if (!standsOn && !mentions(object.sql, fate.name)) continue;
            if (const std::string why = reason(fate, object, standsOn); !why.empty()) return why;
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
    for (NativeObject& object : catalog.objects) {
        const TableFate* fate = object.table.empty() ? nullptr : fateOf(ruled, object.schema, object.table);
        const Table* table = fate == nullptr ? nullptr : catalog.find(fate->id);
        if (table == nullptr) continue;
        object.schema = table->schema;
        object.table = table->name;
    }
}

}  // namespace roost::sql::mapping
