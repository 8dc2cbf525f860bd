#include "roost/batch.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace roost {

namespace {
constexpr std::size_t blockBytes = 256 * 1024;
}

std::span<Cell> Batch::addRow() {
    cells_.resize(cells_.size() + columns_);
    ++rows_;
    return std::span(cells_).last(columns_);
}

std::span<char> Batch::allocate(std::size_t size) {
    if (size > room_) {
        // A large value gets a block of its own, so that the rest of the open block stays usable.
        if (size > blockBytes / 4) {
            blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
            arenaBytes_ += size;
            return {blocks_.back().get(), size};
        }
        blocks_.push_back(std::make_unique_for_overwrite<char[]>(blockBytes));
        free_ = blocks_.back().get();
        room_ = blockBytes;
    }
    std::span<char> memory(free_, size);
    // Kept at multiples of 8, so that an interval may be written in place.
    const std::size_t taken = std::min(room_, (size + 7) & ~std::size_t{7});
    free_ += taken;
    room_ -= taken;
    arenaBytes_ += taken;
    return memory;
}

void Batch::keep(std::shared_ptr<const Batch> other) {
    if (!other) return;
    arenaBytes_ += other->bytes();
    kept_.push_back(std::move(other));
}

std::string_view Batch::store(std::string_view data) {
    if (data.empty()) return {"", 0};
    const std::span<char> memory = allocate(data.size());
    std::memcpy(memory.data(), data.data(), data.size());
    return {memory.data(), memory.size()};
}

}  // namespace roost
