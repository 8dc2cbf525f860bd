// What a column's declared type means.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "roost/catalog.hpp"
#include "roost/types.hpp"

namespace roost::sqlite {

/// SQLite's rules for what a column's values are turned into when they are stored (its documentation
/// "Datatypes In SQLite", section 3.1).
enum class Affinity : std::uint8_t { integer, text, blob, real, numeric };

[[nodiscard]] Affinity affinityOf(std::string_view declared) noexcept;

/// A logical type and how sure it is.
struct DeclaredType {
    LogicalType type;
    TypeOrigin origin = TypeOrigin::declared;
    /// The declaration says nothing of what the values are (no type at all, or a name unknown here that has
    /// numeric affinity): the values themselves say more.
    bool vague = false;
    /// Why the type was inferred; "" where it was declared.
    std::string reason;
};

/// From the words of well-known databases and libraries, else from the affinity (TypeOrigin::inferred).
/// `defaultValue` is the column's default expression, "" for none: a numeric column whose default is true or
/// false is a boolean (GORM declares them so).
[[nodiscard]] DeclaredType logicalTypeOf(std::string_view declared, std::string_view defaultValue);

/// Whether a look at all values may tell more than the declaration: no type at all, a name that is unknown
/// here, or a numeric or decimal without digits, which SQLite's users declare for anything.
[[nodiscard]] bool saysLittle(std::string_view declared);

}  // namespace roost::sqlite
