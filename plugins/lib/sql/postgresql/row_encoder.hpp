// Rows of cells as the bytes of a COPY.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/sql/postgresql/byte_buffer.hpp"
#include "lib/sql/postgresql/cell_converter.hpp"
#include "roost/cell.hpp"

namespace roost::sql::postgresql {

enum class CopyFormat : std::uint8_t { binary, text };

/// A column that is loaded, and where its cells stand in the rows that come.
struct LoadedColumn {
    std::size_t from = 0;
    CellConverter converter;
    bool nullable = true;
    /// How its values were converted before the column became one of text; see RowEncoder::widen().
    std::optional<CellConverter> narrow = std::nullopt;
};

/// Writes the rows of one table. Binary where every column has a binary form that is known here, else text,
/// which the server reads by its types' own input functions. Not thread-safe.
class RowEncoder {
public:
    explicit RowEncoder(std::vector<LoadedColumn> columns);

    [[nodiscard]] CopyFormat format() const noexcept { return format_; }
    [[nodiscard]] const std::vector<LoadedColumn>& columns() const noexcept { return columns_; }

    /// What stands before the first row, and after the last.
    void begin(ByteBuffer& out) const;
    void end(ByteBuffer& out) const;
    /// Appends one row; to `digest`, too, in binary form, where that is not the format itself. Throws
    /// BadColumn, and then some of the row may have been appended.
    void add(std::span<const Cell> row, ByteBuffer& out, ByteBuffer& digest);
    /// Throws BadColumn where that column cannot hold its cell.
    void check(std::size_t column, std::span<const Cell> row);
    /// From now on the column is one of text: values that fitted its type are written as their text, others
    /// as they come.
    void widen(std::size_t column);

private:
    void addBinary(std::span<const Cell> row, ByteBuffer& out);
    void addText(std::span<const Cell> row, ByteBuffer& out, ByteBuffer& digest);
    [[nodiscard]] Value convert(LoadedColumn& column, const Cell& cell);
    [[nodiscard]] std::string_view textOf(const TargetColumn& column, const Value& value);

    std::vector<LoadedColumn> columns_;
    ByteBuffer text_;
    CopyFormat format_ = CopyFormat::binary;
};

/// A value that its column can't hold: which column of the encoder's, and why.
class BadColumn : public BadValue {
public:
    BadColumn(std::size_t column, const BadValue& bad) : BadValue(bad), column_(column) {}
    [[nodiscard]] std::size_t column() const noexcept { return column_; }

private:
    std::size_t column_;
};

}  // namespace roost::sql::postgresql
