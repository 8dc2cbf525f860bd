// The definitions that come with roost.
#pragma once

#include <filesystem>
#include <string>

namespace roost::cli {

/// Where `file` is not there and a definition of its name comes with this program (installed, or in the tree
/// that it was built in): a line that says where it is. Else "".
[[nodiscard]] std::string shippedDefinitionHint(const std::filesystem::path& file);

}  // namespace roost::cli
