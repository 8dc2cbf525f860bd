// Expressions of one dialect in the words of the other.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/sql/mapping/dialect.hpp"
#include "lib/sql/mapping/expression_scope.hpp"
#include "lib/sql/mapping/expression_tree.hpp"

namespace roost::sql::mapping {

struct TranslatedExpression {
    std::string sql;
    ValueKind kind = ValueKind::other;
    std::vector<std::string> notes;  ///< what is not quite the same in the target: "upper() changes …"
    bool usesGenerated = false;      ///< it reads a generated column
    bool rounds = false;             ///< it calculates with decimals, which SQLite does on doubles
    bool checkOnly = false;  ///< PostgreSQL takes it in a check, not in an index or a generated column
};

/// Writes `expression`, read from the other dialect, for `target`. Only what surely gives the same values for
/// all rows: everything else throws NotTranslatable.
[[nodiscard]] TranslatedExpression translate(const Expression& expression, const ExpressionScope& scope,
                                             Dialect target);

/// The same for what must be a condition.
[[nodiscard]] TranslatedExpression translateCondition(const Expression& expression,
                                                      const ExpressionScope& scope, Dialect target);

}  // namespace roost::sql::mapping
