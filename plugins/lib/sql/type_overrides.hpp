// The option `types` of a database source: logical types for columns whose declaration says too little.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/sql/name_pattern.hpp"
#include "roost/catalog.hpp"
#include "roost/diagnostic.hpp"
#include "roost/node.hpp"
#include "roost/option_table.hpp"
#include "roost/types.hpp"

namespace roost::sql {

/// A type, and what numbers mean in a column of times.
struct ColumnType {
    LogicalType type;
    NumericTime numbersAre = NumericTime::none;
    friend bool operator==(const ColumnType&, const ColumnType&) = default;
};

/// What parseLogicalType() takes, and for timestamp, timestamptz and date what the numbers in the column
/// are: "timestamptz as seconds", "... as milliseconds", "... as julian-day". Throws roost::Error that names
/// the text and what is possible.
[[nodiscard]] ColumnType parseColumnType(std::string_view text);

/// Pairs of a pattern for "table.column" (or "schema.table.column") and the type of the columns that it
/// matches. Where several match one column, the last one counts, so that exceptions follow their rule.
class TypeOverrides {
public:
    /// Throws roost::Error for a type that parseColumnType() refuses.
    TypeOverrides(const TextMap& types, NameCase nameCase);

    /// Sets type, numbersAre and TypeOrigin::set of every column that matches. Returns a warning for each
    /// pattern that matches no column.
    [[nodiscard]] std::vector<std::string> apply(Catalog& catalog) const;

private:
    struct Rule {
        NamePattern pattern;
        ColumnType type;
    };
    std::vector<Rule> rules_;
};

/// For a plugin's check(): adds a diagnostic at each value of the mapping `option` in `settings` that
/// parseColumnType() refuses.
void checkTypes(const Node& settings, std::string_view option, Diagnostics& diagnostics);

}  // namespace roost::sql
