// CREATE statements from a catalog's fields, for tables that bring no statement of their own.
#pragma once

#include <string>
#include <vector>

#include "roost/catalog.hpp"

namespace roost::sqlite {

/// True if the table's own statement defines the columns that the catalog names: it does not where a
/// transform has changed them.
[[nodiscard]] bool nativeSqlFits(const Table& table);

/// True for a statement that creates a virtual table.
[[nodiscard]] bool isVirtual(const Table& table);

/// What stands behind a CREATE TABLE statement's columns.
struct TableTraits {
    bool strict = false;
    bool withoutRowid = false;
};
[[nodiscard]] TableTraits traitsOf(const std::string& createTable);

/// The statement that creates the table with its keys and checks, without its indexes. Throws roost::Error
/// for a fragment of native text (a type, a default, a check) that is not one balanced piece.
[[nodiscard]] std::string createTableText(const Table& table);

/// The index's own statement, or one of its columns.
[[nodiscard]] std::string createIndexText(const Table& table, const Index& index);

}  // namespace roost::sqlite
