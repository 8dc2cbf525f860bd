// Calls into plugins outside of the flow, watched like those within it: a plugin that hangs while it
// publishes its catalog or begins must not keep the run for ever either.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "pipeline/stage_context.hpp"
#include "roost/error.hpp"

namespace roost {

/// What is told of a stage that has been silent for longer than the limit.
[[nodiscard]] Error stalled(const std::string& label, std::chrono::milliseconds limit);

/// Runs work on a thread of its own and gives it up where it hangs. What the work refers to must live until
/// the process ends then.
class WatchedCall {
public:
    WatchedCall(RunEnvironment& environment, std::chrono::milliseconds stallLimit,
                std::chrono::milliseconds grace)
        : environment_(environment), stallLimit_(stallLimit), grace_(grace) {}

    /// Throws what `work` throws; stalled() where a stage was silent for longer than the stall limit,
    /// Interrupted where it did not come back within `grace` after a stop was requested.
    void run(std::function<void()> work);

    /// True where a call never came back. Its process must end without touching that stage.
    [[nodiscard]] bool hung() const noexcept { return hung_; }

private:
    RunEnvironment& environment_;
    std::chrono::milliseconds stallLimit_;
    std::chrono::milliseconds grace_;
    bool hung_ = false;
};

}  // namespace roost
