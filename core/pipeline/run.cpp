#include "pipeline/run.hpp"

#include "pipeline/stage_call.hpp"
#include "roost/error.hpp"

namespace roost {

namespace {

void setFailure(RunOutcome& outcome, ExitCode code, std::string message, std::string hint = {}) {
    outcome.code = code;
    outcome.message = std::move(message);
    outcome.hint = std::move(hint);
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

void Run::begin() {
    for (PlannedSink& sink : plan_->sinks) {
        ++begun_;  // also a begin() that fails half-way has to be undone
        callStage(*sink.context, [&] { sink.sink->begin(plan_->catalog, *sink.context); });
    }
}

void Run::abortAll() noexcept {
    for (std::size_t i = committed_; i < begun_; ++i)
        if (!flow_ || flow_->sinkIdle(i)) plan_->sinks[i].sink->abort();
    begun_ = committed_;
    if (!hung()) environment_.journal.remove();
}

void Run::commitAll(RunOutcome& outcome) {
    options_.committing();
    for (PlannedSink& sink : plan_->sinks) {
        try {
            callStage(*sink.context, [&] { sink.sink->commit(); });
            ++committed_;
        } catch (const std::exception& error) {
            const auto* known = dynamic_cast<const Error*>(&error);
            if (committed_ == 0)  // nothing shows yet: an ordinary failure
                return setFailure(outcome, ExitCode::failed, error.what(),
                                  known != nullptr ? known->hint() : "");
            return setFailure(outcome, ExitCode::untidy,
                              std::string(error.what()) + "; sinks before it have committed",
                              "the sinks after it were undone; run the pipeline again for them");
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
    commitAll(outcome);
}

RunOutcome Run::execute() {
    RunOutcome outcome;
    const auto started = std::chrono::steady_clock::now();
    try {
        plan_ = makePlan(pipeline_, environment_);
        if (environment_.stop.stop_requested()) throw Interrupted();
        if (!options_.confirm(*plan_))
            setFailure(outcome, ExitCode::failed, "not confirmed; nothing was changed");
        else if (!environment_.dryRun)
            move(outcome);
    } catch (const Interrupted&) {
        setFailure(outcome, ExitCode::interrupted, "interrupted");
    } catch (const Error& error) {
        setFailure(outcome, environment_.stop.stop_requested() ? ExitCode::interrupted : ExitCode::failed,
                   error.what(), error.hint());
    } catch (const std::exception& error) {
        setFailure(outcome, ExitCode::failed, error.what());
    }
    if (plan_) {
        abortAll();
        for (std::size_t i = 0; i < plan_->sinks.size(); ++i) {
            const PlannedSink& sink = plan_->sinks[i];
            SinkOutcome result{sink.context->label(), sink.acceptance.target, i < committed_, {}};
            if (result.committed) result.summary = sink.sink->summary();
            outcome.sinks.push_back(std::move(result));
        }
    }
    if (outcome.code == ExitCode::done && environment_.notices.setAside.count() > 0)
        outcome.code = ExitCode::setAside;
    outcome.elapsed = std::chrono::steady_clock::now() - started;
    return outcome;
}

}  // namespace roost
