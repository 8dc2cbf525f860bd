// What a CREATE TABLE statement says that SQLite's pragmas do not tell.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "roost/catalog.hpp"

namespace roost::sqlite {

struct CreatedColumn {
    std::string name;
    std::string collation;                 ///< "" where none is named
    std::optional<std::string> generated;  ///< the expression, without its parentheses
    bool generatedStored = false;
};

/// A foreign key's own words: pragma foreign_key_list has the rest.
struct CreatedForeignKey {
    std::string name;
    std::vector<std::string> columns;
    bool deferrable = false;
    bool initiallyDeferred = false;
};

/// The parts in the order in which the statement has them.
struct CreatedTable {
    std::vector<CreatedColumn> columns;
    std::vector<CheckConstraint> checks;
    std::vector<UniqueConstraint> uniques;
    std::vector<CreatedForeignKey> foreignKeys;
    bool autoincrement = false;
};

/// Reads a CREATE TABLE statement as SQLite keeps it. Nothing where it has a form that is not understood
/// surely: then only its text tells.
[[nodiscard]] std::optional<CreatedTable> parseCreateTable(std::string_view sql);

}  // namespace roost::sqlite
