// SIGINT, SIGTERM and SIGHUP as events of the main thread's loop.
#pragma once

#include <chrono>
#include <csignal>
#include <optional>

namespace roost::cli {

/// Blocks the signals for this thread and those that it starts; the loop then asks for them. Writing to a
/// closed pipe or past a file-size limit becomes an error of the call instead of the end of the process.
class RunSignals {
public:
    RunSignals();
    /// Gives the signals back their former handling.
    ~RunSignals();
    RunSignals(const RunSignals&) = delete;
    RunSignals& operator=(const RunSignals&) = delete;

    /// Waits for one of the signals, at most so long.
    [[nodiscard]] std::optional<int> wait(std::chrono::milliseconds time) const;

private:
    sigset_t signals_{};
    sigset_t former_{};
};

}  // namespace roost::cli
