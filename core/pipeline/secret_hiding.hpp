// Hiding the values of secret options in the text of a definition, and the variables that they are made of.
#pragma once

#include "pipeline/definition.hpp"
#include "roost/node.hpp"

namespace roost {

/// Hides every scalar of `value` in the definition's source, and the `vars` that they refer to. All variables
/// that they refer to are secret from then on.
void hideValue(Definition& definition, const Node& value);

/// Hides the `vars` that stand within the password of a url. The rest of the url is redacted when it is
/// shown.
void hideUrlPassword(Definition& definition, const Node& url);

}  // namespace roost
