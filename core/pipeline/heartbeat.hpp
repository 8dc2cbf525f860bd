// How the watchdog sees that a plugin's call has hung.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace roost {

/// When a stage's present call last gave a sign of life. One thread works on a stage; any may look.
class Heartbeat {
public:
    using Clock = std::chrono::steady_clock;

    void beat() noexcept {
        // Only a running call is watched: a sign of life between calls must not start the clock.
        if (since_.load(std::memory_order_relaxed) != idle) since_.store(now(), std::memory_order_relaxed);
    }
    /// How long the present call has been silent; zero between calls.
    [[nodiscard]] std::chrono::nanoseconds silence() const noexcept {
        const std::int64_t since = since_.load(std::memory_order_relaxed);
        return std::chrono::nanoseconds(since == idle ? 0 : now() - since);
    }

    /// For the time of a call into a plugin.
    class Call {
    public:
        explicit Call(Heartbeat& heart) noexcept : heart_(heart), before_(heart.since_.exchange(now())) {}
        ~Call() { heart_.since_.store(before_ == idle ? idle : now(), std::memory_order_relaxed); }
        Call(const Call&) = delete;
        Call& operator=(const Call&) = delete;

    private:
        Heartbeat& heart_;
        std::int64_t before_;
    };

    /// For the time in which a call waits for another stage, which is not its fault.
    class Pause {
    public:
        explicit Pause(Heartbeat& heart) noexcept : heart_(heart), before_(heart.since_.exchange(idle)) {}
        ~Pause() { heart_.since_.store(before_ == idle ? idle : now(), std::memory_order_relaxed); }
        Pause(const Pause&) = delete;
        Pause& operator=(const Pause&) = delete;

    private:
        Heartbeat& heart_;
        std::int64_t before_;
    };

private:
    static constexpr std::int64_t idle = 0;
    static std::int64_t now() noexcept { return Clock::now().time_since_epoch().count(); }

    std::atomic<std::int64_t> since_{idle};
};

}  // namespace roost
