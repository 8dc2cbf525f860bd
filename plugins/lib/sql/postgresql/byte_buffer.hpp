// Memory that rows are written into before they are sent.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "lib/sql/postgresql/network_order.hpp"

namespace roost::sql::postgresql {

/// Grows to the largest amount that was ever in it and keeps that. Not thread-safe.
class ByteBuffer {
public:
    /// Room for `size` more bytes, to be written and then counted by used(). Valid until the next call.
    [[nodiscard]] char* room(std::size_t size) {
        if (bytes_.size() - size_ < size) bytes_.resize((size_ + size) * 2);
        return bytes_.data() + size_;
    }
    void used(std::size_t size) noexcept { size_ += size; }
    void append(std::string_view data) {
        if (data.empty()) return;
        std::memcpy(room(data.size()), data.data(), data.size());
        size_ += data.size();
    }
    void append(char c) {
        *room(1) = c;
        ++size_;
    }
    /// In network order.
    template <class Unsigned>
    void number(Unsigned value) {
        toNetwork(room(sizeof value), value);
        size_ += sizeof value;
    }
    /// Overwrites what stands at `at`.
    template <class Unsigned>
    void numberAt(std::size_t at, Unsigned value) noexcept {
        toNetwork(bytes_.data() + at, value);
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::span<const char> bytes() const noexcept { return {bytes_.data(), size_}; }
    /// Takes the last `size` bytes away.
    void shorten(std::size_t size) noexcept { size_ -= size; }
    void clear() noexcept { size_ = 0; }

private:
    std::vector<char> bytes_;
    std::size_t size_ = 0;
};

}  // namespace roost::sql::postgresql
