// A plugin's options as people read them: on a terminal, and as the table of its README.
#pragma once

#include <string>

#include "roost/plugin.hpp"

namespace roost::cli {

/// "a whole number, 1 to 9", "one of: fail, replace": what the option takes.
[[nodiscard]] std::string takenBy(const OptionSpec& option);

/// The plugin, what it is for, and its options, each with its help.
[[nodiscard]] std::string describePlugin(const PluginFactory& plugin);

/// The options as a Markdown table, without an empty line around it.
[[nodiscard]] std::string markdownTable(const PluginFactory& plugin);

/// The text broken into lines of at most `width` characters where blanks allow it; words stay whole.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, std::size_t width);

}  // namespace roost::cli
