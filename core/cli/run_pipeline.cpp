#include "cli/run_pipeline.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <thread>

#include "cli/console.hpp"
#include "cli/plan_text.hpp"
#include "cli/program_guard.hpp"
#include "cli/run_signals.hpp"
#include "cli/shipped_definition.hpp"
#include "cli/temporary_folder.hpp"
#include "pipeline/definition_chain.hpp"
#include "pipeline/diagnostic_text.hpp"
#include "pipeline/report.hpp"
#include "pipeline/run.hpp"
#include "roost/error.hpp"
#include "roost/location.hpp"

namespace roost::cli {

namespace {

/// True where an archive goes to standard output, which then takes nothing else.
bool usesStandardOutput(const ResolvedPipeline& pipeline) {
    for (const ResolvedStage& sink : pipeline.sinks)
        if (const Node* url = sink.settings.find("url");
            url != nullptr && (url->scalar == "-" || url->scalar == "file:-"))
            return true;
    return false;
}

/// A line from standard input. Throws Interrupted as soon as `stop` asks for it.
std::string readAnswer(const std::stop_token& stop) {
    constexpr int tick = 50;  // milliseconds
    std::string answer;
    for (;;) {
        if (stop.stop_requested()) throw Interrupted();
        pollfd input{STDIN_FILENO, POLLIN, 0};
        if (::poll(&input, 1, tick) <= 0) continue;
        char c = 0;
        if (::read(STDIN_FILENO, &c, 1) != 1 || c == '\n') return answer;
        answer += c;
    }
}

bool confirmed(const Plan& plan, const RunArguments& arguments, Console& console,
               const std::stop_token& stop) {
    const std::vector<std::string> destroys = plan.destroys();
    if (destroys.empty() || arguments.dryRun) return true;
    for (const std::string& line : destroys) console.log(LogLevel::warning, "this run replaces " + line);
    if (arguments.yes) return true;
    if (::isatty(STDIN_FILENO) != 1 || !console.isTerminal())
        throw Error("the run would replace what is listed above, and there is no terminal to ask on",
                    "give --yes if that is meant");
    std::cerr << "Type 'yes' to go on: " << std::flush;
    return readAnswer(stop) == "yes";
}

/// One definition's run: the run itself on a thread of its own, this one for signals and the display.
class Session {
public:
    Session(const RunArguments& arguments, const CheckedDefinition& checked, Console& console,
            RunSignals& signals, const Recovery& recovery)
        : arguments_(arguments),
          checked_(checked),
          console_(console),
          signals_(signals),
          display_(console, arguments.progress) {
        // Data that a former run left half in place may be what this one reads.
        for (const std::string& problem : recovery.problems)
            environment_.notices.setAside.add({"recovery", "an earlier run", problem});
        environment_.pipelineName = checked.definition.name;
        environment_.dryRun = arguments.dryRun;
        environment_.startTime = runStartTime();
        environment_.temporaryFolder = temporaryFolder();
        environment_.log = [&console](LogLevel level, const std::string& message) {
            console.log(level, message);
        };
        run_.emplace(checked.pipeline, environment_, options());
    }

    /// Plans and asks, so that another definition can run in between. False where the run ends with that:
    /// execute() is then called all the same, and tells.
    bool prepare() {
        bool prepared = false;
        watched([&] { prepared = run_->prepare(); });
        return prepared;
    }

    /// What the prepared run would replace or remove.
    [[nodiscard]] bool replaces() const { return !run_->plan()->destroys().empty(); }

    /// False where the report that was asked for could not be written.
    [[nodiscard]] bool reported() const noexcept { return reported_; }

    RunOutcome execute() {
        RunOutcome outcome;
        watched([&] { outcome = run_->execute(); });
        GuardedRun::over(outcome.code);
        {
            const std::scoped_lock lock(displayMutex_);
            display_.stop();
        }
        finish(*run_, outcome);
        if (run_->hung()) {  // a plugin's thread is still running: nothing of it may be touched any more
            std::cout.flush();
            std::_Exit(static_cast<int>(outcome.code));
        }
        return outcome;
    }

private:
    RunOptions options() {
        RunOptions options;
        options.stallLimit = arguments_.stallLimit;
        options.confirm = [this](const Plan& plan) {
            asking_ = true;  // nothing may be drawn over a question
            {
                const std::scoped_lock lock(displayMutex_);
                console_.showProgress({});
            }
            const bool answer = confirmed(plan, arguments_, console_, environment_.stop.get_token());
            asking_ = false;
            return answer;
        };
        options.moving = [this](const auto& progress) {
            GuardedRun::arm();
            const std::scoped_lock lock(displayMutex_);
            display_.start(progress);
        };
        options.committing = [this] {
            GuardedRun::committing();
            committing_ = true;
        };
        return options;
    }

