// One run of a pipeline, from the plan to the commit.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/flow.hpp"
#include "pipeline/plan.hpp"
#include "pipeline/progress.hpp"
#include "pipeline/watched_call.hpp"

namespace roost {

/// The exit codes that scripts rely on.
enum class ExitCode : int {
    done = 0,
    failed = 1,        ///< nothing at the target has changed
    usage = 2,         ///< the command line or the definition is wrong
    setAside = 3,      ///< done, but some values or files were set aside
    untidy = 4,        ///< tidying up is left after a commit or a failure, or the report could not be written
    interrupted = 130  ///< nothing at the target has changed
};

struct RunOptions {
    std::chrono::milliseconds stallLimit{std::chrono::minutes(10)};
    std::chrono::milliseconds grace{std::chrono::seconds(10)};
    /// Called once the plan stands, before anything is written. False ends the run as refused.
    std::function<bool(const Plan&)> confirm = [](const Plan&) { return true; };
    /// Called right before content starts to move; the counters live as long as the Run.
    std::function<void(const std::vector<std::unique_ptr<SourceProgress>>&)> moving = [](const auto&) {};
    /// Called when all sinks are ready and commit begins: from here on nothing is interrupted.
    std::function<void()> committing = [] {};
};

/// What became of a sink.
struct SinkOutcome {
    std::string label;
    std::string target;
    bool committed = false;
    std::vector<std::pair<std::string, std::string>> summary;
};

struct RunOutcome {
    ExitCode code = ExitCode::done;
    std::string message;  ///< of a failure
    std::string hint;
    bool undoingLeft = false;  ///< of ExitCode::untidy: the run failed, and recovery has to undo the rest
    std::vector<SinkOutcome> sinks;
    std::chrono::steady_clock::duration elapsed{};
};

/// Keeps all that one run made until it is thrown away; after a hang it must be kept until the process ends.
class Run {
public:
    Run(const ResolvedPipeline& pipeline, RunEnvironment& environment, RunOptions options)
        : pipeline_(pipeline),
          environment_(environment),
          options_(std::move(options)),
          calls_(environment, options_.stallLimit, options_.grace) {}

    /// Plans and asks for confirmation. False where the run ends with that: execute() then tells how. Nothing
    /// is written, so that a prepared run may be thrown away.
    bool prepare();
    /// Prepares where that was not done, and unless it is a dry run moves and commits. Throws nothing:
    /// failures are in the outcome.
    RunOutcome execute();

    /// Null until the plan stands.
    [[nodiscard]] const Plan* plan() const noexcept { return plan_.get(); }
    [[nodiscard]] const std::vector<std::unique_ptr<SourceProgress>>& progress() const noexcept {
        return progress_;
    }
    /// True where a plugin's call never came back: the process must then end by std::_Exit.
    [[nodiscard]] bool hung() const noexcept { return calls_.hung() || (flow_ && flow_->hung()); }

private:
    void attempt(const std::function<void()>& work);
    void move(RunOutcome& outcome);
    void begin();
    void abortAll() noexcept;
    [[nodiscard]] bool abortOne(PlannedSink& sink) noexcept;
    void leaveUndoing(const std::vector<std::string>& labels);
    void commitAll(RunOutcome& outcome);
    bool commitOne(std::size_t sink, RunOutcome& outcome);
    bool commitRole(CommitRole role, RunOutcome& outcome);
    void tidyAll(RunOutcome& outcome);
    [[nodiscard]] bool rehearses();
    void leaveToRecovery(RunOutcome& outcome, const std::string& message, const std::string& does);
    void makeProgress();

    const ResolvedPipeline& pipeline_;
    RunEnvironment& environment_;
    RunOptions options_;
    WatchedCall calls_;
    std::unique_ptr<Plan> plan_;
    std::vector<std::unique_ptr<SourceProgress>> progress_;
    std::unique_ptr<Flow> flow_;
    enum class SinkState : std::uint8_t { idle, begun, committed, left };
    RunOutcome outcome_;
    bool prepared_ = false;
    bool untidy_ = false;            ///< the journal stays
    std::vector<SinkState> states_;  ///< of each sink of the plan; left: recovery's
};

}  // namespace roost
