// Threads for requests that need not wait for each other.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

namespace roost::s3 {

/// Runs tasks in the order in which they come, as many at a time as there are threads, which are started as
/// they are needed. Who submits bounds what waits. Any thread may submit.
class TaskCrew {
public:
    explicit TaskCrew(unsigned threads) : most_(threads) {}
    /// Tasks that have not begun never do; those that have are waited for.
    ~TaskCrew();
    TaskCrew(const TaskCrew&) = delete;
    TaskCrew& operator=(const TaskCrew&) = delete;

    /// What the task throws comes out of the future.
    [[nodiscard]] std::future<void> submit(std::function<void()> task);
    [[nodiscard]] unsigned threads() const noexcept { return most_; }

private:
    void work();

    unsigned most_;
    std::mutex mutex_;
    std::condition_variable more_;
    std::deque<std::packaged_task<void()>> tasks_;
    std::vector<std::thread> threads_;
    unsigned idle_ = 0;
    bool ends_ = false;
};

/// Tasks that are on their way, and the memory that they hold: adding one waits until there is room for it.
/// Used by one thread.
class InFlight {
public:
    InFlight(TaskCrew& crew, std::size_t mostBytes) : crew_(crew), mostBytes_(mostBytes) {}
    /// Waits for what runs: tasks refer to what their owner holds.
    ~InFlight();
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;

    /// A task of `bytes` bytes. Throws what an earlier task threw.
    void add(std::size_t bytes, std::function<void()> task);
    /// Waits for all; throws what the first that failed threw.
    void drain();

private:
    void takeOldest();

    struct Task {
        std::future<void> done;
        std::size_t bytes = 0;
    };
    TaskCrew& crew_;
    std::size_t mostBytes_;
    std::size_t bytes_ = 0;
    std::deque<Task> tasks_;
};

}  // namespace roost::s3
