// The binary form of COPY, taken apart without looking at values.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "roost/error.hpp"

namespace roost::sql::postgresql {

/// The server sent what no COPY in binary form is.
[[nodiscard]] Error malformedRows();

/// Cuts `size` bytes off the front of `rest`. Throws malformedRows() where there are fewer.
[[nodiscard]] inline std::span<const char> takeBytes(std::span<const char>& rest, std::size_t size) {
    if (rest.size() < size) throw malformedRows();
    const std::span<const char> front = rest.first(size);
    rest = rest.subspan(size);
    return front;
}

/// The message without the header that stands before the first row. Throws malformedRows().
[[nodiscard]] std::span<const char> withoutCopyHeader(std::span<const char> message);

/// The fields of one row, as they stand in it; nothing for NULL. Reused from row to row.
using BinaryFields = std::vector<std::optional<std::string_view>>;

/// Splits one row, without anything before or behind it. False for the trailer. Throws malformedRows().
[[nodiscard]] bool splitRow(std::span<const char> row, BinaryFields& fields);

}  // namespace roost::sql::postgresql
