// The values that columns have by default.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/sql/mapping/dialect.hpp"
#include "lib/sql/mapping/expression_tree.hpp"
#include "roost/types.hpp"

namespace roost::sql::mapping {

/// A column's default as its own dialect writes it. A bare or double-quoted word is a string in SQLite.
/// Throws NotTranslatable.
[[nodiscard]] Expression parseDefault(std::string_view sql, Dialect from);

/// The default in the target's words, as it may stand behind DEFAULT; nothing for NULL. `type` is the
/// column's. Throws NotTranslatable.
[[nodiscard]] std::optional<std::string> translateDefault(const Expression& value, const LogicalType& type,
                                                          Dialect target);

}  // namespace roost::sql::mapping
