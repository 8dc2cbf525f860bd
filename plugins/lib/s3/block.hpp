// A piece of memory that is filled from front to back.
#pragma once

#include <cstddef>
#include <span>

namespace roost::s3 {

/// Large ones are given back to the system at once: several threads free them, and what an allocator keeps
/// for each of these would add up. Throws std::bad_alloc.
class Block {
public:
    explicit Block(std::size_t capacity);
    ~Block();
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    [[nodiscard]] bool full() const noexcept { return size_ == capacity_; }
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {bytes_, size_}; }
    /// What is not filled yet, to be written to; how much was, says setSize().
    [[nodiscard]] std::span<std::byte> room() noexcept { return {bytes_ + size_, capacity_ - size_}; }
    void setSize(std::size_t size) noexcept { size_ = size; }
    /// Takes as much as fits; returns the rest.
    [[nodiscard]] std::span<const std::byte> append(std::span<const std::byte> bytes) noexcept;

private:
    std::byte* bytes_ = nullptr;
    std::size_t capacity_;
    std::size_t size_ = 0;
};

}  // namespace roost::s3
