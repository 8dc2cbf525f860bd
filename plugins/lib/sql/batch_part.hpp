// Some rows or some columns of a batch.
#pragma once

#include <cstddef>
#include <vector>

#include "roost/batch.hpp"

namespace roost::sql {

/// Copies the cells of those rows and columns, in that order; null stands for all of them. Values are not
/// copied where most rows stay: the batch is kept alive then.
[[nodiscard]] BatchPtr partOf(const BatchPtr& batch, const std::vector<std::size_t>* rows,
                              const std::vector<std::size_t>* columns);

}  // namespace roost::sql
