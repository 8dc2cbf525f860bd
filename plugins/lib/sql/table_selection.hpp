// Which tables a database source takes: the options `tables` and `exclude-tables`.
#pragma once

#include <string>
#include <vector>

#include "lib/sql/name_pattern.hpp"

namespace roost::sql {

/// A table that the database holds. `schema` is empty where the dialect has none or it is the default one.
struct TableName {
    std::string schema;
    std::string name;
};

/// The patterns of both options. A pattern is compared with "name" and with "schema.name".
class TableSelection {
public:
    /// No pattern in `tables` takes all.
    TableSelection(const std::vector<std::string>& tables, const std::vector<std::string>& excluded,
                   NameCase nameCase);

    [[nodiscard]] bool takes(const TableName& table) const;
    /// True if every table is taken.
    [[nodiscard]] bool takesAll() const noexcept { return taken_.empty() && excluded_.empty(); }
    /// Compares the patterns with what there is. Throws roost::Error for a name without wildcards in `tables`
    /// that no table has, naming the nearest ones; returns a warning for every other pattern without a match.
    [[nodiscard]] std::vector<std::string> check(const std::vector<TableName>& present,
                                                 const std::string& database) const;

private:
    std::vector<NamePattern> taken_;
    std::vector<NamePattern> excluded_;
};

}  // namespace roost::sql
