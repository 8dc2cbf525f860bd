#include "lib/sql/mapping/ruled_mapping.hpp"

#include <algorithm>
#include <utility>

#include "lib/sql/mapping/redefinition.hpp"
#include "lib/sql/mapping/renamed_ownership.hpp"
#include "lib/sql/mapping/schema_mapping.hpp"
#include "lib/sql/mapping/unfit_objects.hpp"
#include "lib/sql/quoting.hpp"

namespace roost::sql::mapping {

namespace {

RowChanges rowChanges(const RuledCatalog& ruled) {
    RowChanges changes;
    for (const TableFate& fate : ruled.fates) {
        if (fate.dropped)
            changes.dropped.insert(fate.id);
        else if (fate.kept.size() != fate.columns.entries().size())
            changes.kept.emplace(fate.id, fate.kept);
    }
    return changes;
}

/// Now that the tables have their names.
void addLosses(Catalog& catalog, RuledCatalog& ruled) {
    for (auto& [id, loss] : ruled.losses) {
        if (const Table* table = id ? catalog.find(*id) : nullptr) {
            loss.schema = table->schema;
            loss.table = table->name;
        }
        catalog.losses.push_back(std::move(loss));
    }
}

/// The mapping tells which types have no counterpart; where a rule says the type, that is not so.
void forgetTypes(Catalog& catalog, const RuledCatalog& ruled) {
    for (const TableFate& fate : ruled.fates) {
        const Table* table = catalog.find(fate.id);
        for (std::size_t i = 0; table != nullptr && i < fate.changes.size(); ++i) {
            if (!fate.changes[i].native) continue;
            const std::string head = "column " + table->columns[i].name + ": ";
            std::erase_if(catalog.losses, [&](const Loss& loss) {
                return loss.schema == table->schema && loss.table == table->name &&
                       loss.message.starts_with(head) && loss.message.find(" becomes ") != std::string::npos;
            });
        }
    }
}

/// The schema that tables are to be made in has to be there.
void addSchema(Catalog& catalog, const std::string& name) {
    const bool known = std::ranges::any_of(catalog.objects, [&](const NativeObject& object) {
        return object.type == "schema" && object.name == name;
    });
    if (!known)
        catalog.objects.insert(
            catalog.objects.begin(),
            NativeObject{"schema", name, name, "", "CREATE SCHEMA " + quoteIdentifier(name) + ";", {}});
}

}  // namespace

RowChanges mapByOrder(Catalog& catalog, const MappingOrder& order,
                      const std::function<void(const std::string&)>& warn) {
    const NameCase nameCase = order.from == Dialect::sqlite ? NameCase::folded : NameCase::exact;
    return mapByChanges(catalog, resolveRules(order.rules, catalog, nameCase, warn), order);
}

RowChanges mapByChanges(Catalog& catalog, const std::vector<TableChange>& changes,
                        const MappingOrder& order) {
    const bool withinDialect = order.from == order.to;
    const ColumnNamesById names = columnNamesOf(catalog);
    RuledCatalog ruled = applyRules(catalog, changes, order.schemas, order.from, order.to);
    if (withinDialect) {
        leaveOutUnfit(catalog, ruled);
    } else {
        clearStatements(catalog, ruled, order.from);
        followTables(catalog, ruled);
        mapSchema(catalog, order.from, order.to);
        forgetTypes(catalog, ruled);
    }
    defineColumns(catalog, ruled, withinDialect, order.to);
    if (withinDialect) redefineTables(catalog, ruled, order.to);
    if (order.to == Dialect::postgresql && !order.schemas.made.empty())
        addSchema(catalog, order.schemas.made);
    addLosses(catalog, ruled);
    RowChanges rows = rowChanges(ruled);
    renameOwnership(catalog, names, rows);
    for (Table& table : catalog.tables)
        if (rows.kept.contains(table.id)) table.partial = table.reduced = true;
    return rows;
}

}  // namespace roost::sql::mapping
