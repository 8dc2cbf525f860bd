// Keys: a masked value has to stay one that is referred to.
#pragma once

#include <functional>
#include <string>

#include "roost/catalog.hpp"

namespace roost::mask {

/// How a column is masked, so that two that are masked alike give the same text; "" where it is not, "NULL"
/// where all its values become NULL.
using SignatureOf = std::function<std::string(const Table&, const Column&)>;

/// Throws roost::Error for a foreign key of which the sides are not masked alike.
void checkForeignKeys(const Catalog& catalog, const SignatureOf& signature);

}  // namespace roost::mask
