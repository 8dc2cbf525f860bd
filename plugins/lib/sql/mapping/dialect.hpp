// The dialects that schemas are mapped between.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace roost::sql::mapping {

enum class Dialect : std::uint8_t { sqlite, postgresql };

/// The dialect that Catalog::dialect names, or nothing.
[[nodiscard]] constexpr std::optional<Dialect> dialectNamed(std::string_view name) noexcept {
    if (name == "sqlite") return Dialect::sqlite;
    if (name == "postgresql") return Dialect::postgresql;
    return std::nullopt;
}

/// As Catalog::dialect names it.
[[nodiscard]] constexpr std::string_view nameOf(Dialect dialect) noexcept {
    return dialect == Dialect::sqlite ? "sqlite" : "postgresql";
}

/// As people write it.
[[nodiscard]] constexpr std::string_view titleOf(Dialect dialect) noexcept {
    return dialect == Dialect::sqlite ? "SQLite" : "PostgreSQL";
}

}  // namespace roost::sql::mapping
