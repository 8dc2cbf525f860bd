// Advice of plugins in the words of the definition at hand.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace roost {

/// The options of a stage whose whole value is a variable's, by name: {"on-orphans", "on_orphans"} for
/// `on-orphans: ${on_orphans:-fail}`.
using OptionVariables = std::map<std::string, std::string, std::less<>>;

/// A plugin advises by the names of its options ('on-orphans: apply'). Behind each that a variable gives, the
/// text then tells how it is set: "(here: --set on_orphans=apply)".
[[nodiscard]] std::string nameVariables(std::string_view text, const OptionVariables& variables);

}  // namespace roost
