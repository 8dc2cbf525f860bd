// Constants of one dialect in the words of the other.
#pragma once

#include <string>
#include <string_view>

#include "lib/sql/mapping/dialect.hpp"
#include "lib/sql/mapping/expression_tree.hpp"
#include "lib/sql/mapping/value_kind.hpp"

namespace roost::sql::mapping {

/// True for decimal digits, perhaps behind a '-', of a number of at most 64 bits.
[[nodiscard]] bool isWholeNumber(std::string_view text) noexcept;

/// What a type's name means, in lower case, with its size or without.
[[nodiscard]] ValueKind kindOfTypeName(std::string_view type) noexcept;

/// A constant under casts, '-1'::integer, as what it is; anything else unchanged.
[[nodiscard]] Expression withoutConstantCasts(const Expression& expression);

/// The literal as a value of that kind, as a column of it would keep the literal: 1 is true for a boolean,
/// '1' for a text. Throws NotTranslatable where the column couldn't keep it.
[[nodiscard]] std::string literalAs(const Expression& literal, ValueKind kind, Dialect target);

}  // namespace roost::sql::mapping
