#include "conformance/sink_runs.hpp"

#include "conformance/host_stage.hpp"

namespace roost::conformance {

Content contentFor(const Bench& bench) {
    const std::unique_ptr<RunEnvironment> environment = bench.environment(true);
    StageContext context(*environment, PluginKind::sink, "plugin", "the plugin");
    const std::unique_ptr<Sink> sink = bench.makeSink();
    Content content;
    content.dialect = sink->dialect();
    if (content.dialect.empty()) content.dialect = "sqlite";
    const Catalog catalog = GeneratedSource(content).catalog(context);
    const Acceptance acceptance = sink->accept(catalog, context);
    content.tables = acceptance.tables;
    content.files = acceptance.entries;
    for (const std::string& refusal : acceptance.refusals)
        require(!refusal.empty(), "a refusal says nothing");
    if (!acceptance.refusals.empty())
        throw NotApplicable("it refuses the generated data: " + acceptance.refusals.front());
    require(acceptance.tables || acceptance.entries,
            "it takes neither tables nor files, and refuses nothing");
    require(!acceptance.target.empty(), "it does not say where it would write");
    return content;
}

Ran feed(const Bench& bench, const Content& content, RunRequest request) {
    const HostStage source([&] { return std::make_unique<GeneratedSource>(content); });
    request.sources = {source.stage()};
    if (request.sinks.empty()) request.sinks = {bench.stage()};
    return bench.run(request);
}

void requireUnchanged(const Bench& bench, const TargetState& before, const std::string& when) {
    const std::string found = difference(before, targetState(bench));
    require(found.empty(), found + " in the target " + when);
}

}  // namespace roost::conformance
