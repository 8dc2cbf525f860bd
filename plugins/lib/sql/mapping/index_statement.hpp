// What a CREATE INDEX statement says.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "lib/sql/mapping/dialect.hpp"
#include "lib/sql/mapping/expression_tree.hpp"

namespace roost::sql::mapping {

struct IndexPart {
    Expression expression;  ///< a column, with a collation around it perhaps, or any other
    bool descending = false;
};

struct IndexStatement {
    std::vector<IndexPart> parts;
    std::optional<Expression> predicate;
    bool nullsNotDistinct = false;
};

/// Reads SQLite's statement as sqlite_schema keeps it, or PostgreSQL's as pg_get_indexdef() writes it. What
/// matters for speed alone (operator classes, INCLUDE, NULLS FIRST) is left out. Throws NotTranslatable.
[[nodiscard]] IndexStatement parseIndexStatement(std::string_view sql, Dialect dialect);

}  // namespace roost::sql::mapping
