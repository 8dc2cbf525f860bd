// Compressing one chunk of a gzip member on its own.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "lib/stream/byte_target.hpp"

namespace roost::stream {

/// How far back a match may reach (RFC 1951, 2).
inline constexpr std::size_t windowBytes = 32768;
/// The most that one stored block holds (RFC 1951, 3.2.4).
inline constexpr std::size_t storedBlockBytes = 65535;

using StoredHeader = std::array<std::byte, 5>;

/// The head of a stored block of 0 to storedBlockBytes bytes that begins on a byte boundary.
[[nodiscard]] StoredHeader storedHeader(std::size_t size, bool last) noexcept;

/// A chunk as deflate blocks that end on a byte boundary, so that chunks can stand one behind the other.
struct EncodedChunk {
    /// What to write, in order: into `output`, `headers`, and the input for what is stored.
    std::vector<Bytes> pieces;
    std::vector<std::byte> output;
    std::vector<StoredHeader> headers;
    std::uint32_t crc = 0;  ///< CRC-32 of the input
};

/// Encodes chunks; keeps its tables between them. One a worker.
class ChunkEncoder {
public:
    /// Level 0 stores, 1 to 3 are ISA-L's, 4 to 9 zlib's. Throws roost::Error when there is no memory.
    explicit ChunkEncoder(int level);
    ~ChunkEncoder();
    ChunkEncoder(const ChunkEncoder&) = delete;
    ChunkEncoder& operator=(const ChunkEncoder&) = delete;

    /// Encodes `buffer` from `history` on; matches may reach into what stands before. What a sample shows to
    /// be incompressible is stored. `buffer` must stay as it is while the result is in use.
    void encode(Bytes buffer, std::size_t history, EncodedChunk& result);

private:
    struct Engine;

    /// The compressed form of buffer[begin, end), or 0 where it is no smaller.
    std::size_t compress(Bytes buffer, std::size_t begin, std::size_t end, std::span<std::byte> output);
    [[nodiscard]] bool looksCompressible(Bytes block);
    [[nodiscard]] bool repeatsItself(Bytes sample);
    [[nodiscard]] std::size_t endOfRun(Bytes buffer, std::size_t begin, bool& compressible);

    int level_;
    std::unique_ptr<Engine> engine_;
};

}  // namespace roost::stream
