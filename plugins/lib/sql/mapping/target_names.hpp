// What tables, columns and indexes are called in the target.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lib/sql/mapping/dialect.hpp"
#include "roost/catalog.hpp"

namespace roost::sql::mapping {

/// PostgreSQL's names have at most this many bytes.
inline constexpr std::size_t longestName = 63;

/// A name that fits PostgreSQL: one that is too long is cut between two characters and ends in a hash of the
/// whole, always the same. Others, and all for SQLite, are unchanged.
[[nodiscard]] std::string fittingName(std::string_view name, Dialect target);

/// Names of one namespace: tables and indexes share one in both dialects.
class NameSpace {
public:
    explicit NameSpace(Dialect target) : target_(target) {}

    /// True if it was free.
    bool add(std::string_view name) { return used_.insert(key(name)).second; }
    /// `wanted` if it is free and fits, else a name made from it; takes it.
    [[nodiscard]] std::string take(std::string_view wanted);

private:
    /// SQLite doesn't tell names apart that differ in the case of ASCII letters alone.
    [[nodiscard]] std::string key(std::string_view name) const;

    Dialect target_;
    std::set<std::string> used_;
};

struct TableNames {
    std::string schema;
    std::string name;
    std::vector<std::string> columns;
};

/// The names of all tables and columns in the target, in the order of the catalog. Throws roost::Error where
/// two tables, or two columns of one, would have the same one, or one can't stand there at all.
[[nodiscard]] std::vector<TableNames> targetNames(const Catalog& catalog, Dialect target);

}  // namespace roost::sql::mapping
