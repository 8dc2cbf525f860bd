#include "lib/s3/task_crew.hpp"

#include <utility>

namespace roost::s3 {

TaskCrew::~TaskCrew() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
        tasks_.clear();
    }
    more_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

std::future<void> TaskCrew::submit(std::function<void()> task) {
    std::packaged_task<void()> packaged(std::move(task));
    std::future<void> done = packaged.get_future();
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(packaged));
    if (idle_ < tasks_.size() && threads_.size() < most_) threads_.emplace_back([this] { work(); });
    more_.notify_one();
    return done;
}

void TaskCrew::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        ++idle_;
        more_.wait(lock, [this] { return ends_ || !tasks_.empty(); });
        --idle_;
        if (ends_) return;
        std::packaged_task<void()> task = std::move(tasks_.front());
        tasks_.pop_front();
        lock.unlock();
        task();
        task = {};  // what it holds goes before the next one comes
        lock.lock();
    }
}

InFlight::~InFlight() {
    for (const Task& task : tasks_) task.done.wait();
}

void InFlight::add(std::size_t bytes, std::function<void()> task) {
    while (!tasks_.empty() &&
           (bytes_ + bytes > mostBytes_ || tasks_.size() >= std::size_t{4} * crew_.threads()))
        takeOldest();
    tasks_.push_back({crew_.submit(std::move(task)), bytes});
    bytes_ += bytes;
}

void InFlight::drain() {
    while (!tasks_.empty()) takeOldest();
}

void InFlight::takeOldest() {
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    bytes_ -= task.bytes;
    task.done.get();
}

}  // namespace roost::s3
