#include "lib/stream/gzip_decoder.hpp"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include <array>

#include "roost/error.hpp"

namespace roost::stream {

namespace {

constexpr std::size_t inputBytes = std::size_t{256} << 10U;
constexpr std::uint8_t magic = 0x1F;

enum Flag : std::uint8_t { headerCheck = 2, extra = 4, fileName = 8, comment = 16, reserved = 0xE0 };

std::string_view describe(int result) noexcept {
    switch (result) {
        case ISAL_INVALID_BLOCK:
            return "invalid block";
        case ISAL_INVALID_SYMBOL:
            return "invalid symbol";
        case ISAL_INVALID_LOOKBACK:
            return "a reference to before its beginning";
        default:
            return "no detail";
    }
}

std::uint32_t crcOf(std::uint32_t crc, Bytes bytes) noexcept {
    return crc32_gzip_refl(crc, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

}  // namespace

struct GzipDecoder::Inflater {
    inflate_state state;
    /// Bytes behind the deflate data that were in the bit buffer at its end; first the lowest.
    std::uint64_t left = 0;
    unsigned leftBytes = 0;

    Inflater() { isal_inflate_init(&state); }

    void restart() {
        const std::uint32_t available = state.avail_in;
        std::uint8_t* const next = state.next_in;
        isal_inflate_reset(&state);
        state.next_in = next;
        state.avail_in = available;
    }
    void takeLeft() {
        leftBytes = static_cast<unsigned>(state.read_in_length) / 8;
        left = state.read_in >> (static_cast<unsigned>(state.read_in_length) % 8);
    }
};

GzipDecoder::GzipDecoder(ByteInput& input)
    : input_(input), buffer_(inputBytes), inflater_(std::make_unique<Inflater>()) {
    inflater_->state.avail_in = 0;
}

GzipDecoder::~GzipDecoder() = default;

void GzipDecoder::damaged(const std::string& how) const { throw Error(input_.name() + " " + how); }

bool GzipDecoder::fill(const std::stop_token& stop) {
    const std::size_t got = input_.read(buffer_, stop);
    position_ += got;
    inflater_->state.next_in = reinterpret_cast<std::uint8_t*>(buffer_.data());
    inflater_->state.avail_in = static_cast<std::uint32_t>(got);
    return got != 0;
}

bool GzipDecoder::take(std::uint8_t& byte, const std::stop_token& stop) {
    Inflater& inflater = *inflater_;
    if (inflater.leftBytes != 0) {
        byte = static_cast<std::uint8_t>(inflater.left & 0xFFU);
        inflater.left >>= 8U;
        --inflater.leftBytes;
        return true;
    }
    if (inflater.state.avail_in == 0 && !fill(stop)) return false;
    byte = *inflater.state.next_in++;
    --inflater.state.avail_in;
    return true;
}

std::uint8_t GzipDecoder::need(const std::stop_token& stop) {
    std::uint8_t byte = 0;
    if (!take(byte, stop)) damaged("is damaged: it ends too early");
    return byte;
}

std::uint8_t GzipDecoder::headerByte(const std::stop_token& stop) {
    const std::uint8_t byte = need(stop);
    headerCrc_ = crcOf(headerCrc_, std::as_bytes(std::span(&byte, 1)));
    return byte;
}

/// Goes to the next member. False at the end of the file.
bool GzipDecoder::begin(const std::stop_token& stop) {
    const bool first = framing_.members == 0;
    std::uint8_t byte = 0;
    if (!take(byte, stop)) {
        if (first) damaged("is empty, not a gzip archive");
        return false;
    }
    if (!first && byte == 0) {
        framing_.zerosBehind = true;
        while (byte == 0)
            if (!take(byte, stop)) return false;
    }
    if (first && byte != magic) damaged("is not a gzip archive");
    if (framing_.zerosBehind || byte != magic)
        damaged("is damaged: something that is no gzip data follows the archive's end");
    headerCrc_ = crcOf(0, std::as_bytes(std::span(&byte, 1)));
    readHeader(stop);
    ++framing_.members;
    inflater_->restart();
    crc_ = 0;
    length_ = 0;
    return true;
}

void GzipDecoder::readHeader(const std::stop_token& stop) {
    const std::string other = framing_.members == 0
                                  ? "is not a gzip archive"
                                  : "is damaged: something that is no gzip data follows the archive's end";
    constexpr std::uint8_t secondMagic = 0x8B;
    constexpr std::uint8_t deflate = 8;
    if (headerByte(stop) != secondMagic || headerByte(stop) != deflate) damaged(other);
    const std::uint8_t flags = headerByte(stop);
    if ((flags & reserved) != 0) damaged("is damaged: its gzip header is not valid");
    constexpr std::array<std::uint8_t, 6> plain{0, 0, 0, 0, 0, 0xFF};
    bool isPlain = flags == 0;
    for (const std::uint8_t expected : plain) isPlain = headerByte(stop) == expected && isPlain;
    framing_.plainHeader = framing_.plainHeader && isPlain;
    if ((flags & extra) != 0) {
        const unsigned low = headerByte(stop);
        for (unsigned left = low | (unsigned{headerByte(stop)} << 8U); left != 0; --left) headerByte(stop);
    }
    for (const std::uint8_t text : {fileName, comment})
        if ((flags & text) != 0)
            while (headerByte(stop) != 0) {
            }
    if ((flags & headerCheck) == 0) return;
    const std::uint32_t sum = headerCrc_ & 0xFFFFU;
    const unsigned low = need(stop);
    if ((low | (unsigned{need(stop)} << 8U)) != sum) damaged("is damaged: its gzip header is not valid");
}

std::size_t GzipDecoder::read(std::span<std::byte> buffer, const std::stop_token& stop) {
    std::size_t used = 0;
    while (used < buffer.size() && state_ != State::ended) {
        if (state_ == State::header)
            state_ = begin(stop) ? State::data : State::ended;
        else
            used += inflate(buffer.subspan(used), stop);
    }
    return used;
}

std::size_t GzipDecoder::inflate(std::span<std::byte> buffer, const std::stop_token& stop) {
    inflate_state& state = inflater_->state;
    state.next_out = reinterpret_cast<std::uint8_t*>(buffer.data());
    state.avail_out = static_cast<std::uint32_t>(buffer.size());
    for (;;) {
        const int result = isal_inflate(&state);
        if (result < 0)
            damaged("is damaged: its compressed data is not valid (" + std::string(describe(result)) + ")");
        if (state.block_state == ISAL_BLOCK_FINISH || state.avail_out == 0) break;
        if (state.avail_in == 0 && !fill(stop)) damaged("is damaged: it ends too early");
    }
    const std::size_t size = buffer.size() - state.avail_out;
    crc_ = crcOf(crc_, buffer.first(size));
    length_ += static_cast<std::uint32_t>(size);
    if (state.block_state == ISAL_BLOCK_FINISH) readTrailer(stop);
    return size;
}

void GzipDecoder::readTrailer(const std::stop_token& stop) {
    inflater_->takeLeft();
    const auto number = [this, &stop] {
        std::uint32_t value = 0;
        for (unsigned shift = 0; shift < 32; shift += 8) value |= std::uint32_t{need(stop)} << shift;
        return value;
    };
    if (number() != crc_) damaged("is damaged: its compressed data is not valid (incorrect data check)");
    if (number() != length_) damaged("is damaged: its compressed data is not valid (incorrect length check)");
    state_ = State::header;
}

}  // namespace roost::stream
