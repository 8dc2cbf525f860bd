// A piece of memory that is filled from front to back.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>

namespace roost::s3 {

class Block {
public:
    explicit Block(std::size_t capacity)
        : bytes_(std::make_unique_for_overwrite<std::byte[]>(capacity)), capacity_(capacity) {}

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    [[nodiscard]] bool full() const noexcept { return size_ == capacity_; }
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {bytes_.get(), size_}; }
    /// All of it, to be written to; what counts says setSize().
    [[nodiscard]] std::span<std::byte> room() noexcept { return {bytes_.get() + size_, capacity_ - size_}; }
    void setSize(std::size_t size) noexcept { size_ = size; }
    /// Takes as much as fits; returns the rest.
    [[nodiscard]] std::span<const std::byte> append(std::span<const std::byte> bytes) noexcept {
        const std::size_t size = std::min(bytes.size(), capacity_ - size_);
        if (size > 0) std::memcpy(bytes_.get() + size_, bytes.data(), size);
        size_ += size;
        return bytes.subspan(size);
    }

private:
    std::unique_ptr<std::byte[]> bytes_;
    std::size_t capacity_;
    std::size_t size_ = 0;
};

}  // namespace roost::s3
