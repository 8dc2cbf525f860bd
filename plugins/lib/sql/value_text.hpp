// Cells of databases' own kinds as text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "roost/cell.hpp"

namespace roost::sql {

/// The most bytes that writeValue() writes for the kinds that it takes.
inline constexpr std::size_t longestValue = 96;

/// Writes a uuid (lower case, with hyphens), date, time, timestamp (with "Z" if `utc`) or interval; dates and
/// timestamps that are infinite as "infinity" and "-infinity". Returns the place behind it.
char* writeValue(char* out, const Cell& cell, bool utc) noexcept;

/// ISO 8601's duration; each part has its own sign: "P1Y-2M3DT-4H", "PT0S".
char* writeInterval(char* out, const Interval& interval) noexcept;

/// The canonical form of a uuid in any of the spellings that PostgreSQL takes with 32 digits and hyphens
/// behind the usual groups, or none, in braces or not. "" where `text` is no uuid.
[[nodiscard]] std::string canonicalUuid(std::string_view text);

/// Whether `text` is a uuid of 36 characters in lower case.
[[nodiscard]] bool isCanonicalUuid(std::string_view text) noexcept;

}  // namespace roost::sql
