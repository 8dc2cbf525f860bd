#include "lib/sql/postgresql/text_check.hpp"

#include <cstring>

namespace roost::sql::postgresql {

namespace {

constexpr std::uint64_t highBits = 0x8080808080808080U;
constexpr std::uint64_t lowBits = 0x0101010101010101U;

/// True if none of eight bytes is NUL or beyond ASCII. A NUL borrows into its high bit.
bool plain(const char* at) noexcept {
    std::uint64_t eight = 0;
    std::memcpy(&eight, at, sizeof eight);
    return ((eight | (eight - lowBits)) & highBits) == 0;
}

bool continues(unsigned char byte) noexcept { return (byte & 0xC0U) == 0x80U; }

/// The length of the character at the front of `rest`, 0 where it is none.
std::size_t sequenceLength(std::string_view rest) noexcept {
    const auto at = [rest](std::size_t i) {
        return static_cast<unsigned char>(i < rest.size() ? rest[i] : 0);
    };
    const unsigned char first = at(0);
    if (first < 0x80U) return 1;
    if (first >= 0xC2U && first <= 0xDFU) return continues(at(1)) ? 2 : 0;
    if (first >= 0xE0U && first <= 0xEFU) {
        const unsigned char lowest = first == 0xE0U ? 0xA0U : 0x80U;
        const unsigned char highest = first == 0xEDU ? 0x9FU : 0xBFU;
        return at(1) >= lowest && at(1) <= highest && continues(at(2)) ? 3 : 0;
    }
    if (first >= 0xF0U && first <= 0xF4U) {
        const unsigned char lowest = first == 0xF0U ? 0x90U : 0x80U;
        const unsigned char highest = first == 0xF4U ? 0x8FU : 0xBFU;
        return at(1) >= lowest && at(1) <= highest && continues(at(2)) && continues(at(3)) ? 4 : 0;
    }
    return 0;
}

}  // namespace

TextCheck checkText(std::string_view text) noexcept {
    TextCheck check;
    while (!text.empty()) {
        if (text.size() >= sizeof(std::uint64_t) && plain(text.data())) {
            text.remove_prefix(sizeof(std::uint64_t));
            check.characters += sizeof(std::uint64_t);
            continue;
        }
        if (text.front() == '\0') return {TextFault::nul, 0};
        const std::size_t length = sequenceLength(text);
        if (length == 0) return {TextFault::notUtf8, 0};
        text.remove_prefix(length);
        ++check.characters;
    }
    return check;
}

}  // namespace roost::sql::postgresql
