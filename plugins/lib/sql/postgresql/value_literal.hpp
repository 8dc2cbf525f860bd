// Values in the words of PostgreSQL's SQL.
#pragma once

#include <string>

#include "roost/row_condition.hpp"

namespace roost::sql::postgresql {

/// A literal of no type of its own, which takes that of what it is compared with. Throws roost::Error for
/// kinds that no condition compares with.
[[nodiscard]] std::string literalOf(const Value& value);

}  // namespace roost::sql::postgresql
