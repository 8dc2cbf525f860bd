#include "sources/sqlite/utf16.hpp"

namespace roost::sqlite {

namespace {

constexpr bool isHighSurrogate(std::uint32_t unit) noexcept { return unit >= 0xD800 && unit < 0xDC00; }
constexpr bool isLowSurrogate(std::uint32_t unit) noexcept { return unit >= 0xDC00 && unit < 0xE000; }

std::uint32_t unitAt(std::string_view source, std::size_t at, ByteOrder order) noexcept {
    const auto first = static_cast<unsigned char>(source[at]);
    const auto second = static_cast<unsigned char>(source[at + 1]);
    return order == ByteOrder::little ? first | std::uint32_t{second} << 8U
                                      : second | std::uint32_t{first} << 8U;
}

/// Writes one code point and returns how many bytes it took.
std::size_t put(std::uint32_t point, std::span<char> target) noexcept {
    const auto tail = [&](unsigned shift) { return static_cast<char>(0x80U | ((point >> shift) & 0x3FU)); };
    if (point < 0x80) {
        target[0] = static_cast<char>(point);
        return 1;
    }
    if (point < 0x800) {
        target[0] = static_cast<char>(0xC0U | (point >> 6U));
        target[1] = tail(0);
        return 2;
    }
    if (point < 0x10000) {
        target[0] = static_cast<char>(0xE0U | (point >> 12U));
        target[1] = tail(6);
        target[2] = tail(0);
        return 3;
    }
    target[0] = static_cast<char>(0xF0U | (point >> 18U));
    target[1] = tail(12);
    target[2] = tail(6);
    target[3] = tail(0);
    return 4;
}

}  // namespace

std::size_t convertUtf16(std::string_view source, ByteOrder order, std::span<char> target) noexcept {
    std::size_t used = 0;
    for (std::size_t at = 0; at + 1 < source.size(); at += 2) {
        std::uint32_t point = unitAt(source, at, order);
        if (isHighSurrogate(point) && at + 3 < source.size()) {
            if (const std::uint32_t low = unitAt(source, at + 2, order); isLowSurrogate(low)) {
                point = 0x10000 + ((point - 0xD800) << 10U) + (low - 0xDC00);
                at += 2;
            }
        }
        used += put(point, target.subspan(used));
    }
    return used;
}

}  // namespace roost::sqlite
