#include "lib/stream/deflate_chunk.hpp"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <zlib.h>

#include <algorithm>

#include "roost/error.hpp"

namespace roost::stream {

namespace {

constexpr int highestIsalLevel = 3;
/// Compressible or not is decided for blocks of this size, by samples of that size.
constexpr std::size_t probeBlock = 65536;
constexpr std::size_t sampleBytes = 4096;

std::uint32_t isalBufferSize(int level) noexcept {
    constexpr std::array<std::uint32_t, 4> sizes{0, ISAL_DEF_LVL1_DEFAULT, ISAL_DEF_LVL2_DEFAULT,
                                                 ISAL_DEF_LVL3_DEFAULT};
    return sizes[static_cast<std::size_t>(level)];
}

// Both libraries take pointers to what they only read.
std::uint8_t* readOnly(Bytes bytes) noexcept {
    return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(bytes.data()));
}
std::uint8_t* writable(std::span<std::byte> bytes) noexcept {
    return reinterpret_cast<std::uint8_t*>(bytes.data());
}

/// Whether some bytes are so much more frequent than others that a Huffman code alone saves some percent.
bool hasUnevenBytes(Bytes sample) noexcept {
    std::array<std::array<std::uint16_t, 256>, 4> counts{};  // four, so that equal neighbours do not wait
    std::size_t at = 0;
    for (; at + 4 <= sample.size(); at += 4)
        for (std::size_t lane = 0; lane < 4; ++lane)
            ++counts[lane][static_cast<std::uint8_t>(sample[at + lane])];
    for (; at < sample.size(); ++at) ++counts[0][static_cast<std::uint8_t>(sample[at])];
    std::uint64_t squares = 0;
    for (std::size_t value = 0; value < 256; ++value) {
        const std::uint64_t count =
            std::uint64_t{counts[0][value]} + counts[1][value] + counts[2][value] + counts[3][value];
        squares += count * count;
    }
    // Of even bytes the sum is about size * size / 256 + size, and hardly ever half a percent off.
    const std::uint64_t even = std::uint64_t{sample.size()} * sample.size() / 256 + sample.size();
    return squares > even + even / 8;
}

}  // namespace

struct ChunkEncoder::Engine {
    isal_zstream isal{};
    isal_zstream sampler{};
    std::vector<std::uint8_t> isalBuffer;
    z_stream zlib{};
    bool zlibReady = false;
};

StoredHeader storedHeader(std::size_t size, bool last) noexcept {
    const auto length = static_cast<std::uint16_t>(size);
    const auto low = [](unsigned value) { return static_cast<std::byte>(value & 0xFFU); };
    const unsigned inverse = ~unsigned{length};
    return {std::byte{last ? std::uint8_t{1} : std::uint8_t{0}}, low(length), low(unsigned{length} >> 8U),
            low(inverse), low(inverse >> 8U)};
}

ChunkEncoder::ChunkEncoder(int level) : level_(level), engine_(std::make_unique<Engine>()) {
    if (level_ <= highestIsalLevel) {
        engine_->isalBuffer.resize(isalBufferSize(level_));
    } else {
        constexpr int rawDeflate = -15;
        constexpr int mostMemory = 9;
        if (deflateInit2(&engine_->zlib, level_, Z_DEFLATED, rawDeflate, mostMemory, Z_DEFAULT_STRATEGY) !=
            Z_OK)
            throw Error("there is no memory for compressing");
        engine_->zlibReady = true;
    }
}

ChunkEncoder::~ChunkEncoder() {
    if (engine_->zlibReady) deflateEnd(&engine_->zlib);
}

bool ChunkEncoder::looksCompressible(Bytes block) {
    const std::size_t size = std::min(sampleBytes, block.size());
    const Bytes front = block.subspan((block.size() - size) / 4, size);
    const Bytes back = block.subspan((block.size() - size) / 4 * 3, size);
    return hasUnevenBytes(front) || hasUnevenBytes(back) || repeatsItself(back);
}

