// Ties that the options `owner` and `match` give.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "lib/ownership/ownership_graph.hpp"

namespace roost::ownership {

/// By table; a table with an empty list is tied to nothing, whatever its keys say.
using GivenTies = std::map<std::size_t, std::vector<Tie>>;

/// Throws roost::Error for tables and columns that are not there. A table that `match` names may be missing
/// (older versions of an application lack it): a sentence about it goes to `remarks`.
[[nodiscard]] GivenTies readGivenTies(const Catalog& catalog, const GraphOptions& options, std::size_t users,
                                      std::vector<std::string>& remarks);

/// Sets how the two sides of a tie are compared. For a declared key as the database does: by the parent's
/// collation.
void compareAsDeclared(const Catalog& catalog, Tie& tie);

}  // namespace roost::ownership
