// Fields of COPY's binary form as a digest takes them.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/sql/postgresql/binary_rows.hpp"
#include "lib/sql/postgresql/target_column.hpp"
#include "lib/sql/table_digest.hpp"

namespace roost::sql::postgresql {

/// What the server gives back may differ from what it was sent in ways that say nothing: a numeric's zeros,
/// the blanks of char(n). Of types whose values it spells in its own way (jsonb, arrays, ranges, ...) it can
/// only be told here whether there is a value; for these a digest has one field more.
class DigestFields {
public:
    /// `key`: places in `columns`.
    DigestFields(std::vector<TargetColumn> columns, const std::vector<std::size_t>& key);

    [[nodiscard]] const DigestLayout& layout() const noexcept { return layout_; }
    [[nodiscard]] const std::vector<TargetColumn>& columns() const noexcept { return columns_; }
    /// Of one row, in the order of the columns; valid until the next call.
    [[nodiscard]] std::span<const TableDigest::Field> of(const BinaryFields& fields);
    /// The columns' names that differ, as far as a digest can tell; `spelledAnew` gets those that may only be
    /// spelled in another way. "" stands for whole rows.
    [[nodiscard]] std::vector<std::string> differences(const TableDigest& sent, const TableDigest& found,
                                                       std::vector<std::string>& spelledAnew) const;

private:
    [[nodiscard]] std::string_view canonical(std::size_t column, std::string_view field);

    std::vector<TargetColumn> columns_;
    std::vector<std::size_t> respelled_;  ///< places of columns whose values the server spells anew
    DigestLayout layout_;
    std::vector<TableDigest::Field> fields_;
    std::vector<std::string> scratch_;  ///< one for each column
};

}  // namespace roost::sql::postgresql
