// Defaults of columns whose numbers are times.
#pragma once

#include "lib/sql/mapping/expression_tree.hpp"
#include "roost/catalog.hpp"

namespace roost::sql::mapping {

/// The default as the time that it stands for in that column (Column::numbersAre): a whole number, and the
/// moment in seconds. Any other default, and one that is no time of the years 1 to 9999, as it is.
[[nodiscard]] Expression timeForNumber(Expression value, const Column& column);

}  // namespace roost::sql::mapping
