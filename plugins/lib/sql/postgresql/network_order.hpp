// Numbers in network order, as PostgreSQL's binary forms have them.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace roost::sql::postgresql {

/// The bytes at `data` as a big-endian unsigned number.
template <class Unsigned>
[[nodiscard]] inline Unsigned fromNetwork(const char* data) noexcept {
    Unsigned value;
    std::memcpy(&value, data, sizeof value);
    if constexpr (std::endian::native == std::endian::little) {
        if constexpr (sizeof(Unsigned) == 2) value = static_cast<Unsigned>(__builtin_bswap16(value));
        if constexpr (sizeof(Unsigned) == 4) value = __builtin_bswap32(value);
        if constexpr (sizeof(Unsigned) == 8) value = __builtin_bswap64(value);
    }
    return value;
}

/// Writes `value` at `out` in network order.
template <class Unsigned>
inline void toNetwork(char* out, Unsigned value) noexcept {
    // The swap is its own reverse.
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    const Unsigned swapped = fromNetwork<Unsigned>(bytes);
    std::memcpy(out, &swapped, sizeof swapped);
}

[[nodiscard]] inline std::int16_t int16At(const char* data) noexcept {
    return std::bit_cast<std::int16_t>(fromNetwork<std::uint16_t>(data));
}
[[nodiscard]] inline std::int32_t int32At(const char* data) noexcept {
    return std::bit_cast<std::int32_t>(fromNetwork<std::uint32_t>(data));
}
[[nodiscard]] inline std::int64_t int64At(const char* data) noexcept {
    return std::bit_cast<std::int64_t>(fromNetwork<std::uint64_t>(data));
}

}  // namespace roost::sql::postgresql
