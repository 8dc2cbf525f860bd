// The values of the generated source.
#pragma once

#include <cstdint>
#include <span>

#include "roost/catalog.hpp"

namespace roost::conformance {

/// The columns of the table `everything`, one of each logical type, each with a type's name of the SQL
/// standard.
[[nodiscard]] std::vector<Column> everyColumn();

/// How many rows it takes to see every value of every type.
inline constexpr std::uint64_t everyValueRows = 6;

/// A value for a column of that type. Row 0 is NULL where the column allows it; the rest are usual values and
/// limits.
[[nodiscard]] Cell valueOf(const Column& column, std::uint64_t row, Batch& batch);

/// A value of any kind, whatever the column is.
[[nodiscard]] Cell anyValue(std::uint64_t number, Batch& batch);

}  // namespace roost::conformance
