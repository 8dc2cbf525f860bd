// Bytes of the kinds that meet in an archive.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <string>

#include "lib/stream/byte_target.hpp"

namespace roost::testing {

/// Bytes that no compressor makes smaller; the same for the same seed.
inline std::string randomBytes(std::size_t size, std::uint64_t seed = 1) {
    std::mt19937_64 random(seed);
    std::string bytes;
    bytes.reserve(size + 8);
    while (bytes.size() < size) {
        const std::uint64_t word = random();
        for (unsigned shift = 0; shift < 64; shift += 8)
            bytes.push_back(static_cast<char>(word >> shift & 0xFFU));
    }
    bytes.resize(size);
    return bytes;
}

/// Text of words that come again.
inline std::string words(std::size_t size, std::uint64_t seed = 1) {
    std::mt19937_64 random(seed);
    std::string text;
    while (text.size() < size)
        text += "word" + std::to_string(random() % 3000) + (random() % 9 == 0 ? "\n" : " ");
    text.resize(size);
    return text;
}

inline stream::Bytes asBytes(const std::string& text) { return std::as_bytes(std::span(text)); }

}  // namespace roost::testing
