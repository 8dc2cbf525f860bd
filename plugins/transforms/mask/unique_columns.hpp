// Columns whose values have to stay apart.
#pragma once

#include "roost/catalog.hpp"

namespace roost::mask {

/// True if the column is a part of the primary key, a unique constraint or a unique index, also of one of
/// expressions or of some rows only.
[[nodiscard]] bool isUnique(const Table& table, const Column& column);

/// True if values of the column are told from each other by an expression or without regard to case.
[[nodiscard]] bool isUniqueByExpression(const Table& table, const Column& column);

}  // namespace roost::mask
