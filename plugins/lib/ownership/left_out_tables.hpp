// Tables that a copy of a user does without.
#pragma once

#include <string>
#include <vector>

#include "lib/ownership/selection.hpp"
#include "roost/catalog.hpp"
#include "roost/context.hpp"

namespace roost::ownership {

/// Leaves the tables of `without`, which are names and patterns, out of the selection, and warns of those
/// that fit none. Throws roost::Error where rows that stay refer to rows that go.
void leaveOut(Selection& selection, const Catalog& catalog, const std::vector<std::string>& without,
              Context& context);

}  // namespace roost::ownership
