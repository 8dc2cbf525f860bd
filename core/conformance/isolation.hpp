// Running what may crash in a process of its own.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "conformance/check.hpp"

namespace roost::conformance {

/// A check's way to the process that waits for it.
class Progress {
public:
    explicit Progress(int pipe) noexcept : pipe_(pipe) {}
    /// Says what is being done, for the case that it is the last thing.
    void operator()(const std::string& doing) const;
    /// Ends this process: the check failed, and what it does cannot be ended otherwise.
    [[noreturn]] void giveUp(const std::string& why) const;

private:
    int pipe_;
};

/// Runs `body` in a child process and waits for it. Its end by a signal, by exit() or after `limit` is a
/// failure that tells what was being done. Whatever `body` throws is a failure, too; NotApplicable is a skip.
/// To be called while the process has one thread. Throws roost::Error where no process can be made.
[[nodiscard]] Verdict isolated(std::chrono::milliseconds limit,
                               const std::function<void(const Progress& progress)>& body);

}  // namespace roost::conformance
