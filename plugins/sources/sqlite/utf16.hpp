// Text of a database that keeps UTF-16.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace roost::sqlite {

enum class ByteOrder : std::uint8_t { little, big };

/// UTF-16 as UTF-8, without loss: half of a surrogate pair that stands alone becomes three bytes of its own,
/// as if it were a character (WTF-8; SQLite's own conversion would swallow its neighbour). A last odd byte is
/// left out, as SQLite does. `target` must have room for three bytes a code unit; returns what was used.
[[nodiscard]] std::size_t convertUtf16(std::string_view source, ByteOrder order,
                                       std::span<char> target) noexcept;

}  // namespace roost::sqlite
