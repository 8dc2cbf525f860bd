#include "lib/s3/block.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace roost::s3 {

namespace {

constexpr std::size_t mappedFrom = std::size_t{256} << 10U;

}  // namespace

Block::Block(std::size_t capacity) : capacity_(capacity) {
    if (capacity < mappedFrom) {
        bytes_ = static_cast<std::byte*>(::operator new(capacity));
        return;
    }
    void* const memory =
        ::mmap(nullptr, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    bytes_ = static_cast<std::byte*>(memory);
}

Block::~Block() {
    if (capacity_ < mappedFrom)
        ::operator delete(bytes_);
    else
        ::munmap(bytes_, capacity_);
}

std::span<const std::byte> Block::append(std::span<const std::byte> bytes) noexcept {
    const std::size_t size = std::min(bytes.size(), capacity_ - size_);
    if (size > 0) std::memcpy(bytes_ + size_, bytes.data(), size);
    size_ += size;
    return bytes.subspan(size);
}

}  // namespace roost::s3
