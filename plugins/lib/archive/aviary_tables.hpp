// Aviary's tables, as GORM makes them on SQLite and on PostgreSQL.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace roost::archive {

enum class AviaryType : std::uint8_t { uuid, text, boolean, integer, real, time };

struct AviaryColumn {
    std::string_view name;
    AviaryType type = AviaryType::text;
    bool required = false;
    std::string_view fallback;  ///< the default: false, 0, CURRENT_TIMESTAMP, 'text'; "" for none
    std::uint32_t length = 0;   ///< of PostgreSQL's character varying; 0 for text
};

struct AviaryIndex {
    std::string_view name;
    bool unique = false;
    std::array<std::string_view, 2> columns;  ///< the second may be empty
};

/// A reference to users.id.
struct AviaryReference {
    std::string_view name;  ///< "" for none
    std::string_view column;
    std::string_view onDelete = "CASCADE";
};

/// The first column is the primary key.
struct AviaryTable {
    std::string_view name;
    std::span<const AviaryColumn> columns;
    std::span<const AviaryIndex> indexes;
    AviaryReference reference;
};

/// Those that Aviary's backups hold, parents first.
[[nodiscard]] std::span<const AviaryTable> aviaryTables() noexcept;

}  // namespace roost::archive
