#include "transforms/mask/key_check.hpp"

#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::mask {

namespace {

using storage::shownName;

const Column* columnOf(const Table& table, const std::string& name) {
    const auto place = table.columnIndex(name);
    return place ? &table.columns[*place] : nullptr;
}

std::string shown(const Table& table, const std::string& column) {
    return shownName(table.qualifiedName() + "." + column);
}

void checkPair(const Table& table, const std::string& from, const Table* target,
               const std::string& targetName, const std::string& to, const SignatureOf& signature) {
    const Column* const column = columnOf(table, from);
    const Column* const other = target == nullptr ? nullptr : columnOf(*target, to);
    const std::string mine = column == nullptr ? "" : signature(table, *column);
    const std::string theirs = other == nullptr ? "" : signature(*target, *other);
    if (mine == theirs || mine == "NULL") return;
    throw Error(shown(table, from) + " refers to " +
                    (target == nullptr ? shownName(targetName) : shown(*target, to)) + ", and " +
                    (mine.empty()     ? "only that is masked"
                     : theirs.empty() ? "only the former is masked"
                                      : "the two are masked in different ways"),
                "give both one rule, or neither ('keep: true')");
}

}  // namespace

void checkForeignKeys(const Catalog& catalog, const SignatureOf& signature) {
    for (const Table& table : catalog.tables)
        for (const ForeignKey& key : table.foreignKeys) {
            const Table* const target = catalog.find(key.targetSchema, key.targetTable);
            const std::vector<std::string>& columns =
                key.targetColumns.empty() && target != nullptr ? target->primaryKey : key.targetColumns;
            for (std::size_t i = 0; i < key.columns.size(); ++i)
                checkPair(table, key.columns[i], target, key.targetTable,
                          i < columns.size() ? columns[i] : "", signature);
        }
}

}  // namespace roost::mask
