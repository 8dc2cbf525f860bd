// Patterns for columns of any table, as the options of transforms take them, and names that are not there.
#pragma once

#include <string>
#include <vector>

#include "lib/sql/name_pattern.hpp"
#include "roost/catalog.hpp"

namespace roost::sql {

/// A pattern of columns: `table.column`, `schema.table.column`, or `column` alone for that of any table.
class ColumnPattern {
public:
    ColumnPattern(const std::string& text, NameCase nameCase);

    [[nodiscard]] bool takesTable(const Table& table) const;
    [[nodiscard]] bool takesColumn(const Table& table, const Column& column) const;
    [[nodiscard]] bool isPlain() const noexcept { return table_.isPlain() && column_.isPlain(); }

private:
    NamePattern table_;
    NamePattern column_;
};

/// True if the pattern matches the table's name, with its schema or without.
[[nodiscard]] bool takesTable(const NamePattern& pattern, const Table& table);

/// Throws roost::Error: there is no such table, or no such column. The hint names the nearest one that there
/// is.
[[noreturn]] void failMissing(const std::string& option, const std::string& what, const std::string& name,
                              const std::vector<std::string>& present);

/// The names of the catalog's tables, and of their columns as `table.column`.
[[nodiscard]] std::vector<std::string> tableNames(const Catalog& catalog);
[[nodiscard]] std::vector<std::string> columnNames(const Catalog& catalog);

}  // namespace roost::sql
