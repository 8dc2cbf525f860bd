#include "pipeline/utf8.hpp"

#include <algorithm>
#include <array>

namespace roost {

namespace {

struct Block {
    char32_t first;
    char32_t last;
};

constexpr std::array<Block, 5> combining{
    {{0x300, 0x36F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}}};
constexpr std::array<Block, 9> wide{{{0x1100, 0x115F},
                                     {0x2E80, 0xA4CF},
                                     {0xAC00, 0xD7A3},
                                     {0xF900, 0xFAFF},
                                     {0xFE30, 0xFE6F},
                                     {0xFF00, 0xFF60},
                                     {0xFFE0, 0xFFE6},
                                     {0x1F300, 0x1FAFF},
                                     {0x20000, 0x3FFFD}}};

bool within(const auto& blocks, char32_t code) {
    return std::ranges::any_of(blocks, [&](const Block& b) { return code >= b.first && code <= b.last; });
}

}  // namespace

Character characterAt(std::string_view text, std::size_t at) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(at);
    if (lead < 0x80) return {lead, 1, true};
    const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || at + bytes > text.size()) return {lead, 1, false};
    char32_t code = lead & (0xFFU >> (bytes + 1));
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(at + i) & 0xC0U) != 0x80U) return {lead, 1, false};
        code = (code << 6U) | (byte(at + i) & 0x3FU);
    }
    const char32_t smallest = bytes == 4 ? 0x10000 : bytes == 3 ? 0x800 : 0x80;
    if (code < smallest || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {lead, 1, false};
    return {code, bytes, true};
}

std::size_t countCharacters(std::string_view text) noexcept {
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); at += characterAt(text, at).bytes) ++count;
    return count;
}

std::size_t byteOfCharacter(std::string_view text, std::size_t number) noexcept {
    std::size_t at = 0;
    while (at < text.size() && number-- > 0) at += characterAt(text, at).bytes;
    return at;
}

std::size_t terminalWidth(char32_t code) noexcept {
    if (code < 0x300) return 1;
    if (within(combining, code)) return 0;
    return within(wide, code) ? 2 : 1;
}

}  // namespace roost
