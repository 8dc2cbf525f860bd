// The declared type of a column in each dialect, from its logical type.
#pragma once

#include <string>
#include <string_view>

#include "roost/catalog.hpp"

namespace roost::sql::mapping {

struct MappedType {
    std::string native;
    /// What the column loses by it, completing "column x: ..."; empty where nothing is lost.
    std::string loss;
};

/// PostgreSQL's type for a column of SQLite.
[[nodiscard]] MappedType postgresqlType(const Column& column);

/// SQLite's declared type for a column of PostgreSQL, of an affinity that can't change its values. Words that
/// end in _text have the affinity TEXT, and SQLite's source knows what they mean. `base` is the column's own
/// type, or what its domain is made of.
[[nodiscard]] MappedType sqliteType(const LogicalType& type, std::string_view base);

/// True where sqliteType() keeps a decimal's digits as text: a double holds 15.
[[nodiscard]] bool isDecimalAsText(const LogicalType& type) noexcept;

}  // namespace roost::sql::mapping