    /// Does `work` on a thread of its own, while this one attends to signals and the display.
    void watched(const std::function<void()>& work) {
        std::atomic<bool> over = false;
        std::jthread worker([&] {
            work();
            over = true;
        });
        watch(over);
        worker.join();
    }

    void watch(const std::atomic<bool>& over) {
        constexpr auto tick = std::chrono::milliseconds(20);
        int received = 0;
        while (!over) {
            if (signals_.wait(tick)) onSignal(++received);
            const std::scoped_lock lock(displayMutex_);
            if (!asking_) display_.tick();
        }
    }

    void onSignal(int received) {
        const auto now = std::chrono::steady_clock::now();
        if (received == 1) firstSignal_ = now;
        // timeout(1) signals the process and its group: both arrive at once and mean one thing.
        if (received > 1 && now - firstSignal_ < std::chrono::seconds(1)) return;
        if (received > 1) {
            console_.log(LogLevel::warning, "interrupted again: ending at once");
            console_.showProgress({});
            std::_Exit(static_cast<int>(ExitCode::interrupted));
        }
        if (committing_) {
            console_.log(LogLevel::warning, "the commit is under way and will be finished first");
            return;
        }
        console_.log(LogLevel::warning, "interrupted: stopping; once more ends at once");
        environment_.stop.request_stop();
    }

    void finish(const Run& run, const RunOutcome& outcome) {
        reported_ = !arguments_.report || writeReportOf(run, outcome);
        tell(run, outcome);
    }

    /// False where it cannot be written, which is told.
    bool writeReportOf(const Run& run, const RunOutcome& outcome) {
        try {
            writeReport(*arguments_.report, formatReport(run, outcome, environment_));
            return true;
        } catch (const Error& error) {
            const bool committed = std::ranges::any_of(outcome.sinks, &SinkOutcome::committed);
            console_.log(LogLevel::error,
                         std::string(error.what()) +
                             (committed ? "; the run is committed, only its report is missing" : "") +
                             (error.hint().empty() ? "" : "\n  " + error.hint()));
            return false;
        }
    }

    void tell(const Run& run, const RunOutcome& outcome) {
        switch (outcome.code) {
            case ExitCode::done:
            case ExitCode::setAside: {
                const std::string text = arguments_.dryRun ? describePlan(*run.plan(), environment_)
                                                           : describeOutcome(run, outcome, environment_);
                (usesStandardOutput(checked_.pipeline) && !arguments_.dryRun ? std::cerr : std::cout)
                    << text << std::flush;
                if (!std::cout) {  // what was done is done: this is no failure of the run
                    std::cout.clear();
                    console_.log(LogLevel::warning, "the summary cannot be written to standard output");
                }
                break;
            }
            case ExitCode::interrupted:
                console_.log(LogLevel::error,
                             environment_.pipelineName + ": interrupted; nothing at the target has changed");
                break;
            default:
                // Where a rehearsal fails, the types and losses of its plan are what explains it.
                if (arguments_.dryRun && run.plan() != nullptr)
                    std::cout << describePlan(*run.plan(), environment_) << std::flush;
                console_.log(LogLevel::error,
                             outcome.message + (outcome.hint.empty() ? "" : "\n  " + outcome.hint));
        }
    }

    const RunArguments& arguments_;
    const CheckedDefinition& checked_;
    Console& console_;
    RunSignals& signals_;
    RunEnvironment environment_;
    GuardedRun guarded_{environment_.journal};
    std::mutex displayMutex_;
    ProgressDisplay display_;
    std::atomic<bool> committing_ = false;
    std::atomic<bool> asking_ = false;
    std::chrono::steady_clock::time_point firstSignal_;
    std::optional<Run> run_;
    bool reported_ = true;
};

/// Runs a definition after those that it asks to run before it.
class ChainRun {
public:
    ChainRun(const RunArguments& arguments, const std::vector<CheckedDefinition>& chain, Console& console,
             RunSignals& signals, const Recovery& recovery)
        : arguments_(arguments), chain_(chain), console_(console), signals_(signals), recovery_(recovery) {}

    ExitCode execute() { return execute(chain_.size() - 1); }

private:
    static bool isDone(ExitCode code) { return code == ExitCode::done || code == ExitCode::setAside; }

