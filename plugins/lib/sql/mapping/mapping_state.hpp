// What the steps of a mapping share.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/sql/mapping/dialect.hpp"
#include "lib/sql/mapping/expression_scope.hpp"
#include "lib/sql/mapping/target_names.hpp"
#include "lib/sql/mapping/user_types.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/catalog.hpp"

namespace roost::sql::mapping {

/// A catalog on its way from one dialect into the other. Places of tables and columns are the same in both.
struct MappingState {
    MappingState(Catalog& catalog, Dialect source, Dialect target)
        : before(catalog), after(catalog), from(source), to(target), types(before) {}
    MappingState(const MappingState&) = delete;
    MappingState& operator=(const MappingState&) = delete;

    const Catalog before;  ///< as it came
    Catalog& after;        ///< what becomes of it
    Dialect from;
    Dialect to;
    UserTypes types;
    std::vector<TableNames> names;      ///< of the target
    std::set<std::size_t> usedObjects;  ///< places in before.objects of what columns have taken up

    /// Notes what the table at that place loses.
    void lose(std::size_t table, std::string_view message, std::string sql = {}) {
        after.losses.push_back(
            {names[table].schema, names[table].name, storage::shownName(message), std::move(sql)});
    }
    /// The name in the target of a column of that table; "" for none.
    [[nodiscard]] std::string columnName(std::size_t table, std::string_view column) const {
        const auto place = before.tables[table].columnIndex(column);
        return place ? names[table].columns[*place] : std::string();
    }
    [[nodiscard]] std::vector<std::string> columnNames(std::size_t table,
                                                       const std::vector<std::string>& columns) const {
        std::vector<std::string> result;
        result.reserve(columns.size());
        for (const std::string& column : columns) result.push_back(columnName(table, column));
        return result;
    }
};

/// How the texts of a column are compared where it comes from.
[[nodiscard]] TextOrder textOrder(const Column& column, Dialect from);

/// The columns of that table, for its checks, indexes and generated columns.
[[nodiscard]] ExpressionScope scopeOf(const MappingState& state, std::size_t table);

}  // namespace roost::sql::mapping
