#include "lib/sql/mapping/renamed_ownership.hpp"

#include <algorithm>
#include <utility>

namespace roost::sql::mapping {

namespace {

class Renaming {
public:
    Renaming(const Catalog& catalog, const ColumnNamesById& before, const RowChanges& changes) {
        for (const Table& table : catalog.tables) {
            const auto old = before.find(table.id);
            if (old == before.end()) continue;
            const auto kept = changes.kept.find(table.id);
            for (std::size_t i = 0; i < table.columns.size(); ++i) {
                const std::size_t place = kept == changes.kept.end() ? i : kept->second[i];
                renamed_[table.id].emplace(old->second[place], table.columns[i].name);
            }
        }
    }

    /// False where one of them is gone.
    [[nodiscard]] bool rename(std::vector<std::string>& columns, TableId table) const {
        const auto names = renamed_.find(table);
        if (names == renamed_.end()) return columns.empty();
        return std::ranges::all_of(columns, [&](std::string& column) {
            const auto name = names->second.find(column);
            if (name == names->second.end()) return false;
            column = name->second;
            return true;
        });
    }

    [[nodiscard]] bool rename(RowCondition& rows, TableId table) const {
        const bool looksElsewhere = rows.kind == RowCondition::Kind::matching;
        if (!rename(rows.columns, table)) return false;
        if (looksElsewhere && !rename(rows.targetColumns, rows.table)) return false;
        return std::ranges::all_of(rows.parts, [&](RowCondition& part) {
            return rename(part, looksElsewhere ? rows.table : table);
        });
    }

private:
    std::map<TableId, std::map<std::string, std::string>> renamed_;
};

}  // namespace

ColumnNamesById columnNamesOf(const Catalog& catalog) {
    ColumnNamesById names;
    for (const Table& table : catalog.tables)
        for (const Column& column : table.columns) names[table.id].push_back(column.name);
    return names;
}

void renameOwnership(Catalog& catalog, const ColumnNamesById& before, const RowChanges& changes) {
    const Renaming renaming(catalog, before, changes);
    for (Table& table : catalog.tables)
        if (table.ownership && !(renaming.rename(table.ownership->chosen, table.id) &&
                                 renaming.rename(table.ownership->shared, table.id)))
            table.ownership.reset();
    if (auto& users = catalog.chosenUsers;
        users && !(renaming.rename(users->key, users->table) && renaming.rename(users->names, users->table)))
        users.reset();
}

}  // namespace roost::sql::mapping
