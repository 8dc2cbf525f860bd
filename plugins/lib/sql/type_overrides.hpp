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

/// Pairs of a pattern for "table.column" (or "schema.table.column") and the type of the columns that it
/// matches. Where several match one column, the last one counts, so that exceptions follow their rule.
class TypeOverrides {
public:
    /// Throws roost::Error for a type that parseLogicalType() refuses.
    TypeOverrides(const TextMap& types, NameCase nameCase);

    /// Sets type and TypeOrigin::set of every column that matches. Returns a warning for each pattern that
    /// matches no column.
    [[nodiscard]] std::vector<std::string> apply(Catalog& catalog) const;

private:
    struct Rule {
        NamePattern pattern;
        LogicalType type;
    };
    std::vector<Rule> rules_;
};

/// For a plugin's check(): adds a diagnostic at each value of the mapping `option` in `settings` that is no
/// logical type.
void checkTypes(const Node& settings, std::string_view option, Diagnostics& diagnostics);

}  // namespace roost::sql
