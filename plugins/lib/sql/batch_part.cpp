#include "lib/sql/batch_part.hpp"

#include <memory>

namespace roost::sql {

namespace {

/// A batch of which fewer than one row in so many stays is let go.
constexpr std::size_t fewRows = 8;

/// The cell with a value of its own in the batch's arena.
Cell owned(Batch& batch, const Cell& cell) {
    switch (cell.kind()) {
        case CellKind::decimal:
        case CellKind::text:
        case CellKind::bytes:
        case CellKind::uuid:
        case CellKind::interval:
            return Cell::view(cell.kind(), batch.store(cell.text()));
        default:
            return cell;
    }
}

}  // namespace

BatchPtr partOf(const BatchPtr& batch, const std::vector<std::size_t>* rows,
                const std::vector<std::size_t>* columns) {
    const std::size_t height = rows == nullptr ? batch->rows() : rows->size();
    const std::size_t width = columns == nullptr ? batch->columns() : columns->size();
    const bool copies = height * fewRows < batch->rows();
    auto result = std::make_shared<Batch>(batch->table(), width);
    for (std::size_t i = 0; i < height; ++i) {
        const auto from = batch->row(rows == nullptr ? i : (*rows)[i]);
        const auto to = result->addRow();
        for (std::size_t j = 0; j < width; ++j) {
            const Cell& cell = from[columns == nullptr ? j : (*columns)[j]];
            to[j] = copies ? owned(*result, cell) : cell;
        }
    }
    if (!copies) result->keep(batch);  // what the cells point to
    return result;
}

}  // namespace roost::sql
