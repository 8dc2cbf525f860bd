// Tables read from text that is held in memory.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lib/archive/record_encoder.hpp"
#include "lib/archive/table_reader.hpp"
#include "roost/error.hpp"

namespace roost::testing {

/// The document of a table that is read, with the cells of all its rows.
struct ReadTable {
    std::vector<BatchPtr> batches;
    std::uint64_t rows = 0;

    [[nodiscard]] std::span<const Cell> row(std::size_t index) const {
        for (const BatchPtr& batch : batches) {
            if (index < batch->rows()) return batch->row(index);
            index -= batch->rows();
        }
        return {};
    }
};

/// Gives the document in pieces of `pieceBytes`, each in memory of its own that ends where the piece ends.
inline ReadTable readTable(const Table& table, std::string_view dialect, std::string_view json,
                           const archive::TableReaderOptions& options = {},
                           std::size_t pieceBytes = std::size_t{1} << 16U) {
    ReadTable result;
    archive::TableReader reader(table, dialect, "database/" + table.name + ".json", options);
    const auto take = [&] {
        while (BatchPtr batch = reader.takeBatch()) result.batches.push_back(std::move(batch));
    };
    while (!json.empty()) {
        const std::vector<char> piece(
            json.begin(), json.begin() + static_cast<std::ptrdiff_t>(std::min(pieceBytes, json.size())));
        reader.feed(piece);
        take();
        json.remove_prefix(piece.size());
    }
    reader.finish();
    take();
    result.rows = reader.rows();
    return result;
}

/// The message of the failure; "" where there is none.
inline std::string failure(const Table& table, std::string_view dialect, std::string_view json,
                           const archive::TableReaderOptions& options = {},
                           std::size_t pieceBytes = std::size_t{1} << 16U) {
    try {
        static_cast<void>(readTable(table, dialect, json, options, pieceBytes));
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

/// A table's document as it stands in an archive.
inline std::string written(const Table& table, const std::vector<std::vector<Cell>>& rows) {
    archive::RecordEncoder encoder(table);
    std::string text;
    archive::TextBuffer out(archive::TextBuffer::mostRoom,
                            [&text](std::string_view piece) { text += piece; });
    for (std::size_t i = 0; i < rows.size(); ++i) {
        out.append(i == 0 ? "[\n" : ",\n");
        encoder.append(rows[i], out);
    }
    out.append(rows.empty() ? "[]\n" : "\n]\n");
    out.flush();
    return text;
}

/// Equal to the bit, but for the many bit patterns of NaN.
inline bool same(const Cell& a, const Cell& b) {
    if (a.kind() != b.kind()) return false;
    switch (a.kind()) {
        case CellKind::null:
            return true;
        case CellKind::real:
            return (std::isnan(a.real()) && std::isnan(b.real())) || a.integer() == b.integer();
        case CellKind::decimal:
        case CellKind::text:
        case CellKind::bytes:
        case CellKind::uuid:
        case CellKind::interval:
            return a.text() == b.text();
        default:
            return a.integer() == b.integer();
    }
}

}  // namespace roost::testing
