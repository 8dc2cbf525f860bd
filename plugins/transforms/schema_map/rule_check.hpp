// Rules that mean nothing, told at their place before anything runs.
#pragma once

#include <vector>

#include "lib/sql/mapping/schema_rules.hpp"
#include "roost/diagnostic.hpp"
#include "roost/node.hpp"

namespace roost {

/// Adds a diagnostic for each rule that has nothing to be about or to do, or that contradicts itself. `node`
/// is what the rules were read from, or null.
void checkRules(const std::vector<sql::mapping::SchemaRule>& rules, const Node* node,
                Diagnostics& diagnostics);

}  // namespace roost
