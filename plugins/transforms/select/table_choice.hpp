// Which tables and columns stay.
#pragma once

#include <string>
#include <vector>

#include "lib/sql/mapping/schema_rules.hpp"
#include "lib/sql/name_pattern.hpp"
#include "roost/catalog.hpp"
#include "roost/context.hpp"

namespace roost::select {

/// The options about tables and columns, as written.
struct TableOptions {
    std::vector<std::string> tables;
    std::vector<std::string> excludeTables;
    std::vector<std::string> columns;
    std::vector<std::string> excludeColumns;
};

/// What is dropped of each table of the catalog, in its order. Throws roost::Error for a name that is not
/// there; `context` hears of patterns that match nothing.
[[nodiscard]] std::vector<sql::mapping::TableChange> chooseTables(const Catalog& catalog,
                                                                  const TableOptions& options,
                                                                  sql::NameCase nameCase, Context& context);

}  // namespace roost::select
