// How the values of one column stand in an archive. The rules are in docs/archive-format.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/archive/text_buffer.hpp"
#include "roost/catalog.hpp"
#include "roost/cell.hpp"

namespace roost::archive {

/// What an encoder needs to know of its column.
struct ColumnTraits {
    bool utc = false;                    ///< a time without an offset is meant in UTC
    std::string spelling;                ///< Column::spelling
    TypeKind element = TypeKind::other;  ///< of an array
};

/// Where an encoder writes. `exact` gets the text of a cell whose JSON does not give it back; it is empty
/// before each call and points to what the cell points to.
struct CellSink {
    TextBuffer& text;
    std::string_view exact;
    bool hasExact = false;
};

/// Appends the JSON of one cell of any kind.
using EncodeCell = void (*)(CellSink& out, const ColumnTraits& column, const Cell& cell);

/// The encoder of columns of that type. Chosen once a column.
[[nodiscard]] EncodeCell encoderFor(const LogicalType& type) noexcept;

/// The text form of a cell, as it stands in an archive without quotes and tags; for names and keys. Nothing
/// for null.
[[nodiscard]] std::string plainText(const LogicalType& type, const Cell& cell);

}  // namespace roost::archive
