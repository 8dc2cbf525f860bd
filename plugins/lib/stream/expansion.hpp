// How much may come out of packed bytes on their word alone.
#pragma once

#include <cstdint>

namespace roost::stream {

/// The most bytes that `packed` bytes are taken to hold as long as nothing else vouches for more. Documents
/// and tables stay far below; what is above was made to fill disks.
[[nodiscard]] constexpr std::uint64_t mostUnpacked(std::uint64_t packed) noexcept {
    constexpr std::uint64_t always = std::uint64_t{1} << 30U;
    constexpr std::uint64_t times = 100;
    constexpr std::uint64_t most = ~std::uint64_t{0};
    return packed > (most - always) / times ? most : always + packed * times;
}

}  // namespace roost::stream
