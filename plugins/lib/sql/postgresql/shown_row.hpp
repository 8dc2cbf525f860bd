// Values and rows as messages show them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "roost/cell.hpp"

namespace roost::sql::postgresql {

/// A column by which people find a row: its name, and where its cells stand in the rows that come.
struct KeyColumn {
    std::string name;
    std::size_t from = 0;
};

/// "5", "'abc'", "null", "12 bytes": shortened, and without anything that could steer a terminal.
[[nodiscard]] std::string shownCell(const Cell& cell);

/// "row id=5", "row a=1, b='x'"; "row 17" (counted from 1) where there is no key.
[[nodiscard]] std::string shownRow(std::span<const Cell> row, const std::vector<KeyColumn>& key,
                                   std::uint64_t number);

}  // namespace roost::sql::postgresql
