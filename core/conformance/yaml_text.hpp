// YAML that stands in a command line or in an option's example.
#pragma once

#include <string>

#include "roost/node.hpp"

namespace roost::conformance {

/// The value of `text`; where it is no YAML, the text itself. Every position in it is `place`, so that what
/// is said about it can be told from what is said about the rest.
[[nodiscard]] Node yamlValue(const std::string& text, Position place);

/// A text, which means what it says.
[[nodiscard]] Node textValue(const std::string& text, Position place);

/// Sets a member of a mapping, or adds it.
void setMember(Node& mapping, const std::string& key, Node value);

/// Replaces `from` in every text of the node.
void replaceInTexts(Node& node, const std::string& from, const std::string& to);

}  // namespace roost::conformance