/// Tries the fastest level, which finds repetitions where the bytes are evenly spread.
bool ChunkEncoder::repeatsItself(Bytes sample) {
    std::array<std::byte, 2 * sampleBytes> scratch;  // NOLINT: only written
    isal_zstream& stream = engine_->sampler;
    isal_deflate_stateless_init(&stream);
    stream.end_of_stream = 1;
    stream.flush = NO_FLUSH;
    stream.next_in = readOnly(sample);
    stream.avail_in = static_cast<std::uint32_t>(sample.size());
    stream.next_out = writable(scratch);
    stream.avail_out = static_cast<std::uint32_t>(scratch.size());
    return isal_deflate_stateless(&stream) == COMP_OK &&
           stream.total_out < sample.size() - sample.size() / 16;
}

std::size_t ChunkEncoder::endOfRun(Bytes buffer, std::size_t begin, bool& compressible) {
    for (std::size_t at = begin; at < buffer.size();) {
        // A short rest belongs to the block before it.
        std::size_t size = std::min(probeBlock, buffer.size() - at);
        if (buffer.size() - at < probeBlock + probeBlock / 2) size = buffer.size() - at;
        const bool answer = level_ != 0 && looksCompressible(buffer.subspan(at, size));
        if (at == begin)
            compressible = answer;
        else if (answer != compressible)
            return at;
        at += size;
    }
    return buffer.size();
}

std::size_t ChunkEncoder::compress(Bytes buffer, std::size_t begin, std::size_t end,
                                   std::span<std::byte> output) {
    const Bytes history = buffer.subspan(begin - std::min(begin, windowBytes), std::min(begin, windowBytes));
    const Bytes input = buffer.subspan(begin, end - begin);
    if (level_ > highestIsalLevel) {
        z_stream& stream = engine_->zlib;
        deflateReset(&stream);
        if (!history.empty())
            deflateSetDictionary(&stream, readOnly(history), static_cast<uInt>(history.size()));
        stream.next_in = readOnly(input);
        stream.avail_in = static_cast<uInt>(input.size());
        stream.next_out = writable(output);
        stream.avail_out = static_cast<uInt>(output.size());
        // Output that is filled to the brim may lack its end.
        if (deflate(&stream, Z_SYNC_FLUSH) != Z_OK || stream.avail_out == 0) return 0;
        return output.size() - stream.avail_out;
    }
    isal_zstream& stream = engine_->isal;
    isal_deflate_init(&stream);
    stream.level = static_cast<std::uint32_t>(level_);
    stream.level_buf = engine_->isalBuffer.data();
    stream.level_buf_size = static_cast<std::uint32_t>(engine_->isalBuffer.size());
    stream.flush = SYNC_FLUSH;
    stream.end_of_stream = 0;
    if (!history.empty())
        isal_deflate_set_dict(&stream, readOnly(history), static_cast<std::uint32_t>(history.size()));
    stream.next_in = readOnly(input);
    stream.avail_in = static_cast<std::uint32_t>(input.size());
    stream.next_out = writable(output);
    stream.avail_out = static_cast<std::uint32_t>(output.size());
    if (isal_deflate(&stream) != COMP_OK || stream.avail_in != 0 || stream.avail_out == 0) return 0;
    return output.size() - stream.avail_out;
}

void ChunkEncoder::encode(Bytes buffer, std::size_t history, EncodedChunk& result) {
    const Bytes input = buffer.subspan(history);
    result.crc = crc32_gzip_refl(0, readOnly(input), input.size());
    result.pieces.clear();
    result.headers.clear();
    // Pieces point into these, so they must not grow while they are filled: there are at most as many stored
    // blocks as full ones, and one more for each run.
    result.headers.reserve(input.size() / storedBlockBytes + input.size() / probeBlock + 2);
    result.output.resize(std::max(result.output.size(), input.size()));
    std::size_t used = 0;
    for (std::size_t begin = history; begin < buffer.size();) {
        bool compressible = false;
        const std::size_t end = endOfRun(buffer, begin, compressible);
        const std::span room = std::span(result.output).subspan(used, end - begin);
        const std::size_t size = compressible ? compress(buffer, begin, end, room) : 0;
        if (size != 0) {
            result.pieces.emplace_back(room.first(size));
            used += size;
        }
        for (std::size_t at = begin; size == 0 && at < end;) {
            const std::size_t length = std::min(storedBlockBytes, end - at);
            result.pieces.emplace_back(result.headers.emplace_back(storedHeader(length, false)));
            result.pieces.push_back(buffer.subspan(at, length));
            at += length;
        }
        begin = end;
    }
}

}  // namespace roost::stream
