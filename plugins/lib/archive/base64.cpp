#include "lib/archive/base64.hpp"

#include <array>
#include <cstdint>

namespace roost::archive {

namespace {

constexpr std::uint8_t none = 64;

constexpr auto values = [] {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::array<std::uint8_t, 256> table{};
    table.fill(none);
    for (std::uint8_t i = 0; i < alphabet.size(); ++i) table[static_cast<unsigned char>(alphabet[i])] = i;
    return table;
}();

std::uint32_t valueOf(char c) noexcept { return values[static_cast<unsigned char>(c)]; }

}  // namespace

std::optional<std::size_t> base64Size(std::string_view text) noexcept {
    if (text.size() % 4 != 0) return std::nullopt;
    std::size_t size = text.size() / 4 * 3;
    if (text.ends_with("==")) return size - 2;
    if (text.ends_with('=')) return size - 1;
    return size;
}

bool decodeBase64(std::string_view text, char* out) noexcept {
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    std::uint32_t bad = 0;
    const std::size_t whole = text.size() - (padding != 0 ? 4 : 0);
    for (std::size_t i = 0; i < whole; i += 4) {
        const std::uint32_t a = valueOf(text[i]);
        const std::uint32_t b = valueOf(text[i + 1]);
        const std::uint32_t c = valueOf(text[i + 2]);
        const std::uint32_t d = valueOf(text[i + 3]);
        bad |= a | b | c | d;
        const std::uint32_t bits = (a << 18U) | (b << 12U) | (c << 6U) | d;
        *out++ = static_cast<char>(bits >> 16U);
        *out++ = static_cast<char>(bits >> 8U);
        *out++ = static_cast<char>(bits);
    }
    if (padding != 0) {
        const std::uint32_t a = valueOf(text[whole]);
        const std::uint32_t b = valueOf(text[whole + 1]);
        const std::uint32_t c = padding == 1 ? valueOf(text[whole + 2]) : 0;
        bad |= a | b | c;
        const std::uint32_t bits = (a << 18U) | (b << 12U) | (c << 6U);
        *out++ = static_cast<char>(bits >> 16U);
        if (padding == 1) *out++ = static_cast<char>(bits >> 8U);
        if ((bits & (padding == 1 ? 0xFFU : 0xFFFFU)) != 0) return false;
    }
    return (bad & none) == 0;
}

}  // namespace roost::archive
