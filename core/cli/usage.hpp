// What to say to a command line that cannot be understood.
#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace roost::cli {

/// One or more lines that name what is wrong, the nearest known word, and where help is.
[[nodiscard]] std::string describeUsageError(const CLI::App& app, const CLI::ParseError& error);

}  // namespace roost::cli
