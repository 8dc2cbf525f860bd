// PostgreSQL's numeric, from its binary form to the digits that the server prints.
#pragma once

#include <span>
#include <string_view>

#include "roost/batch.hpp"

namespace roost::sql::postgresql {

/// Writes the value into the batch's arena: all digits of its display scale, "NaN", "Infinity" or
/// "-Infinity". `data` is what numeric_send gives (PostgreSQL's src/backend/utils/adt/numeric.c): four 16-bit
/// numbers in network order (count of digits, weight, sign, display scale), then digits to the base of
/// 10,000. Throws roost::Error where it isn't.
[[nodiscard]] std::string_view numericText(std::span<const char> data, Batch& batch);

}  // namespace roost::sql::postgresql
