// A catalog for a target, with the rules that users give.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "lib/sql/mapping/dialect.hpp"
#include "lib/sql/mapping/rule_application.hpp"
#include "lib/sql/mapping/schema_rules.hpp"
#include "roost/catalog.hpp"

namespace roost::sql::mapping {

struct MappingOrder {
    Dialect from = Dialect::sqlite;
    Dialect to = Dialect::sqlite;  ///< may be the same
    std::vector<SchemaRule> rules;
    SchemaNames schemas;
};

/// What the rules mean for the rows.
struct RowChanges {
    std::set<TableId> dropped;
    std::map<TableId, std::vector<std::size_t>> kept;  ///< places of the cells that stay, where not all do
};

/// Rewrites the catalog by the rules, and for the other dialect where that is wanted. `warn` hears of
/// patterns that match nothing. Throws roost::Error.
[[nodiscard]] RowChanges mapByOrder(Catalog& catalog, const MappingOrder& order,
                                    const std::function<void(const std::string&)>& warn);

/// The same for changes that are known already: one for each table of the catalog, in its order. The rules
/// of `order` are not looked at.
[[nodiscard]] RowChanges mapByChanges(Catalog& catalog, const std::vector<TableChange>& changes,
                                      const MappingOrder& order);

}  // namespace roost::sql::mapping
