#include "conformance/killed_checks.hpp"

#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "conformance/readback_checks.hpp"
#include "conformance/sink_runs.hpp"

namespace roost::conformance {

namespace {

namespace fs = std::filesystem;

enum class Kill { atBegin, writing, prepared, committed };

/// A run as far as it gets. All of it is left as it is: nothing of a killed process is destroyed in order.
struct Doomed {
    std::unique_ptr<RunEnvironment> environment;
    std::unique_ptr<StageContext> context;
    std::unique_ptr<GeneratedSource> source;
    Catalog catalog;
    std::unique_ptr<Sink> sink;
    Item item;
};

void goOnUntil(Kill kill, Doomed& doomed, const Acceptance& acceptance) {
    doomed.sink->begin(doomed.catalog, *doomed.context);
    if (kill == Kill::atBegin) return;
    for (std::uint64_t items = 0; doomed.source->next(doomed.item); ++items) {
        const bool entry = std::holds_alternative<Entry>(doomed.item);
        if (entry ? acceptance.entries : acceptance.tables) doomed.sink->write(doomed.item);
        if (kill == Kill::writing && items == 4) return;
    }
    if (kill == Kill::writing) return;
    doomed.sink->prepare();
    if (kill == Kill::prepared) return;
    // One that follows is called when the run is decided, and may be killed before it has done anything.
    if (doomed.sink->commitRole() != CommitRole::follows) doomed.sink->commit();
    if (doomed.sink->commitRole() != CommitRole::decides) doomed.environment->journal.decide();
}

/// Between the texts that a process which is to end sends.
constexpr char separator = '\x1f';

std::vector<std::string> split(const std::string& texts) {
    std::vector<std::string> list;
    std::istringstream stream(texts);
    for (std::string text; std::getline(stream, text, separator);) list.push_back(text);
    return list;
}

/// As the plan and the run tell it.
std::string toldBy(const Acceptance& acceptance, const RunEnvironment& environment) {
    std::string texts;
    for (const std::string& warning : acceptance.warnings) texts += warning + separator;
    for (const Loss& loss : acceptance.losses) texts += loss.text() + separator;
    for (const std::string& text : toldIn(environment)) texts += text + separator;
    return texts;
}

/// Lets a run end at that point in a process that then ends. Returns what it told of losses until then.
std::vector<std::string> killAt(const Bench& bench, const Content& content, Kill kill) {
    const Verdict verdict = isolated(bench.settings().limit / 2, [&](const Progress&) {
        auto doomed = std::make_unique<Doomed>();
        doomed->environment = bench.environment(false);
        doomed->context = std::make_unique<StageContext>(*doomed->environment, PluginKind::sink,
                                                         bench.factory().info().name, "the plugin");
        doomed->source = std::make_unique<GeneratedSource>(content);
        doomed->catalog = doomed->source->catalog(*doomed->context);
        doomed->sink = bench.makeSink();
        const Acceptance acceptance = doomed->sink->accept(doomed->catalog, *doomed->context);
        try {
            goOnUntil(kill, *doomed, acceptance);
        } catch (...) {
            static_cast<void>(doomed.release());
            throw;
        }
        const std::string told = toldBy(acceptance, *doomed->environment);
        static_cast<void>(doomed.release());
        throw NotApplicable(told);  // the process ends here, with nothing tidied
    });
    require(verdict.result == Result::skipped, verdict.why);
    return split(verdict.why);
}

/// As `roost recover` does it.
void recover(const Bench& bench) {
    const std::unique_ptr<RunEnvironment> environment = bench.environment(false);
    StageContext context(*environment, PluginKind::sink, "recovery", "recovery");
    PluginRegistry registry({bench.library().parent_path()});
    const CallWatch watch = bench.watch("recover()");
    if (recoverJournals(stateFolder(), registry, context, [](const std::string&) {}) == 0) return;
    std::string why;
    for (const Notice& notice : environment->notices.warnings.list()) why = notice.message;
    throw Violation("it did not recover: " + why);
}

/// Recovers, and again by the same journal: recovery may be killed, too.
void recoverTwice(const Bench& bench) {
    const fs::path kept = bench.folder().parent_path() / "kept";
    fs::copy(stateFolder(), kept, fs::copy_options::recursive);
    bench.doing("it recovered");
    recover(bench);
    fs::copy(kept, stateFolder(), fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    bench.doing("it recovered a second time");
    recover(bench);
}

void requireUndone(Bench& bench, Kill kill, const std::string& when) {
    const Content content = contentFor(bench);
    const TargetState before = targetState(bench);
    static_cast<void>(killAt(bench, content, kill));
    recoverTwice(bench);
    requireUnchanged(bench, before, "after it was killed " + when + " and recovered");
}

}  // namespace

void checkKilledAtBegin(Bench& bench) { requireUndone(bench, Kill::atBegin, "right after begin()"); }
void checkKilledWriting(Bench& bench) { requireUndone(bench, Kill::writing, "while it wrote"); }
void checkKilledPrepared(Bench& bench) { requireUndone(bench, Kill::prepared, "after prepare()"); }

void checkKilledCommitted(Bench& bench) {
    const Content content = contentFor(bench);
    const TargetState before = targetState(bench);
    const std::vector<std::string> told = killAt(bench, content, Kill::committed);
    recoverTwice(bench);
    require(!difference(before, targetState(bench)).empty(),
            "nothing is in the target after a run that was decided, killed and recovered");
    try {
        const std::string found = difference(generated(bench, content), readBack(bench), told);
        require(found.empty(), "after a run that was decided, killed and recovered: " + found);
    } catch (const NotApplicable&) {
        return;  // that there is something is all that can be seen
    }
}

}  // namespace roost::conformance
