// A set of rows of one table, by their number in the order of a scan: a bit a row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace roost::ownership {

class RowSet {
public:
    void add(std::uint64_t row) {
        const auto word = static_cast<std::size_t>(row / 64);
        if (word >= words_.size()) words_.resize(word + 1);
        const std::uint64_t bit = std::uint64_t{1} << (row % 64);
        if ((words_[word] & bit) == 0) ++count_;
        words_[word] |= bit;
    }
    [[nodiscard]] bool contains(std::uint64_t row) const noexcept {
        const auto word = static_cast<std::size_t>(row / 64);
        return word < words_.size() && ((words_[word] >> (row % 64)) & 1U) != 0;
    }
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }

private:
    std::vector<std::uint64_t> words_;
    std::uint64_t count_ = 0;
};

}  // namespace roost::ownership
