#include "lib/sql/postgresql/row_encoder.hpp"

#include <algorithm>
#include <utility>

#include "lib/sql/postgresql/field_writer.hpp"
#include "lib/sql/value_text.hpp"

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

void RowEncoder::widen(std::size_t column) {
    LoadedColumn& widened = columns_[column];
    TargetColumn text;
    text.name = widened.converter.column().name;
    text.typeName = "text";
    text.form = TargetForm::text;
    CellConverter converter = widened.converter.inColumn(text);
    // A column that was text already only loses its limit.
    if (widened.converter.column().form != TargetForm::text) widened.narrow = std::move(widened.converter);
    widened.converter = std::move(converter);
}

/// What the server makes of a value that it casts to text, but for the exponents of numbers.
std::string_view RowEncoder::textOf(const TargetColumn& column, const Value& value) {
    text_.clear();
    switch (column.form) {
        case TargetForm::boolean:
            return value.number != 0 ? "true" : "false";
        case TargetForm::uuid: {
            char* const at = text_.room(longestValue);
            text_.used(
                static_cast<std::size_t>(writeValue(at, Cell::view(CellKind::uuid, value.text), false) - at));
            break;
        }
        case TargetForm::bytes:
            writeText(column, value, text_);  // \\x..., as COPY wants it
            return std::string_view(text_.bytes().data(), text_.size()).substr(1);
        case TargetForm::text:
        case TargetForm::paddedText:
        case TargetForm::name:
        case TargetForm::json:
        case TargetForm::jsonb:
        case TargetForm::other:
            return value.text;
        default:
            writeText(column, value, text_);
    }
    return {text_.bytes().data(), text_.size()};
}

Value RowEncoder::convert(LoadedColumn& column, const Cell& cell) {
    if (column.narrow) {
        try {
            Value value;
            value.text = textOf(column.narrow->column(), column.narrow->convert(cell));
            return value;
        } catch (const BadValue&) {
            // It is for such values that the column was widened.
        }
    }
    try {
        return column.converter.convert(cell);
    } catch (const BadValue& bad) {
        throw BadColumn(static_cast<std::size_t>(&column - columns_.data()), bad);
    }
}

void RowEncoder::check(std::size_t column, std::span<const Cell> row) {
    const Cell& cell = row[columns_[column].from];
    if (!cell.isNull()) static_cast<void>(convert(columns_[column], cell));
}

void RowEncoder::add(std::span<const Cell> row, ByteBuffer& out, ByteBuffer& digest) {
    if (format_ == CopyFormat::binary)
        addBinary(row, out);
    else
        addText(row, out, digest);
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

void RowEncoder::addText(std::span<const Cell> row, ByteBuffer& out, ByteBuffer& digest) {
    digest.number(static_cast<std::uint16_t>(columns_.size()));
    for (LoadedColumn& column : columns_) {
        if (&column != columns_.data()) out.append('\t');
        const Cell& cell = row[column.from];
        if (cell.isNull()) {
            out.append("\\N");
            digest.number(nullLength);
            continue;
        }
        const Value value = convert(column, cell);
        writeText(column.converter.column(), value, out);
        writeBinary(column.converter.column(), value, digest);
    }
    out.append('\n');
}

}  // namespace roost::sql::postgresql
