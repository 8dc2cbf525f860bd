#include "lib/sql/rejection/reject_file.hpp"

#include <array>
#include <system_error>

#include "lib/archive/cell_encoder.hpp"
#include "lib/archive/json_text.hpp"
#include "lib/archive/record_encoder.hpp"
#include "lib/archive/text_buffer.hpp"

namespace roost::sql {

namespace {

using archive::TextBuffer;

constexpr std::size_t pendingBytes = std::size_t{64} << 10U;

/// What `write` appends.
template <class Write>
std::string written(const Write& write) {
    std::string text;
    TextBuffer buffer(TextBuffer::mostRoom, [&text](std::string_view part) { text += part; });
    write(buffer);
    buffer.flush();
    return text;
}

std::string jsonText(std::string_view text) {
    return written([&](TextBuffer& out) { archive::appendText(out, text); });
}

std::string jsonRow(const Table& table, std::span<const Cell> row) {
    archive::RecordEncoder encoder(table);
    return written([&](TextBuffer& out) { encoder.append(row, out); });
}

std::string jsonKey(const RejectedRow& rejected) {
    Table key;
    std::vector<Cell> cells;
    for (const std::size_t column : rejected.key) {
        key.columns.push_back(rejected.table->columns[column]);
        cells.push_back(rejected.row[column]);
    }
    return jsonRow(key, cells);
}

std::string jsonValue(const Column& column, const Cell& cell) {
    if (cell.isNull()) return "null";
    return written([&](TextBuffer& out) {
        archive::CellSink sink{out, {}, false};
        const archive::ColumnTraits traits{column.type.withZone, column.spelling, column.type.element};
        archive::encoderFor(column.type)(sink, traits, cell);
    });
}

}  // namespace

void RejectFile::add(const RejectedRow& rejected) {
    const bool named = rejected.column != RejectedRow::none;
    const Column* const column = named ? &rejected.table->columns[rejected.column] : nullptr;
    add(rejected.table->qualifiedName(), jsonKey(rejected), named ? column->name : std::string(),
        named ? jsonValue(*column, rejected.row[rejected.column]) : "null", rejected.reason,
        jsonRow(*rejected.table, rejected.row));
}

void RejectFile::add(const std::string& table, std::string_view key, std::string_view column,
                     std::string_view value, std::string_view reason, std::string_view row) {
    std::string line = "{\"table\":" + jsonText(table) + ",\"key\":";
    line.append(key).append(",\"column\":").append(column.empty() ? "null" : jsonText(column));
    line.append(",\"value\":").append(value).append(",\"reason\":").append(jsonText(reason));
    line.append(",\"row\":").append(row).append("}\n");
    append(line);
}

void RejectFile::append(const std::string& line) {
    if (!partial_) {
        stream::removeStalePartials(stream::folderOf(file_));  // what a killed run has left
        partial_ = std::make_unique<stream::PartialFile>(file_, stream::OnExisting::fail);
    }
    pending_ += line;
    if (pending_.size() < pendingBytes) return;
    const std::array pieces{stream::Bytes(std::as_bytes(std::span(pending_)))};
    partial_->append(pieces);
    pending_.clear();
}

void RejectFile::publish() {
    if (!partial_) return;
    const std::array pieces{stream::Bytes(std::as_bytes(std::span(pending_)))};
    partial_->append(pieces);
    pending_.clear();
    partial_->prepare();
    partial_->commit();
    partial_.reset();
    published_ = true;
}

void RejectFile::withdraw() noexcept {
    partial_.reset();
    std::error_code ignored;
    if (published_) std::filesystem::remove(file_, ignored);
    published_ = false;
}

}  // namespace roost::sql
