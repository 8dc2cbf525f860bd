// Text from the data on a terminal.
#pragma once

#include <string>

namespace roost::cli {

/// The text with '?' for everything that a terminal would obey.
[[nodiscard]] std::string printable(std::string text);

}  // namespace roost::cli
