// Values of SQLite as a digest takes them.
#pragma once

#include <sqlite3.h>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "lib/sql/sqlite/column_binder.hpp"
#include "lib/sql/table_digest.hpp"

namespace roost::sqlite {

/// The fields of one row: a value a column, and behind them the storage classes of all. A number counts as
/// what it is: SQLite keeps 5.0 as 5 in some columns and 5 as 5.0 in others.
class ValueFields {
public:
    explicit ValueFields(std::size_t columns) : numbers_(columns), fields_(columns + 1) {}

    void set(std::size_t column, const StoredValue& value);
    /// The value in that column of the statement's row. The view lives as long as the row.
    void set(std::size_t column, sqlite3_stmt* row);
    /// All that was set since the last call. Valid until the next one.
    [[nodiscard]] std::span<const sql::TableDigest::Field> take();

    /// `key`: places of columns.
    [[nodiscard]] static sql::DigestLayout layout(std::size_t columns, std::vector<std::size_t> key);

private:
    std::vector<std::array<char, sizeof(std::int64_t)>> numbers_;
    std::vector<sql::TableDigest::Field> fields_;
    std::string classes_;
    std::string taken_;
};

}  // namespace roost::sqlite
