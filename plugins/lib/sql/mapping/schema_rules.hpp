// Rules that change a schema on its way: which tables and columns each is about, and what becomes of them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lib/sql/name_pattern.hpp"
#include "roost/catalog.hpp"
#include "roost/node.hpp"

namespace roost::sql::mapping {

/// One rule. The first three say what it is about, by the names and types of the source: all that are given
/// have to match. The others say what becomes of it.
struct SchemaRule {
    std::optional<std::string> table;   ///< pattern of `table` or `schema.table`
    std::optional<std::string> column;  ///< pattern of `column`, `table.column` or `schema.table.column`
    std::optional<std::string> type;    ///< pattern of a declared or a logical type

    std::optional<std::string> rename;
    std::optional<bool> drop;
    std::optional<std::string> cast;          ///< a logical type, as format() writes it
    std::optional<std::string> native;        ///< the target's type, word for word
    std::optional<std::string> defaultValue;  ///< an expression of the target's; "" for none
    Position position;

    /// True if it is about tables, not about their columns.
    [[nodiscard]] bool isAboutTables() const noexcept { return !column && !type; }
};

/// What becomes of a column. Where it is dropped, nothing else counts.
struct ColumnChange {
    std::optional<std::string> rename;
    bool drop = false;
    std::optional<LogicalType> cast;
    std::optional<std::string> native;
    std::optional<std::string> defaultValue;
};

/// What becomes of a table and its columns, which are in the order of the catalog's.
struct TableChange {
    std::optional<std::string> rename;
    bool drop = false;
    std::vector<ColumnChange> columns;
};

/// What the rules make of each table of the catalog, in its order. Where several give one action to one
/// thing, the last one counts. `warn` hears of patterns that match nothing. Throws roost::Error for a name
/// without wildcards that is not there, and for a new name that several would get.
[[nodiscard]] std::vector<TableChange> resolveRules(const std::vector<SchemaRule>& rules,
                                                    const Catalog& catalog, NameCase nameCase,
                                                    const std::function<void(const std::string&)>& warn);

}  // namespace roost::sql::mapping