    ExitCode execute(std::size_t index) {
        const CheckedDefinition& checked = chain_[index];
        const bool plansFirst = index > 0 && checked.definition.beforeWhenReplacing;
        ExitCode before = ExitCode::done;
        if (index > 0 && !plansFirst) before = execute(index - 1);
        if (!isDone(before)) return before;

        Session session(arguments_, checked, console_, signals_, recovery_);
        if (plansFirst && session.prepare()) {
            if (session.replaces())
                before = execute(index - 1);
            else
                console_.log(LogLevel::info, "'" + chain_[index - 1].definition.name +
                                                 "' is passed over: nothing would be replaced");
            if (!isDone(before)) return before;
        }
        const RunOutcome outcome = session.execute();
        if (!isDone(outcome.code)) tellOfFailure(index);
        for (const SinkOutcome& sink : outcome.sinks)
            if (sink.committed) made_.push_back(sink.target);
        if (!isDone(outcome.code)) return outcome.code;
        // Who asked for a report goes on by it: without one the whole must not look complete. What another
        // definition would follow replaces the report anyway.
        if (index + 1 == chain_.size() && !session.reported())
            return arguments_.dryRun ? ExitCode::failed : ExitCode::untidy;
        return before == ExitCode::setAside ? before : outcome.code;
    }

    void tellOfFailure(std::size_t index) {
        if (index + 1 < chain_.size())
            console_.log(LogLevel::error, "'" + chain_[index].definition.name + "' had to succeed before '" +
                                              chain_.back().definition.name + "', which was not begun");
        for (const std::string& target : made_)
            console_.log(LogLevel::info, target + ", which was made before, is kept");
    }

    const RunArguments& arguments_;
    const std::vector<CheckedDefinition>& chain_;
    Console& console_;
    RunSignals& signals_;
    const Recovery& recovery_;
    std::vector<std::string> made_;  ///< the targets of the definitions that have run
};

/// Prints what is wrong with any of the definitions; true when nothing is.
bool allSound(const std::vector<CheckedDefinition>& chain) {
    bool sound = true;
    for (const CheckedDefinition& checked : chain) {
        if (checked.diagnostics.empty()) continue;
        std::cerr << renderDiagnostics(checked.definition.source, checked.diagnostics)
                  << shippedDefinitionHint(checked.definition);
        sound = false;
    }
    return sound;
}

/// The command line of a process is everybody's to read.
void warnOfSecrets(const RunArguments& arguments, const std::vector<CheckedDefinition>& chain,
                   Console& console) {
    for (const auto& given : arguments.set) {
        const std::string& name = given.first;
        const std::string& value = given.second;
        const bool secret = std::ranges::any_of(chain, [&](const CheckedDefinition& checked) {
            return checked.definition.secretVariables.contains(name);
        });
        if (value.empty() || (!secret && redact(value) == value)) continue;
        console.log(LogLevel::warning,
                    "--set " + name +
                        " gives a secret, readable by every user of this machine while roost "
                        "runs; use the environment or " +
                        name + "_FILE");
    }
}

}  // namespace

Recovery recoverEarlierRuns(PluginRegistry& registry, Console& console) {
    RunEnvironment environment;
    environment.temporaryFolder = temporaryFolder();
    environment.log = [&console](LogLevel level, const std::string& message) { console.log(level, message); };
    StageContext context(environment, PluginKind::sink, "recover", "recover");
    Recovery recovery;
    recovery.unfinished = recoverJournals(stateFolder(), registry, context,
                                          [&](const std::string& done) { recovery.done.push_back(done); });
    for (const Notice& notice : environment.notices.warnings.list())
        recovery.problems.push_back(notice.message);
    return recovery;
}

int runPipeline(const RunArguments& arguments, PluginRegistry& registry) {
    RunSignals signals;
    const std::vector<CheckedDefinition> chain =
        checkDefinitions(arguments.definition, arguments.set, registry);
    if (!allSound(chain)) return static_cast<int>(ExitCode::usage);
    Console console(arguments.logLevel);
    warnOfSecrets(arguments, chain, console);
    if (arguments.report) checkReportTarget(*arguments.report);
    const Recovery recovery = recoverEarlierRuns(registry, console);
    for (const std::string& done : recovery.done) console.log(LogLevel::warning, "recovered: " + done);
    return static_cast<int>(ChainRun(arguments, chain, console, signals, recovery).execute());
}

}  // namespace roost::cli
