// Ties that the options `owner` and `match` give.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "lib/ownership/ownership_graph.hpp"

namespace roost::ownership {

/// By table; a table with an empty list is tied to nothing, whatever its keys say.
using GivenTies = std::map<std::size_t, std::vector<Tie>>;

/// Throws roost::Error for tables and columns that are not there.
[[nodiscard]] GivenTies readGivenTies(const Catalog& catalog, const GraphOptions& options, std::size_t users);

/// Sets how the two sides of a tie are compared. For a declared key as the database does: by the parent's
/// collation.
void compareAsDeclared(const Catalog& catalog, Tie& tie);

}  // namespace roost::ownership
