// The host's side of Context: what all stages of a run share, and what each has of its own.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/heartbeat.hpp"
#include "pipeline/journal.hpp"
#include "pipeline/notices.hpp"
#include "pipeline/option_variables.hpp"
#include "roost/context.hpp"

namespace roost {

/// Where log lines go. Called from any thread.
using LogSink = std::function<void(LogLevel, const std::string&)>;

class StageContext;

/// The stages of a run, for the watchdog. Thread-safe.
class LivingStages {
public:
    void add(const StageContext& stage);
    void remove(const StageContext& stage) noexcept;
    /// The label of a stage whose present call has been silent for longer than that; "" where there is none.
    [[nodiscard]] std::string silentLongerThan(std::chrono::milliseconds limit) const;

private:
    mutable std::mutex mutex_;
    std::vector<const StageContext*> stages_;
};

/// What every stage of one run shares.
struct RunEnvironment {
    std::string pipelineName;
    bool dryRun = false;
    std::string targetDialect;  ///< set before the first stage is called
    bool ownersFollow = false;  ///< likewise; see Context
    std::chrono::system_clock::time_point startTime;
    std::filesystem::path temporaryFolder;
    LogSink log;
    std::stop_source stop;
    Notices notices;
    std::mutex journalMutex;
    Journal journal{stateFolder()};
    bool lacksJournal = false;  ///< which was told, once
    LivingStages stages;
};

/// The present time, or SOURCE_DATE_EPOCH where that is set. Throws roost::Error where it is no number.
[[nodiscard]] std::chrono::system_clock::time_point runStartTime();

class StageContext final : public Context {
public:
    StageContext(RunEnvironment& environment, PluginKind kind, std::string plugin, std::string label,
                 OptionVariables variables = {})
        : environment_(environment),
          kind_(kind),
          plugin_(std::move(plugin)),
          label_(std::move(label)),
          variables_(std::move(variables)) {
        environment_.stages.add(*this);
    }
    ~StageContext() override { environment_.stages.remove(*this); }
    StageContext(const StageContext&) = delete;
    StageContext& operator=(const StageContext&) = delete;

    void log(LogLevel level, const std::string& message) override;
    void warn(const std::string& message) override;
    void note(const std::string& message) override;
    void setAside(const std::string& subject, const std::string& message) override;
    [[nodiscard]] std::stop_token stopToken() const override { return environment_.stop.get_token(); }
    void alive() override { heartbeat_.beat(); }
    [[nodiscard]] bool dryRun() const override { return environment_.dryRun; }
    [[nodiscard]] std::string pipelineName() const override { return environment_.pipelineName; }
    [[nodiscard]] std::chrono::system_clock::time_point startTime() const override {
        return environment_.startTime;
    }
    [[nodiscard]] std::filesystem::path temporaryFolder() const override {
        return environment_.temporaryFolder;
    }
    [[nodiscard]] std::string targetDialect() const override { return environment_.targetDialect; }
    [[nodiscard]] bool ownersFollow() const override { return environment_.ownersFollow; }
    bool journal(const std::string& record) override;

    [[nodiscard]] const std::string& label() const noexcept { return label_; }
    /// The stage's text with the variables that give the options of which it speaks.
    [[nodiscard]] std::string inOwnWords(std::string_view text) const {
        return nameVariables(text, variables_);
    }
    [[nodiscard]] Heartbeat& heartbeat() noexcept { return heartbeat_; }
    [[nodiscard]] const Heartbeat& heartbeat() const noexcept { return heartbeat_; }

private:
    void logNotice(const std::string& message);

    /// Lines about warnings and what was set aside; the report has more of them.
    static constexpr std::uint64_t mostLogged = 100;

    RunEnvironment& environment_;
    std::atomic<std::uint64_t> noticesLogged_ = 0;
    PluginKind kind_;
    std::string plugin_;
    std::string label_;
    OptionVariables variables_;
    Heartbeat heartbeat_;
};

}  // namespace roost
