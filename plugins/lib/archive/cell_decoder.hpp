// What JSON values stand for in one column: the reverse of cell_encoder.hpp.
#pragma once

#include <string>
#include <string_view>

#include "roost/batch.hpp"
#include "roost/catalog.hpp"
#include "roost/cell.hpp"

namespace roost::archive {

/// What a decoder needs to know of its column.
struct DecodedColumn {
    bool withZone = false;     ///< of a timestamp
    bool utcIsOffset = false;  ///< UTC is "+00:00" in text, not "Z"
    bool zeroTimeIsNull = false;
    std::string spelling;  ///< Column::spelling
};

/// Makes a cell of the text of a JSON string or number. What the cell points to is stored in `batch`. False
/// where `text` is nothing that the column holds.
using DecodeText = bool (*)(const DecodedColumn& column, std::string_view text, Batch& batch, Cell& cell);

/// How the values of a column are read. Chosen once a column.
struct CellDecoder {
    DecodeText string = nullptr;  ///< null where no string is plain in the column
    DecodeText number = nullptr;  ///< likewise
    /// Of {"$text":"..."}, null for text as it is.
    DecodeText taggedText = nullptr;
    /// Of {"$real":"..."}.
    DecodeText taggedReal = nullptr;
    bool integerBooleans = false;  ///< true is 1, as SQLite holds it
    bool lists = false;            ///< lists are literals of arrays
    std::string_view expected;     ///< "a uuid", for messages
};

/// Whether the cells of such a column are text where the type would have a kind of its own: SQLite's, and
/// PostgreSQL's columns of text whose type the pipeline set.
[[nodiscard]] bool keepsText(const Column& column, std::string_view dialect) noexcept;

[[nodiscard]] CellDecoder decoderFor(const Column& column, std::string_view dialect) noexcept;

/// {"$integer":"5"}
[[nodiscard]] bool decodeTaggedInteger(std::string_view text, Cell& cell) noexcept;
/// Base64 as a cell of that kind, bytes or text.
[[nodiscard]] bool decodeBytes(CellKind kind, std::string_view text, Batch& batch, Cell& cell);

}  // namespace roost::archive
