#include "transforms/mask/unique_columns.hpp"

#include <algorithm>

#include "lib/sql/mapping/renamed_text.hpp"

namespace roost::mask {

namespace {

bool has(const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
}

}  // namespace

bool isUniqueByExpression(const Table& table, const Column& column) {
    return std::ranges::any_of(table.indexes, [&](const Index& index) {
        return index.unique && !has(index.columns, column.name) &&
               sql::mapping::mentions(index.nativeSql, column.name);
    });
}

bool isUnique(const Table& table, const Column& column) {
    return has(table.primaryKey, column.name) ||
           std::ranges::any_of(table.uniques,
                               [&](const auto& unique) { return has(unique.columns, column.name); }) ||
           std::ranges::any_of(
               table.indexes,
               [&](const Index& index) { return index.unique && has(index.columns, column.name); }) ||
           isUniqueByExpression(table, column);
}

}  // namespace roost::mask
