// What gzip files hold, checked to their last byte.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "lib/stream/byte_input.hpp"
#include "lib/stream/byte_target.hpp"

namespace roost::stream {

/// How a gzip file is built, beside its data.
struct GzipFraming {
    std::uint64_t members = 0;
    bool plainHeader = true;  ///< each header is the one that roost writes: no name, no time
    bool zerosBehind = false;

    /// Whether a file is as GzipWriter makes them.
    [[nodiscard]] bool isRoosts() const noexcept { return members == 1 && plainHeader && !zerosBehind; }
};

/// RFC 1952 over ISA-L's inflate (RFC 1951). Members may follow each other, zeros may follow the last one.
/// Checks headers, CRC and length of each member. One thread.
class GzipDecoder {
public:
    /// `input` must outlive the decoder.
    explicit GzipDecoder(ByteInput& input);
    ~GzipDecoder();
    GzipDecoder(const GzipDecoder&) = delete;
    GzipDecoder& operator=(const GzipDecoder&) = delete;

    /// Fills all of `buffer`, less only at the end of a file that is whole. Throws roost::Error that says
    /// what is damaged.
    std::size_t read(std::span<std::byte> buffer, const std::stop_token& stop);
    /// Complete after the end.
    [[nodiscard]] const GzipFraming& framing() const noexcept { return framing_; }
    /// Compressed bytes read so far. From any thread.
    [[nodiscard]] std::uint64_t position() const noexcept { return position_; }

private:
    struct Inflater;
    enum class State : std::uint8_t { header, data, ended };

    [[noreturn]] void damaged(const std::string& how) const;
    bool fill(const std::stop_token& stop);
    bool take(std::uint8_t& byte, const std::stop_token& stop);
    std::uint8_t need(const std::stop_token& stop);
    std::uint8_t headerByte(const std::stop_token& stop);
    bool begin(const std::stop_token& stop);
    void readHeader(const std::stop_token& stop);
    std::size_t inflate(std::span<std::byte> buffer, const std::stop_token& stop);
    void readTrailer(const std::stop_token& stop);

    ByteInput& input_;
    std::vector<std::byte> buffer_;
    std::unique_ptr<Inflater> inflater_;
    std::atomic<std::uint64_t> position_ = 0;
    GzipFraming framing_;
    State state_ = State::header;
    std::uint32_t crc_ = 0;
    std::uint32_t headerCrc_ = 0;
    std::uint32_t length_ = 0;  // modulo 2^32, as the trailer has it
};

}  // namespace roost::stream
