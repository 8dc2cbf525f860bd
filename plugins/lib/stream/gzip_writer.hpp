// One gzip member (RFC 1952), compressed on several threads, parts of which are filled in at the end.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "lib/stream/deflate_chunk.hpp"

namespace roost::stream {

struct GzipOptions {
    int level = 2;                                     ///< 0 stores, 1 to 3 ISA-L, 4 to 9 zlib
    unsigned threads = 0;                              ///< that compress; 0 for one a core
    std::size_t chunkBytes = std::size_t{256} << 10U;  ///< compressed as one
};

/// Cuts what it is given into chunks, compresses them on worker threads and writes them to the target in
/// order. All calls come from one thread. What goes wrong in a worker is thrown by the next call. The
/// destructor stops the workers and writes nothing.
class GzipWriter {
public:
    /// A place in the data whose bytes come later.
    using Region = std::size_t;

    /// `target` must outlive the writer. Calls that wait throw roost::Interrupted once `stop` is requested.
    GzipWriter(ByteTarget& target, const GzipOptions& options, std::stop_token stop);
    ~GzipWriter();
    GzipWriter(const GzipWriter&) = delete;
    GzipWriter& operator=(const GzipWriter&) = delete;

    /// Room for the bytes that come next: put them there and give them to write(), which then has nothing to
    /// copy. Never empty. Valid until the next call.
    [[nodiscard]] std::span<std::byte> space();
    void write(Bytes data);

    /// Leaves `size` bytes to be filled. They are stored, not compressed.
    [[nodiscard]] Region reserve(std::size_t size);
    /// Adds to the bytes of a region, from its front.
    void fill(Region region, Bytes bytes);

    /// Writes everything out. After it only resize(), fill() and finish() follow.
    void drain();
    /// Changes the size of a region of which nothing is filled yet, and moves what stands behind it. Slow: it
    /// copies within the target. After drain().
    void resize(Region region, std::size_t size);
    /// Writes the trailer. Every region must be full.
    void finish();

    /// Bytes of data taken so far, reserved ones included.
    [[nodiscard]] std::uint64_t dataBytes() const noexcept { return dataBytes_; }

private:
    struct Chunk;
    struct RegionState;
    /// A stretch of data between two regions, or the place of one.
    struct Segment {
        std::uint32_t crc = 0;
        std::uint64_t size = 0;
        Region region = noRegion;
    };
    static constexpr Region noRegion = ~Region{0};

    [[nodiscard]] std::unique_ptr<Chunk> takeFreeChunk();
    void submitOpenChunk();
    void submit(std::unique_ptr<Chunk> chunk, bool done);
    void work(const std::stop_token& stop);
    void writeReady(std::unique_lock<std::mutex>& lock);
    void note(const Chunk& chunk);
    void writePlaceholder(std::size_t size);
    void rewriteStored(RegionState& region, Bytes bytes);
    [[nodiscard]] bool headIsReady() const noexcept;
    void rethrow() const;

    ByteTarget& target_;
    GzipOptions options_;
    std::stop_token stop_;
    std::uint64_t dataBytes_ = 0;
    std::unique_ptr<Chunk> open_;
    bool cutHistory_ = false;  // the chunk after the open one must not reach back into it
    bool drained_ = false;

    std::mutex mutex_;  // guards all that follows but threads_
    std::condition_variable_any workToDo_;
    std::condition_variable_any progress_;
    std::vector<std::unique_ptr<Chunk>> free_;
    std::deque<std::unique_ptr<Chunk>> inOrder_;
    std::deque<Chunk*> toEncode_;
    std::vector<RegionState> regions_;
    std::vector<Segment> segments_;
    bool writing_ = false;
    std::exception_ptr failure_;

    std::vector<std::jthread> threads_;
};

}  // namespace roost::stream
