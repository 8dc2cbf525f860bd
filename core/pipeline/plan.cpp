#include "pipeline/plan.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "pipeline/source_access.hpp"
#include "pipeline/stage_call.hpp"

namespace roost {

namespace {

std::unique_ptr<StageContext> contextFor(const ResolvedStage& stage, RunEnvironment& environment) {
    return std::make_unique<StageContext>(environment, stage.kind, stage.factory->info().name, stage.label,
                                          stage.variables);
}

template <class Stage>
void requireMade(const std::unique_ptr<Stage>& stage, const StageContext& context) {
    if (!stage) throw Error(context.label() + ": the plugin made no stage");
}

void requireUniqueTables(const Catalog& catalog) {
    std::map<std::string, int> seen;
    for (const Table& table : catalog.tables)
        if (++seen[table.qualifiedName()] == 2)
            throw Error("two sources have a table named '" + table.qualifiedName() + "'",
                        "leave it out of one of them ('exclude-tables')");
}

/// Adds a source's catalog to the run's and numbers its tables on from those that are there.
void merge(Catalog& whole, PlannedSource& planned) {
    Catalog& own = planned.catalog;
    planned.firstTable = whole.tables.empty() ? 0 : whole.tables.back().id + 1;
    for (std::size_t i = 0; i < own.tables.size(); ++i) {
        if (own.tables[i].id != i)
            throw Error(planned.context->label() + ": the plugin numbered its tables in a wrong way");
        own.tables[i].id += planned.firstTable;
    }
    if (!own.tables.empty()) {
        if (!whole.dialect.empty() && whole.dialect != own.dialect)
            throw Error(
                "the sources hold tables of two kinds of database, " + whole.dialect + " and " + own.dialect,
                "use a pipeline for each");
        whole.dialect = own.dialect;
    }
    std::ranges::copy(own.tables, std::back_inserter(whole.tables));
    std::ranges::copy(own.objects, std::back_inserter(whole.objects));
    std::ranges::copy(own.warnings, std::back_inserter(whole.warnings));
    std::ranges::copy(own.losses, std::back_inserter(whole.losses));
    addEntryKinds(whole.entryKinds, own.entryKinds);
}

void addSources(const ResolvedPipeline& pipeline, RunEnvironment& environment, Plan& plan) {
    // The database first, then files: a file that a row names was there when the row was read.
    std::vector<const ResolvedStage*> order;
    for (const ResolvedStage& stage : pipeline.sources) order.push_back(&stage);
    std::ranges::stable_partition(order,
                                  [](const ResolvedStage* stage) { return stage->role == "database"; });
    for (const ResolvedStage* stage : order) {
        if (environment.stop.stop_requested()) throw Interrupted();
        PlannedSource& planned = plan.sources.emplace_back();
        planned.context = contextFor(*stage, environment);
        planned.source =
            callStage(*planned.context, [&] { return stage->factory->makeSource(stage->settings); });
        requireMade(planned.source, *planned.context);
        planned.catalog =
            callStage(*planned.context, [&] { return planned.source->catalog(*planned.context); });
        for (const std::string& warning : planned.catalog.warnings) planned.context->warn(warning);
        merge(plan.catalog, planned);
    }
    requireUniqueTables(plan.catalog);
}

/// Makes the transforms and learns whether one of them will choose whose files are wanted.
void makeTransforms(const ResolvedPipeline& pipeline, RunEnvironment& environment, Plan& plan) {
    environment.ownersFollow = false;
    for (const ResolvedStage& stage : pipeline.transforms) {
        PlannedTransform& planned = plan.transforms.emplace_back();
        planned.context = contextFor(stage, environment);
        planned.transform =
            callStage(*planned.context, [&] { return stage.factory->makeTransform(stage.settings); });
        requireMade(planned.transform, *planned.context);
        environment.ownersFollow |=
            callStage(*planned.context, [&] { return planned.transform->choosesOwners(); });
    }
}

void applyTransforms(RunEnvironment& environment, Plan& plan) {
    for (std::size_t i = 0; i < plan.transforms.size(); ++i) {
        if (environment.stop.stop_requested()) throw Interrupted();
        PlannedTransform& planned = plan.transforms[i];
        callStage(*planned.context, [&] { planned.transform->rewrite(plan.catalog, *planned.context); });
        PlannedSources sources(plan.sources, plan.sinks, i == 0);
        try {
            callStage(*planned.context,
                      [&] { planned.transform->connect(sources, plan.catalog, *planned.context); });
        } catch (const Error& error) {
            // What a source says within the call has its name already.
            for (const PlannedSource& source : plan.sources)
                if (const std::string both = planned.context->label() + ": " + source.context->label() + ": ";
                    std::string_view(error.what()).starts_with(both))
                    throw Error(error.what() + planned.context->label().size() + 2, error.hint());
            throw;
        }
    }
}

/// What a source removes once it was moved has to have come through.
void protectMovedFiles(const Plan& plan) {
    for (const PlannedSource& planned : plan.sources) {
        if (!callStage(*planned.context, [&] { return planned.source->removesFiles(); })) continue;
        for (const EntryKindTotals& own : planned.catalog.entryKinds) {
            const auto kind = std::ranges::find(plan.catalog.entryKinds, own.kind, &EntryKindTotals::kind);
            if (kind != plan.catalog.entryKinds.end() && kind->coverage <= own.coverage) continue;
            throw Error(planned.context->label() + " removes its files of the kind '" + own.kind +
                            "' after the run, and a transform leaves some of them out: they would be lost",
                        "set 'move: false' there, or remove the transform");
        }
    }
}

/// True where `inner` lies in the folder `outer`, links followed.
bool liesIn(const std::filesystem::path& inner, const std::filesystem::path& outer) {
    std::error_code error;
    if (!std::filesystem::is_directory(outer, error)) return false;
    const auto folder = std::filesystem::weakly_canonical(outer, error);
    const auto path = std::filesystem::weakly_canonical(inner, error);
    const auto [end, rest] = std::ranges::mismatch(folder, path);
    return !error && end == folder.end() && rest != path.end();
}

/// What would make a run destroy its own data: a target that is a source's file, or another sink's target.
std::vector<std::string> targetClashes(const ResolvedPipeline& pipeline, const Plan& plan) {
    namespace fs = std::filesystem;
    std::vector<std::string> clashes;
    std::error_code ignored;
    for (std::size_t i = 0; i < plan.sinks.size(); ++i) {
        const fs::path target = plan.sinks[i].acceptance.target;
        const std::string& label = plan.sinks[i].context->label();
        for (const ResolvedStage& source : pipeline.sources) {
            const Node* url = source.settings.find("url");
            Diagnostics diagnostics;  // the url was checked before
            const auto location = url == nullptr ? std::nullopt : option_values::url(*url, {}, diagnostics);
            if (location && !location->path().empty() && fs::equivalent(target, location->path(), ignored))
                clashes.push_back(label + ": its target " + target.string() + " is what " + source.label +
                                  " reads");
            else if (location && !location->path().empty() && liesIn(location->path(), target))
                clashes.push_back(label + ": its target " + target.string() + " holds what " + source.label +
                                  " reads (" + location->path() + "), which would be gone afterwards");
            else if (location && !location->path().empty() && liesIn(target, location->path()))
                clashes.push_back(label + ": its target " + target.string() + " lies in the folder that " +
                                  source.label + " reads");
        }
        for (std::size_t j = 0; j < i; ++j)
            if (fs::weakly_canonical(target, ignored) ==
                fs::weakly_canonical(plan.sinks[j].acceptance.target, ignored))
                clashes.push_back(label + ": its target " + target.string() + " is that of " +
                                  plan.sinks[j].context->label() + ", too");
    }
    return clashes;
}

/// Makes the sinks and learns which dialect they want; nothing is asked of their targets yet.
void makeSinks(const ResolvedPipeline& pipeline, RunEnvironment& environment, Plan& plan) {
    std::set<std::string> dialects;
    for (const ResolvedStage& stage : pipeline.sinks) {
        PlannedSink& planned = plan.sinks.emplace_back();
        planned.context = contextFor(stage, environment);
        planned.sink = callStage(*planned.context, [&] { return stage.factory->makeSink(stage.settings); });
        requireMade(planned.sink, *planned.context);
        if (std::string dialect = callStage(*planned.context, [&] { return planned.sink->dialect(); });
            !dialect.empty())
            dialects.insert(std::move(dialect));
    }
    environment.targetDialect = dialects.size() == 1 ? *dialects.begin() : "";
}

void offerToSinks(const ResolvedPipeline& pipeline, RunEnvironment& environment, Plan& plan) {
    std::vector<std::string> refusals;
    for (std::size_t i = 0; i < plan.sinks.size(); ++i) {
        if (environment.stop.stop_requested()) throw Interrupted();
        const ResolvedStage& stage = pipeline.sinks[i];
        PlannedSink& planned = plan.sinks[i];
        planned.acceptance =
            callStage(*planned.context, [&] { return planned.sink->accept(plan.catalog, *planned.context); });
        planned.commitRole = callStage(*planned.context, [&] { return planned.sink->commitRole(); });
        for (const std::string& warning : planned.acceptance.warnings) planned.context->warn(warning);
        for (const Loss& loss : planned.acceptance.losses) planned.context->warn(loss.text());
        for (const std::string& refusal : planned.acceptance.refusals)
            refusals.push_back(stage.label + ": " + planned.context->inOwnWords(refusal));
    }
    std::ranges::copy(targetClashes(pipeline, plan), std::back_inserter(refusals));
    if (refusals.empty()) return;
    std::string all = refusals.front();
    for (std::size_t i = 1; i < refusals.size(); ++i) all += "\n" + refusals[i];
    throw Error(all);
}

void requireTakers(const Plan& plan) {
    const auto taken = [&](bool Acceptance::*what) {
        return std::ranges::any_of(plan.sinks,
                                   [&](const PlannedSink& sink) { return sink.acceptance.*what; });
    };
    if (!plan.catalog.tables.empty() && !taken(&Acceptance::tables))
        throw Error("no sink takes the tables that the sources give",
                    "add a sink that takes tables, or remove the database source");
    if (!plan.catalog.entryKinds.empty() && !taken(&Acceptance::entries))
        throw Error("no sink takes the files that the sources give",
                    "add a sink that takes files, or remove the storage source");
}

}  // namespace

std::vector<std::string> Plan::destroys() const {
    std::vector<std::string> all;
    for (const PlannedSink& sink : sinks)
        std::ranges::copy(sink.acceptance.destroys, std::back_inserter(all));
    return all;
}

std::unique_ptr<Plan> makePlan(const ResolvedPipeline& pipeline, RunEnvironment& environment) {
    auto plan = std::make_unique<Plan>();
    makeSinks(pipeline, environment, *plan);
    makeTransforms(pipeline, environment, *plan);
    addSources(pipeline, environment, *plan);
    applyTransforms(environment, *plan);
    protectMovedFiles(*plan);
    offerToSinks(pipeline, environment, *plan);
    requireTakers(*plan);
    return plan;
}

}  // namespace roost
