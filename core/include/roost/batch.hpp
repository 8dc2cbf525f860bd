// Rows of one table on their way from a source to the sinks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "roost/cell.hpp"

namespace [[gnu::visibility("default")]] roost {

/// Names a table within one run; Table::id has it. Stable through every transform.
using TableId = std::uint32_t;

/// Rows of one table: row-major cells, and an arena that holds what they point to. A source fills one
/// until full() and hands it on; from then on it is read only. Not thread-safe while it is filled.
class Batch {
public:
    /// A batch is handed on when its cells and arena reach this many bytes (one larger row may exceed it).
    static constexpr std::size_t targetBytes = std::size_t{1} << 20U;

    Batch(TableId table, std::size_t columns) : table_(table), columns_(columns) {}
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;

    [[nodiscard]] TableId table() const noexcept { return table_; }
    [[nodiscard]] std::size_t columns() const noexcept { return columns_; }
    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    [[nodiscard]] bool empty() const noexcept { return rows_ == 0; }
    [[nodiscard]] std::size_t bytes() const noexcept { return cells_.size() * sizeof(Cell) + arenaBytes_; }
    [[nodiscard]] bool full() const noexcept { return bytes() >= targetBytes; }
    [[nodiscard]] std::span<const Cell> row(std::size_t index) const noexcept {
        return std::span(cells_).subspan(index * columns_, columns_);
    }

    /// Adds a row of nulls and returns its cells to be assigned. The span is valid until the next addRow().
    std::span<Cell> addRow();
    /// Copies `data` into the arena; the copy lives as long as the batch.
    [[nodiscard]] std::string_view store(std::string_view data);
    /// Uninitialised arena memory to be written in place. Lives as long as the batch.
    [[nodiscard]] std::span<char> allocate(std::size_t size);
    /// Keeps another batch alive as long as this one, so that cells copied from it stay good: a batch with
    /// other columns needs no copy of the values. Its bytes count as this one's.
    void keep(std::shared_ptr<const Batch> other);
    /// The engine gives each source's tables numbers of their own.
    void renumber(TableId table) noexcept { table_ = table; }

private:
    TableId table_;
    std::size_t columns_;
    std::size_t rows_ = 0;
    std::size_t arenaBytes_ = 0;
    std::vector<Cell> cells_;
    std::vector<std::unique_ptr<char[]>> blocks_;
    std::vector<std::shared_ptr<const Batch>> kept_;
    char* free_ = nullptr;
    std::size_t room_ = 0;
};

using BatchPtr = std::shared_ptr<const Batch>;

}  // namespace roost
