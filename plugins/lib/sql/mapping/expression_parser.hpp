// Expressions as each dialect writes them.
#pragma once

#include <span>
#include <string_view>

#include "lib/sql/mapping/dialect.hpp"
#include "lib/sql/mapping/expression_tokens.hpp"
#include "lib/sql/mapping/expression_tree.hpp"

namespace roost::sql::mapping {

/// Reads a whole expression, PostgreSQL's as pg_get_expr() writes it. Throws NotTranslatable for anything but
/// a known safe subset.
[[nodiscard]] Expression parseExpression(std::string_view sql, Dialect dialect);

/// The same for tokens; the last one is of kind end.
[[nodiscard]] Expression parseExpression(std::span<const ExpressionToken> tokens, Dialect dialect);

}  // namespace roost::sql::mapping
