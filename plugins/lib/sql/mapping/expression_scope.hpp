// What the names in an expression stand for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/sql/mapping/value_kind.hpp"
#include "lib/sql/name_pattern.hpp"

namespace roost::sql::mapping {

/// How a column's texts are compared where they come from.
enum class TextOrder : std::uint8_t {
    standard,   ///< SQLite: by their bytes; PostgreSQL: in the language of the database
    bytes,      ///< PostgreSQL's COLLATE "C"
    asciiFold,  ///< SQLite's NOCASE; citext
    trimmed,    ///< SQLite's RTRIM
};

struct ScopeColumn {
    std::string name;  ///< as the expression has it
    std::string targetName;
    ValueKind kind = ValueKind::other;
    TextOrder order = TextOrder::standard;
    bool decimalAsText = false;  ///< the target keeps its digits as text
    bool generated = false;
    std::string spelling;  ///< Column::spelling
};

struct ExpressionScope {
    std::vector<ScopeColumn> columns;
    NameCase nameCase = NameCase::exact;

    [[nodiscard]] const ScopeColumn* find(std::string_view name) const noexcept {
        for (const ScopeColumn& column : columns)
            if (sameName(column.name, name, nameCase)) return &column;
        return nullptr;
    }
};

}  // namespace roost::sql::mapping
