// Numbers that are the same on every machine.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <random>
#include <span>
#include <string>
#include <string_view>

namespace roost::bench {

/// A seeded sequence. The standard fixes what mt19937_64 gives but not what its distributions make of it, so
/// those here are our own.
class Random {
public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}

    [[nodiscard]] std::uint64_t next() { return engine_(); }
    /// 0 to `count` - 1. The bias is far below what data like these show.
    [[nodiscard]] std::uint64_t below(std::uint64_t count) { return next() % count; }
    [[nodiscard]] std::uint64_t between(std::uint64_t first, std::uint64_t last) {
        return first + below(last - first + 1);
    }
    [[nodiscard]] bool chance(std::uint64_t percent) { return below(100) < percent; }
    template <std::size_t count>
    [[nodiscard]] std::string_view of(const std::array<std::string_view, count>& choices) {
        return choices[below(count)];
    }

    void fill(std::span<char> bytes) {
        while (!bytes.empty()) {
            const std::uint64_t word = next();
            const std::size_t size = std::min(bytes.size(), sizeof word);
            std::memcpy(bytes.data(), &word, size);
            bytes = bytes.subspan(size);
        }
    }
    /// Adds `count` characters of `alphabet`, which has a power of two of them, at most 64.
    void appendOf(std::string& text, std::string_view alphabet, std::size_t count) {
        std::uint64_t word = 0;
        for (std::size_t i = 0; i < count; ++i, word >>= 6U) {
            if (i % 10 == 0) word = next();
            text += alphabet[word & (alphabet.size() - 1)];
        }
    }
    void appendHex(std::string& text, std::size_t count) { appendOf(text, "0123456789abcdef", count); }
    /// A random UUID (RFC 4122, version 4), as applications make their keys.
    void appendUuid(std::string& text) {
        const std::size_t start = text.size();
        appendHex(text, 36);
        for (const std::size_t dash : {8U, 13U, 18U, 23U}) text[start + dash] = '-';
        text[start + 14] = '4';
        text[start + 19] = "89ab"[below(4)];
    }

private:
    std::mt19937_64 engine_;
};

}  // namespace roost::bench
