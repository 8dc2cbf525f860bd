// Counters that the stages' threads write and the display reads.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>

namespace roost {

/// What one source has given so far, and what it is expected to give.
struct SourceProgress {
    std::string label;
    std::uint64_t expectedRows = 0;
    std::uint64_t expectedFiles = 0;
    std::uint64_t expectedBytes = 0;
    std::atomic<std::uint64_t> rows{0};
    std::atomic<std::uint64_t> files{0};
    std::atomic<std::uint64_t> bytes{0};
    std::atomic<bool> started{false};
    std::atomic<bool> finished{false};

    void setCurrent(std::string name) {
        const std::scoped_lock lock(mutex_);
        current_ = std::move(name);
    }
    /// The table or file that is being read.
    [[nodiscard]] std::string current() const {
        const std::scoped_lock lock(mutex_);
        return current_;
    }

private:
    mutable std::mutex mutex_;
    std::string current_;
};

}  // namespace roost
