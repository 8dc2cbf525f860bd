// Reading gzip so that no damage goes unnoticed, on a thread of its own.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "lib/stream/byte_input.hpp"
#include "lib/stream/byte_target.hpp"
#include "lib/stream/gzip_decoder.hpp"
#include "roost/context.hpp"

namespace roost::stream {

/// The data of a gzip file, in order, decompressed a few blocks ahead of its reader. Checks what GzipDecoder
/// checks. Used by one thread.
class GzipReader {
public:
    static constexpr std::size_t blockBytes = std::size_t{256} << 10U;

    /// Throws roost::Error that names the file where it cannot be opened.
    explicit GzipReader(std::filesystem::path file);
    /// With a context, waiting for a slow input keeps the watchdog quiet and ends with the run. `context`
    /// must outlive the reader.
    explicit GzipReader(std::shared_ptr<ByteInput> input, Context* context = nullptr);
    ~GzipReader();
    GzipReader(const GzipReader&) = delete;
    GzipReader& operator=(const GzipReader&) = delete;

    /// The next bytes, at most blockBytes of them, valid until the next call; none only at the end of a file
    /// that is whole. Throws roost::Error that says what is damaged, once everything before the damage was
    /// given.
    [[nodiscard]] Bytes next();
    /// The same into `buffer`, whose front is filled.
    std::size_t read(std::span<std::byte> buffer);
    /// Once the end was seen.
    [[nodiscard]] const GzipFraming& framing() const noexcept { return decoder_.framing(); }
    /// Compressed bytes read so far, for progress.
    [[nodiscard]] std::uint64_t position() const noexcept { return decoder_.position(); }
    /// What messages call the input.
    [[nodiscard]] std::string name() const { return input_->name(); }

private:
    struct Block {
        std::vector<std::byte> bytes;
        std::size_t size = 0;
    };
    static constexpr std::size_t blocks = 4;

    void run(const std::stop_token& stop);
    void await(std::unique_lock<std::mutex>& lock);

    std::shared_ptr<ByteInput> input_;
    Context* context_;
    GzipDecoder decoder_;
    std::array<Block, blocks> ring_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::size_t filled_ = 0;  // blocks ever filled
    std::size_t freed_ = 0;   // blocks ever given back
    bool finished_ = false;   // nothing follows the filled blocks but failure_
    std::exception_ptr failure_;
    bool holding_ = false;  // the reader has a block
    Bytes rest_;            // of the block that read() gives from
    std::jthread worker_;   // last: stops before what it uses goes
};

}  // namespace roost::stream
