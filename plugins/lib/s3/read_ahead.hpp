// Reads pieces of objects before they are asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <future>
#include <memory>
#include <string>

#include "lib/s3/block.hpp"
#include "lib/s3/bucket.hpp"
#include "lib/s3/task_crew.hpp"

namespace roost::s3 {

/// A large object is read in pieces of this size.
inline constexpr std::size_t pieceSize = std::size_t{4} << 20U;

struct Piece {
    std::string key;
    std::string etag;  ///< of the version that is wanted; "" for any
    std::uint64_t offset = 0;
    std::size_t length = 0;
    bool whole = false;  ///< whether this is all of the object
};

struct Fetched {
    std::unique_ptr<Block> block;
    ObjectHead head;
};

/// Requests are made side by side, their bytes given in the order in which they were asked for. Used by one
/// thread, beside those of the crew.
class ReadAhead {
public:
    /// `bucket` and `crew` must outlive it. Pieces of `mostBytes` bytes in all are held.
    ReadAhead(const Bucket& bucket, TaskCrew& crew, std::size_t mostBytes)
        : bucket_(bucket), crew_(crew), mostBytes_(mostBytes) {}
    ~ReadAhead();
    ReadAhead(const ReadAhead&) = delete;
    ReadAhead& operator=(const ReadAhead&) = delete;

    /// Whether another piece may be asked for now: always where none is held.
    [[nodiscard]] bool hasRoom(std::size_t length) const noexcept;
    void ask(Piece piece);
    /// Waits for the piece that was asked for first. Throws as Bucket::read() does, and roost::Error where
    /// the bytes of a whole object are not those that its ETag was made of.
    [[nodiscard]] Fetched take();
    [[nodiscard]] std::size_t held() const noexcept { return pieces_.size(); }

private:
    struct Held;
    const Bucket& bucket_;
    TaskCrew& crew_;
    std::size_t mostBytes_;
    std::size_t bytes_ = 0;
    std::deque<std::shared_ptr<Held>> pieces_;
};

}  // namespace roost::s3
