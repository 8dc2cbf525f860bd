// Values in the words of SQLite's SQL.
#pragma once

#include <string>

#include "roost/row_condition.hpp"

namespace roost::sqlite {

/// A literal that stands for exactly this value; a uuid as the text that SQLite keeps for one. Throws
/// roost::Error for kinds that SQLite does not have.
[[nodiscard]] std::string literalOf(const Value& value);

}  // namespace roost::sqlite
