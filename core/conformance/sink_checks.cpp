// What is asked of a sink: above all, that nothing shows before its commit.
#include <algorithm>

#include "conformance/contracts.hpp"
#include "conformance/host_stage.hpp"
#include "conformance/killed_checks.hpp"
#include "conformance/occupied_checks.hpp"
#include "conformance/readback_checks.hpp"
#include "conformance/sink_runs.hpp"

namespace roost::conformance {

namespace {

void checkAccept(Bench& bench) {
    const Content whole = contentFor(bench);
    for (const bool tables : {true, false})
        for (const bool files : {true, false}) {
            Content content = whole;
            content.tables = tables;
            content.files = files;
            content.mixed = true;
            const std::unique_ptr<RunEnvironment> environment = bench.environment(true);
            StageContext context(*environment, PluginKind::sink, "plugin", "the plugin");
            const std::unique_ptr<Sink> sink = bench.makeSink();
            const Catalog catalog = GeneratedSource(content).catalog(context);
            for (const std::string& refusal : sink->accept(catalog, context).refusals)
                require(!refusal.empty(), "a refusal says nothing");
        }
}

void checkAcceptQuiet(Bench& bench) {
    const TargetState before = targetState(bench);
    static_cast<void>(contentFor(bench));
    requireUnchanged(bench, before, "when it was asked whether it accepts");
}

void checkDryRun(Bench& bench) {
    const Content content = contentFor(bench);
    const TargetState before = targetState(bench);
    RunRequest request;
    request.dryRun = true;
    requireDone(feed(bench, content, request));
    requireUnchanged(bench, before, "after a dry run");
}

void checkCommit(Bench& bench) {
    const Content content = contentFor(bench);
    const TargetState before = targetState(bench);
    const Ran ran = feed(bench, content);
    requireDone(ran);
    require(ran.setAside == 0, "a usual value was set aside: " + ran.firstAside);
    require(!difference(before, targetState(bench)).empty(), "nothing is in the target after the commit");
}

void checkMixed(Bench& bench) {
    Content content = contentFor(bench);
    content.mixed = true;
    content.files = false;
    if (!content.tables) throw NotApplicable("it takes no tables");
    const Ran ran = feed(bench, content);
    require(ran.code == ExitCode::done || ran.code == ExitCode::setAside || !ran.message.empty(),
            "it failed over a value and says nothing");
}

void checkEmpty(Bench& bench) {
    Content content = contentFor(bench);
    content.rows = false;
    content.files = false;
    if (!content.tables) throw NotApplicable("it takes no tables");
    requireDone(feed(bench, content));
}

/// Runs into a failure of another stage at that step of the source. False where it has less than that to
/// give: the run is done then.
bool abortAt(Bench& bench, std::uint64_t step, const std::string& when) {
    Content content = contentFor(bench);
    const TargetState before = targetState(bench);
    content.bulk = std::uint64_t{3} << 20U;
    bool reached = false;
    content.at = [&](std::uint64_t present) {
        if (present != step) return;
        reached = true;
        throw Error("the check ends the run here");
    };
    const Ran ran = feed(bench, content);
    if (!reached) return false;
    requireFailed(ran, "the run went on after another stage had failed");
    requireUnchanged(bench, before, "after it was aborted " + when);
    return true;
}

void checkAbortEarly(Bench& bench) { static_cast<void>(abortAt(bench, 0, "right after begin()")); }

void checkAbortWriting(Bench& bench) {
    for (const std::uint64_t step : {1U, 2U, 5U, 8U, 14U, 18U, 20U}) {
        bench.doing("it was aborted at step " + std::to_string(step));
        if (!abortAt(bench, step, "while it wrote")) return;
    }
}

void checkAbortPrepared(Bench& bench) {
    const Content content = contentFor(bench);
    const TargetState before = targetState(bench);
    RunRequest request;
    request.committing = [] { throw Error("the check ends the run here"); };
    requireFailed(feed(bench, content, request), "the run went on");
    requireUnchanged(bench, before, "after it was aborted behind prepare()");
}

/// Takes everything, and fails at the end: in its prepare() or, for a run that it decides, in its commit().
class FailingSink final : public Sink {
public:
    explicit FailingSink(bool decides) : decides_(decides) {}
    [[nodiscard]] CommitRole commitRole() const override {
        return decides_ ? CommitRole::decides : CommitRole::alone;
    }
    Acceptance accept(const Catalog&, Context&) override {
        Acceptance acceptance;
        acceptance.tables = acceptance.entries = true;
        acceptance.target = "the host's memory";
        return acceptance;
    }
    void begin(const Catalog&, Context&) override {}
    void write(Item&) override {}
    void prepare() override {
        if (!decides_) throw Error("the check ends the run here");
    }
    void commit() override { throw Error("the check ends the run here"); }
    void abort() noexcept override {}

private:
    bool decides_;
};

void checkAbortForAnother(Bench& bench) {
    const Content content = contentFor(bench);
    const TargetState before = targetState(bench);
    const bool deciding = bench.makeSink()->commitRole() == CommitRole::decides;
    for (const bool decides : {false, true}) {
        if (decides && deciding) continue;  // a run has one that decides
        const std::string when = decides ? "when the sink that decides failed in commit()"
                                         : "when another sink failed in prepare()";
        bench.doing("it was aborted " + when);
        const HostStage source([&] { return std::make_unique<GeneratedSource>(content); });
        const HostStage another([&] { return std::make_unique<FailingSink>(decides); });
        RunRequest request;
        request.sources = {source.stage()};
        request.sinks = {bench.stage(), another.stage()};
        requireFailed(bench.run(request), "the run went on after another sink had failed");
        requireUnchanged(bench, before, "after it was aborted " + when);
    }
}

/// Calls the sink as far as asked and drops it. Leftovers that nobody takes for the result are recovery's.
void drop(Bench& bench, const Content& content, bool prepared) {
    const std::unique_ptr<RunEnvironment> environment = bench.environment(false);
    StageContext context(*environment, PluginKind::sink, "plugin", "the plugin");
    GeneratedSource source(content);
    const Catalog catalog = source.catalog(context);
    const std::unique_ptr<Sink> sink = bench.makeSink();
    const Acceptance acceptance = sink->accept(catalog, context);
    sink->begin(catalog, context);
    for (Item item; source.next(item);) {
        const bool entry = std::holds_alternative<Entry>(item);
        if (entry ? acceptance.entries : acceptance.tables) sink->write(item);
    }
    if (prepared) sink->prepare();
}

/// What is new or changed at the target itself. What stands beside it, or hidden in a target that is a
/// folder, is taken for nobody's data.
std::string publishedBelow(const TargetState& before, const TargetState& after, const std::string& target) {
    for (const auto& [name, digest] : after) {
        const bool inside = name.starts_with(target + "/") && name[target.size() + 1] != '.';
        if (!inside && (name != target || digest == aFolder)) continue;
        const auto had = before.find(name);
        if (had == before.end() || had->second != digest) return name;
    }
    for (const auto& [name, digest] : before)
        if (!after.contains(name)) return name;
    return {};
}

void checkDestroyed(Bench& bench) {
    const Content content = contentFor(bench);
    const TargetState before = targetState(bench);
    const Node* url = bench.options().find("url");
    Diagnostics ignored;
    const auto location = url == nullptr ? std::nullopt : option_values::url(*url, {}, ignored);
    for (const bool prepared : {false, true}) {
        bench.doing(prepared ? "it was destroyed after prepare()" : "it was destroyed while it wrote");
        drop(bench, content, prepared);
        const TargetState after = targetState(bench);
        if (!bench.settings().observe.empty() || !location) {
            requireUnchanged(bench, before, "after it was destroyed without a commit");
            continue;
        }
        const std::filesystem::path target(location->path());
        const std::string shown =
            publishedBelow(before, after, target.lexically_relative(bench.folder()).string());
        require(shown.empty(), "'" + shown + "' was published though it was destroyed without a commit");
    }
}

void checkInterruption(Bench& bench) {
    Content content = contentFor(bench);
    const TargetState before = targetState(bench);
    std::stop_source source{std::nostopstate};
    RunRequest request;
    request.before = [&](std::stop_source stop) { source = std::move(stop); };
    content.bulk = std::uint64_t{8} << 20U;
    content.at = [&](std::uint64_t step) {
        if (step == 6) source.request_stop();
    };
    const Ran ran = feed(bench, content, request);
    require(ran.code == ExitCode::interrupted, "a run that was stopped came out as: " + ran.message);
    requireUnchanged(bench, before, "after the run was interrupted");
}

void checkMemory(Bench& bench) {
    if (!canMeasureMemory()) throw NotApplicable("a sanitizer keeps what was freed");
    Content content = contentFor(bench);
    content.bulk = bulkBytes;
    MemoryMeter meter;
    requireDone(feed(bench, content));
    requireBounded(meter, bulkBytes * (content.tables && content.files ? 2 : 1));
}

}  // namespace

std::vector<Check> sinkChecks() {
    return {
        {"accept", "it accepts or refuses any catalog, in words", checkAccept},
        {"accept-quiet", "accepting changes nothing", checkAcceptQuiet},
        {"dry-run", "a dry run changes nothing", checkDryRun},
        {"commit", "data of every logical type is there after the commit", checkCommit},
        {"read-back", "what it wrote is read back as it was given", checkReadBack},
        {"mixed", "any kind of value in any column is taken, set aside, or refused in words", checkMixed},
        {"empty", "it takes empty tables", checkEmpty},
        {"abort-after-begin", "nothing is left when it is aborted right after begin()", checkAbortEarly},
        {"abort-while-writing", "nothing is left when it is aborted at any moment of writing",
         checkAbortWriting},
        {"abort-after-prepare", "nothing is left when it is aborted after prepare()", checkAbortPrepared},
        {"abort-for-another", "nothing is left when it is aborted because another sink fails at the end",
         checkAbortForAnother},
        {"destroyed", "a destructor publishes nothing", checkDestroyed},
        {"interruption", "a stop request ends it soon, and nothing is left", checkInterruption},
        {"killed-at-begin", "recovery leaves nothing of a run that was killed right after begin()",
         checkKilledAtBegin},
        {"killed-while-writing", "recovery leaves nothing of a run that was killed while it wrote",
         checkKilledWriting},
        {"killed-after-prepare", "recovery leaves nothing of a run that was killed before it was decided",
         checkKilledPrepared},
        {"killed-after-commit", "recovery finishes a run that was killed once it was decided",
         checkKilledCommitted},
        {"target-exists", "what is there already is refused, told as what will be replaced, or kept",
         checkTargetExists},
        {"no-place", "a target that cannot be made ends the run in words, and changes nothing", checkNoPlace},
        {"not-writable", "a folder that cannot be written ends the run in words, and changes nothing",
         checkNotWritable},
        {"memory", "memory stays bounded, however much is written", checkMemory}};
}

}  // namespace roost::conformance
