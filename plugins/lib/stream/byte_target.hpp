// Where an archive's bytes go, whatever its format: the transport.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace roost::stream {

using Bytes = std::span<const std::byte>;

/// Takes bytes in order and may be told to change some of them before it is committed. Nothing shows at the
/// target before commit(), and a destructor never publishes: without commit() it does what abort() does.
/// One thread at a time. Every call throws roost::Error that names the target.
class ByteTarget {
public:
    virtual ~ByteTarget() = default;

    virtual void append(std::span<const Bytes> pieces) = 0;
    /// Replaces bytes that were appended before.
    virtual void rewrite(std::uint64_t offset, Bytes bytes) = 0;
    /// Moves everything from `offset` on by `distance` bytes. Moved to the right it leaves a gap of old bytes
    /// that the caller rewrites; moved to the left it covers what stood there.
    virtual void shift(std::uint64_t offset, std::int64_t distance) = 0;
    [[nodiscard]] virtual std::uint64_t size() const noexcept = 0;

    /// Makes sure that commit() has nothing left that can run out of room.
    virtual void prepare() = 0;
    /// Publishes. Throws only where nothing shows at the target.
    virtual void commit() = 0;
    virtual void abort() noexcept = 0;
};

}  // namespace roost::stream
