#include "pipeline/run.hpp"

#include <algorithm>

#include "pipeline/stage_call.hpp"
#include "roost/error.hpp"

namespace roost {

namespace {

void setFailure(RunOutcome& outcome, ExitCode code, std::string message, std::string hint = {}) {
    outcome.code = code;
    outcome.message = std::move(message);
    outcome.hint = std::move(hint);
}

/// What was committed stays so, whatever its summary does.
std::vector<std::pair<std::string, std::string>> summaryOf(PlannedSink& sink) {
    try {
        return callStage(*sink.context, [&] { return sink.sink->summary(); });
    } catch (const std::exception& error) {
        sink.context->warn(std::string("it was committed, but has no summary: ") + error.what());
        return {};
    }
}

}  // namespace

void Run::makeProgress() {
    for (const PlannedSource& source : plan_->sources) {
        auto progress = std::make_unique<SourceProgress>();
        progress->label = source.context->label();
        for (const Table& table : source.catalog.tables) progress->expectedRows += table.rows;
        for (const EntryKindTotals& kind : source.catalog.entryKinds) {
            progress->expectedFiles += kind.files;
            progress->expectedBytes += kind.bytes;
        }
        progress_.push_back(std::move(progress));
    }
}

/// In a dry run only those sinks get content that check it; what no sink then takes is dropped.
bool Run::rehearses() {
    bool any = false;
    for (PlannedSink& sink : plan_->sinks) {
        any |= sink.acceptance.rehearses;
        if (sink.acceptance.rehearses) continue;
        sink.acceptance.tables = false;
        sink.acceptance.entries = false;
    }
    return any;
}

void Run::begin() {
    for (std::size_t i = 0; i < plan_->sinks.size(); ++i) {
        PlannedSink& sink = plan_->sinks[i];
        if (environment_.dryRun && !sink.acceptance.rehearses) continue;
        states_[i] = SinkState::begun;  // also a begin() that fails half-way has to be undone
        try {
            calls_.run([this, &sink] {
                callStage(*sink.context, [&] { sink.sink->begin(plan_->catalog, *sink.context); });
            });
        } catch (...) {
            if (calls_.hung()) states_[i] = SinkState::left;  // its thread is in it still
            throw;
        }
    }
}

/// False where the sink could not undo all that it did: it says so by journalling what is left.
bool Run::abortOne(PlannedSink& sink) noexcept {
    // Last words, should the plugin throw here and thereby end the process.
    environment_.log(LogLevel::debug, sink.context->label() + ": is undone");
    const std::uint64_t before = environment_.journal.appended();
    const PresentCall present(sink.context->label());
    sink.sink->abort();
    return environment_.journal.appended() == before;
}

void Run::abortAll() noexcept {
    std::vector<std::string> unfinished;
    for (std::size_t i = 0; i < states_.size(); ++i)
        if (states_[i] == SinkState::begun && (!flow_ || flow_->sinkIdle(i))) {
            const bool undone = abortOne(plan_->sinks[i]);
            states_[i] = undone ? SinkState::idle : SinkState::left;
            if (!undone) unfinished.push_back(plan_->sinks[i].context->label());
        }
    if (!unfinished.empty()) leaveUndoing(unfinished);
    if (!hung() && !untidy_ && std::ranges::find(states_, SinkState::left) == states_.end())
        environment_.journal.remove();
}

/// The failure, or the interruption, keeps its words; what is left is said behind them.
void Run::leaveUndoing(const std::vector<std::string>& labels) {
    std::string names;
    for (const std::string& label : labels) names += (names.empty() ? "" : ", ") + label;
    outcome_.undoingLeft = outcome_.code != ExitCode::untidy;
    outcome_.code = ExitCode::untidy;
    outcome_.message +=
        "; what " + names + " had staged could not be taken away again, and shows nowhere yet";
    outcome_.hint += std::string(outcome_.hint.empty() ? "" : "\n  ") +
                     "'roost recover' takes away what is left, as the next run does by itself";
}

void Run::leaveToRecovery(RunOutcome& outcome, const std::string& message, const std::string& does) {
    setFailure(outcome, ExitCode::untidy, message,
               "'roost recover' " + does + ", as the next run does by itself");
    for (SinkState& state : states_)
        if (state == SinkState::begun) state = SinkState::left;
}

/// False where the run ends here; the outcome then says how.
bool Run::commitOne(std::size_t index, RunOutcome& outcome) {
    PlannedSink& sink = plan_->sinks[index];
    const bool others = std::ranges::find(states_, SinkState::committed) != states_.end();
    try {
        callStage(*sink.context, [&] { sink.sink->commit(); });
        states_[index] = SinkState::committed;
        return true;
    } catch (const OutcomeUnknown& error) {
        leaveToRecovery(outcome, error.what(), "finds out, and finishes or undoes it");
    } catch (const std::exception& error) {
        const auto* known = dynamic_cast<const Error*>(&error);
        if (sink.commitRole == CommitRole::follows) {
            leaveToRecovery(
                outcome,
                std::string(error.what()) + "; the run is committed, this part of it is not in place yet",
                "finishes it");
        } else if (others) {
            setFailure(outcome, ExitCode::untidy,
                       std::string(error.what()) + "; sinks before it have committed",
                       "the sinks after it were undone; run the pipeline again for them");
        } else {  // nothing shows yet: an ordinary failure
            setFailure(outcome, ExitCode::failed, error.what(), known != nullptr ? known->hint() : "");
        }
    }
    return false;
}

bool Run::commitRole(CommitRole role, RunOutcome& outcome) {
    for (std::size_t i = 0; i < plan_->sinks.size(); ++i)
        if (plan_->sinks[i].commitRole == role && !commitOne(i, outcome)) return false;
    return true;
}

/// What can fail without a trace comes before the decision; what recovery can repeat comes after it.
void Run::commitAll(RunOutcome& outcome) {
    options_.committing();
    const bool hasDecider = std::ranges::any_of(
        plan_->sinks, [](const PlannedSink& sink) { return sink.commitRole == CommitRole::decides; });
    if (!commitRole(hasDecider ? CommitRole::decides : CommitRole::alone, outcome)) return;
    try {
        environment_.journal.decide();
    } catch (const Error& error) {
        if (!hasDecider) return setFailure(outcome, ExitCode::failed, error.what(), error.hint());
        // The database knows, too: recovery asks it.
        environment_.log(LogLevel::warning, error.what());
    }
    if (!commitRole(CommitRole::follows, outcome)) return;
    if (hasDecider && !commitRole(CommitRole::alone, outcome)) return;
    tidyAll(outcome);
}

void Run::tidyAll(RunOutcome& outcome) {
    for (const CommitRole role : {CommitRole::alone, CommitRole::follows, CommitRole::decides})
        for (std::size_t i = 0; i < plan_->sinks.size(); ++i) {
            PlannedSink& sink = plan_->sinks[i];
            if (sink.commitRole != role) continue;
            try {
                callStage(*sink.context, [&] { sink.sink->tidy(); });
            } catch (const std::exception& error) {
                untidy_ = true;
                return setFailure(
                    outcome, ExitCode::untidy,
                    std::string(error.what()) + "; everything is in place, but tidying up is left",
                    "'roost recover' does it, as the next run does by itself");
            }
        }
    for (PlannedSource& source : plan_->sources) {
        try {
            callStage(*source.context, [&] { source.source->tidy(); });
        } catch (const std::exception& error) {
            return setFailure(outcome, ExitCode::untidy,
                              std::string(error.what()) + "; everything is in place, but tidying up is left",
                              "run the pipeline again once the cause is gone");
        }
    }
}

void Run::move(RunOutcome& outcome) {
    makeProgress();
    options_.moving(progress_);
    begin();
    flow_ = std::make_unique<Flow>(*plan_, environment_, progress_);
    if (const auto failure = flow_->run(options_.stallLimit, options_.grace)) {
        if (failure->interrupted)
            setFailure(outcome, ExitCode::interrupted, "interrupted");
        else
            setFailure(outcome, ExitCode::failed, failure->message, failure->hint);
        return;
    }
    if (!environment_.dryRun) commitAll(outcome);
}

/// What `work` throws becomes the outcome.
void Run::attempt(const std::function<void()>& work) {
    const auto started = std::chrono::steady_clock::now();
    try {
        work();
    } catch (const Interrupted&) {
        setFailure(outcome_, ExitCode::interrupted, "interrupted");
    } catch (const Error& error) {
        setFailure(outcome_, environment_.stop.stop_requested() ? ExitCode::interrupted : ExitCode::failed,
                   error.what(), error.hint());
    } catch (const std::exception& error) {
        setFailure(outcome_, ExitCode::failed, error.what());
    } catch (...) {
        setFailure(outcome_, ExitCode::failed, "something that is no exception was thrown");
    }
    outcome_.elapsed += std::chrono::steady_clock::now() - started;
}

bool Run::prepare() {
    prepared_ = true;
    attempt([this] {
        // Of its own until it is whole: a plan that is given up may come about all the same.
        const auto plan = std::make_shared<std::unique_ptr<Plan>>();
        calls_.run([this, plan] { *plan = makePlan(pipeline_, environment_); });
        plan_ = std::move(*plan);
        states_.assign(plan_->sinks.size(), SinkState::idle);
        if (environment_.stop.stop_requested()) throw Interrupted();
        if (!options_.confirm(*plan_))
            setFailure(outcome_, ExitCode::failed, "not confirmed; nothing was changed");
    });
    return outcome_.code == ExitCode::done;
}

RunOutcome Run::execute() {
    if ((prepared_ ? outcome_.code == ExitCode::done : prepare()) && (!environment_.dryRun || rehearses()))
        attempt([this] { move(outcome_); });
    if (plan_) {
        abortAll();
        for (std::size_t i = 0; i < plan_->sinks.size(); ++i) {
            PlannedSink& sink = plan_->sinks[i];
            SinkOutcome result{
                sink.context->label(), sink.acceptance.target, states_[i] == SinkState::committed, {}};
            if (result.committed) result.summary = summaryOf(sink);
            outcome_.sinks.push_back(std::move(result));
        }
    }
    if (outcome_.code == ExitCode::done && environment_.notices.setAside.count() > 0)
        outcome_.code = ExitCode::setAside;
    return outcome_;
}

}  // namespace roost
