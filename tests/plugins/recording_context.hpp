// A host for stages under test: keeps in memory what they tell it.
#pragma once

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "roost/context.hpp"
#include "roost/error.hpp"

namespace roost::testing {

/// A private folder, mode 0700, that is removed with all it holds.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "roost-test-XXXXXX").native();
        if (::mkdtemp(name.data()) == nullptr) throw Error("no temporary folder for a test");
        path_ = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::filesystem::path operator/(const std::filesystem::path& name) const {
        return path_ / name;
    }

private:
    std::filesystem::path path_;
};

/// Records every call. May be used from any thread; read the lists when the stage is quiet.
class RecordingContext final : public Context {
public:
    void log(LogLevel, const std::string& message) override { add(logged, message); }
    void warn(const std::string& message) override { add(warnings, message); }
    void setAside(const std::string& subject, const std::string& message) override {
        const std::lock_guard lock(mutex_);
        asides.emplace_back(subject, message);
    }
    [[nodiscard]] std::stop_token stopToken() const override { return stop.get_token(); }
    void alive() override { ++aliveCalls; }
    [[nodiscard]] bool dryRun() const override { return dry; }
    [[nodiscard]] std::string pipelineName() const override { return pipeline; }
    [[nodiscard]] std::chrono::system_clock::time_point startTime() const override { return start; }
    [[nodiscard]] std::filesystem::path temporaryFolder() const override { return temporary.path(); }
    bool journal(const std::string& record) override {
        if (keepsJournal) add(journalRecords, record);
        return keepsJournal;
    }

    std::vector<std::string> logged;
    std::vector<std::string> warnings;
    std::vector<std::pair<std::string, std::string>> asides;
    std::vector<std::string> journalRecords;
    std::stop_source stop;
    std::atomic<unsigned> aliveCalls = 0;
    bool dry = false;
    bool keepsJournal = true;
    std::string pipeline = "test-pipeline";
    /// 2026-01-31 12:34:56 UTC
    std::chrono::system_clock::time_point start{std::chrono::seconds{1'769'862'896}};
    TemporaryFolder temporary;

private:
    void add(std::vector<std::string>& list, const std::string& text) {
        const std::lock_guard lock(mutex_);
        list.push_back(text);
    }
    std::mutex mutex_;
};

}  // namespace roost::testing
