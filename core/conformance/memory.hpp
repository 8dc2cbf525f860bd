// How much memory this process takes.
#pragma once

#include <cstdint>

namespace roost::conformance {

/// What a stage may add to a run's memory, however much it moves.
inline constexpr std::uint64_t memoryLimit = std::uint64_t{64} << 20U;

/// What a check moves to see that, of rows and of files each.
inline constexpr std::uint64_t bulkBytes = std::uint64_t{96} << 20U;

/// Measures from its start on. Linux: /proc/self/status, proc(5).
class MemoryMeter {
public:
    MemoryMeter();
    /// Bytes that the process had at most above what it had at the start.
    [[nodiscard]] std::uint64_t growth() const;

private:
    std::uint64_t start_;
};

/// False where a sanitizer keeps what was freed.
[[nodiscard]] constexpr bool canMeasureMemory() noexcept {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return false;
#else
    return true;
#endif
}

}  // namespace roost::conformance
