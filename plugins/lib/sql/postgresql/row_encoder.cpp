#include "lib/sql/postgresql/row_encoder.hpp"

#include <algorithm>
#include <utility>

#include "lib/sql/postgresql/field_writer.hpp"

namespace roost::sql::postgresql {

namespace {

/// PostgreSQL's documentation of COPY, "Binary Format".
constexpr std::string_view signature("PGCOPY\n\377\r\n\0", 11);
constexpr std::uint16_t trailer = 0xFFFF;
constexpr std::uint32_t nullLength = 0xFFFFFFFF;

}  // namespace

RowEncoder::RowEncoder(std::vector<LoadedColumn> columns) : columns_(std::move(columns)) {
    if (std::ranges::any_of(columns_, [](const LoadedColumn& column) {
            return column.converter.column().form == TargetForm::other;
        }))
        format_ = CopyFormat::text;
}

void RowEncoder::begin(ByteBuffer& out) const {
    if (format_ == CopyFormat::text) return;
    out.append(signature);
    out.number(std::uint32_t{0});  // flags
    out.number(std::uint32_t{0});  // length of an extension
}

void RowEncoder::end(ByteBuffer& out) const {
    if (format_ == CopyFormat::binary) out.number(trailer);
}

Value RowEncoder::convert(LoadedColumn& column, const Cell& cell) {
    try {
        return column.converter.convert(cell);
    } catch (const BadValue& bad) {
        throw BadColumn(static_cast<std::size_t>(&column - columns_.data()), bad);
    }
}

void RowEncoder::add(std::span<const Cell> row, ByteBuffer& out) {
    if (format_ == CopyFormat::binary)
        addBinary(row, out);
    else
        addText(row, out);
}

void RowEncoder::addBinary(std::span<const Cell> row, ByteBuffer& out) {
    out.number(static_cast<std::uint16_t>(columns_.size()));
    for (LoadedColumn& column : columns_) {
        const Cell& cell = row[column.from];
        if (cell.isNull())
            out.number(nullLength);
        else
            writeBinary(column.converter.column(), convert(column, cell), out);
    }
}

void RowEncoder::addText(std::span<const Cell> row, ByteBuffer& out) {
    for (LoadedColumn& column : columns_) {
        if (&column != columns_.data()) out.append('\t');
        const Cell& cell = row[column.from];
        if (cell.isNull())
            out.append("\\N");
        else
            writeText(column.converter.column(), convert(column, cell), out);
    }
    out.append('\n');
}

}  // namespace roost::sql::postgresql
