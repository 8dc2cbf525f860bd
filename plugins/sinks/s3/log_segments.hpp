// A run of bytes in the staging area, as objects of one size after each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "lib/s3/block.hpp"
#include "lib/s3/bucket.hpp"
#include "lib/s3/read_ahead.hpp"
#include "lib/s3/task_crew.hpp"
#include "roost/error.hpp"

namespace roost::s3 {

/// Each but the last has this size. An upload in parts would make one object of them, at the price of all the
/// bytes once more on a server that joins parts by copying them.
inline constexpr std::size_t segmentBytes = pieceSize;

/// Where such a run lies: what a reader needs to know of it.
struct Segments {
    std::string prefix;  ///< the objects are `prefix` and a number, from 1 on
    std::uint64_t bytes = 0;

    [[nodiscard]] std::string key(std::uint64_t number) const { return prefix + std::to_string(number); }
};

/// Used by one thread, beside those of the crew.
class SegmentWriter {
public:
    /// `bucket` and `flight` must outlive it.
    SegmentWriter(const Bucket& bucket, InFlight& flight, std::string prefix);

    /// Throws what an earlier task of the flight threw.
    void append(std::span<const std::byte> bytes);
    /// After the last byte, once. All of it is with the server when the flight has landed.
    [[nodiscard]] Segments end();

private:
    void send();

    const Bucket& bucket_;
    InFlight& flight_;
    Segments segments_;
    std::uint64_t sent_ = 0;
    std::unique_ptr<Block> block_;
};

/// A segment is gone, or is not what was written.
class SegmentsDamaged : public Error {
public:
    using Error::Error;
};

/// Reads one from front to back, with some of it read ahead. Used by one thread, beside those of the crew.
class SegmentReader {
public:
    /// `bucket` and `crew` must outlive it. Holds `aheadBytes` bytes.
    SegmentReader(const Bucket& bucket, TaskCrew& crew, Segments segments, std::size_t aheadBytes);

    /// Fills all of `into`. Throws SegmentsDamaged, and as Bucket::read() does where the server gives no
    /// answer or refuses one.
    void fill(std::span<std::byte> into);

private:
    void askAhead();
    void take();

    ReadAhead ahead_;
    Segments segments_;
    std::uint64_t asked_ = 0;
    std::unique_ptr<Block> block_;
    std::size_t used_ = 0;
};

}  // namespace roost::s3
