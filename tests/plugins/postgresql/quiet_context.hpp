// A context that keeps what a stage tells its host.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "roost/context.hpp"

namespace roost::test {

class QuietContext : public Context {
public:
    void log(LogLevel level, const std::string& message) override {
        const std::scoped_lock lock(mutex_);
        messages_.emplace_back(level, message);
    }
    void warn(const std::string& message) override { log(LogLevel::warning, message); }
    void setAside(const std::string& subject, const std::string& message) override {
        log(LogLevel::error, subject + ": " + message);
    }
    [[nodiscard]] std::stop_token stopToken() const override { return stop_.get_token(); }
    void alive() override { ++signs_; }
    [[nodiscard]] bool dryRun() const override { return dryRun_; }
    [[nodiscard]] std::string pipelineName() const override { return "test"; }
    [[nodiscard]] std::chrono::system_clock::time_point startTime() const override { return {}; }
    [[nodiscard]] std::filesystem::path temporaryFolder() const override {
        return std::filesystem::temp_directory_path();
    }
    bool journal(const std::string&) override { return true; }

    void stop() { stop_.request_stop(); }
    void setDryRun(bool dryRun) noexcept { dryRun_ = dryRun; }
    [[nodiscard]] int signsOfLife() const noexcept { return signs_; }
    [[nodiscard]] bool logged(LogLevel level, const std::string& part) const {
        const std::scoped_lock lock(mutex_);
        for (const auto& [at, message] : messages_)
            if (at == level && message.find(part) != std::string::npos) return true;
        return false;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::pair<LogLevel, std::string>> messages_;
    std::stop_source stop_;
    std::atomic<int> signs_{0};
    bool dryRun_ = false;
};

}  // namespace roost::test
