#include "pipeline/watched_call.hpp"

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace roost {

namespace {

/// Shared with the thread, which may outlive the call.
struct Work {
    std::function<void()> body;
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
    std::exception_ptr thrown;
};

void perform(const std::shared_ptr<Work>& work) {
    std::exception_ptr thrown;
    try {
        work->body();
    } catch (...) {  // handed to the thread that waits
        thrown = std::current_exception();
    }
    const std::scoped_lock lock(work->mutex);
    work->thrown = std::move(thrown);
    work->done = true;
    work->changed.notify_all();
}

}  // namespace

Error stalled(const std::string& label, std::chrono::milliseconds limit) {
    std::string seconds = std::to_string(std::chrono::duration<double>(limit).count());
    seconds.erase(seconds.find_last_not_of('0') + 1);
    if (seconds.ends_with('.')) seconds.pop_back();
    return Error(label + ": the plugin has given no sign of life for " + seconds + " seconds",
                 "look at what it reads from or writes to; --stall-limit allows more time");
}

void WatchedCall::run(std::function<void()> body) {
    using Clock = std::chrono::steady_clock;
    constexpr auto tick = std::chrono::milliseconds(100);
    const auto work = std::make_shared<Work>();
    work->body = std::move(body);
    std::thread thread(perform, work);
    const auto giveUp = [&] {
        hung_ = true;
        thread.detach();
    };
    std::optional<Clock::time_point> stopping;
    std::unique_lock lock(work->mutex);
    while (!work->changed.wait_for(lock, tick, [&] { return work->done; })) {
        if (environment_.stop.stop_requested()) {
            if (!stopping) stopping = Clock::now();
            if (Clock::now() - *stopping <= grace_) continue;
            giveUp();
            throw Interrupted();
        }
        if (const std::string label = environment_.stages.silentLongerThan(stallLimit_); !label.empty()) {
            giveUp();
            throw stalled(label, stallLimit_);
        }
    }
    lock.unlock();
    thread.join();
    if (work->thrown) std::rethrow_exception(work->thrown);
}

}  // namespace roost
