// The definitions that come with roost.
#pragma once

#include <string>

#include "pipeline/definition.hpp"

namespace roost::cli {

/// Where a definition, or the one to run before it, is not there and one of its name comes with this program
/// (installed, or in the tree that it was built in): a line that says where it is. Else "".
[[nodiscard]] std::string shippedDefinitionHint(const Definition& definition);

}  // namespace roost::cli
