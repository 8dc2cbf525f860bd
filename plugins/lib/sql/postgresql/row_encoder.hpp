// Rows of cells as the bytes of a COPY.
#pragma once

#include <cstddef>
#include <cstdint>
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
    /// Appends one row. Throws BadColumn.
    void add(std::span<const Cell> row, ByteBuffer& out);

private:
    void addBinary(std::span<const Cell> row, ByteBuffer& out);
    void addText(std::span<const Cell> row, ByteBuffer& out);
    [[nodiscard]] Value convert(LoadedColumn& column, const Cell& cell);

    std::vector<LoadedColumn> columns_;
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
