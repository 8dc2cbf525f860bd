#include "pipeline/resolution.hpp"

#include <utility>

#include "pipeline/plugin_choice.hpp"
#include "pipeline/stage_settings.hpp"
#include "pipeline/utf8.hpp"
#include "plugin/present_call.hpp"
#include "roost/error.hpp"

namespace roost {

namespace {

/// Null, with a diagnostic, where the plugin is found but cannot be loaded.
const PluginFactory* load(const StageDefinition& stage, const Manifest& manifest, PluginRegistry& registry,
                          Diagnostics& diagnostics) {
    try {
        return &registry.load(manifest);
    } catch (const Error& error) {
        Diagnostic diagnostic{stage.pluginPosition, error.what(), countCharacters(stage.plugin), {}, {}};
        if (!error.hint().empty()) diagnostic.notes.push_back(error.hint());
        diagnostics.add(std::move(diagnostic));
        return nullptr;
    }
}

/// What the plugin throws while it looks at its settings is a fault of its own, not of the definition.
Node settingsOf(Definition& definition, const StageDefinition& stage, const Manifest& manifest,
                const PluginFactory& factory, Diagnostics& diagnostics) {
    std::string thrown;
    const PresentCall present(manifest.info.name);
    try {
        return makeSettings(definition, stage, factory, diagnostics);
    } catch (const std::exception& error) {
        thrown = error.what();
    } catch (...) {
        thrown = "it threw something that is no exception";
    }
    diagnostics.error(
        stage.pluginPosition,
        "plugin " + manifest.library.string() + " failed when it looked at its settings: " + thrown,
        countCharacters(stage.plugin));
    return {};
}

std::vector<ResolvedStage> resolveStages(Definition& definition, const std::vector<StageDefinition>& stages,
                                         PluginRegistry& registry, Diagnostics& diagnostics) {
    std::vector<ResolvedStage> resolved;
    for (std::size_t i = 0; i < stages.size(); ++i) {
        const StageDefinition& stage = stages[i];
        const Manifest* manifest = choosePlugin(definition, stage, registry, diagnostics);
        const PluginFactory* factory =
            manifest == nullptr ? nullptr : load(stage, *manifest, registry, diagnostics);
        if (factory == nullptr) continue;
        const PluginInfo& info = factory->info();
        ResolvedStage result;
        result.kind = stage.kind;
        result.factory = factory;
        result.settings = settingsOf(definition, stage, *manifest, *factory, diagnostics);
        result.label = std::string(name(stage.kind)) + " " + std::to_string(i + 1) + " '" +
                       displayName(stage, info) + "' (" + info.name + ")";
        result.role = info.role;
        result.position = stage.position;
        for (const auto& [key, value] : stage.settings.members)
            if (std::string variable = variableOf(definition, value); !variable.empty())
                result.variables.emplace(key.scalar, std::move(variable));
        resolved.push_back(std::move(result));
    }
    return resolved;
}

}  // namespace

ResolvedPipeline resolve(Definition& definition, PluginRegistry& registry, Diagnostics& diagnostics) {
    ResolvedPipeline pipeline;
    pipeline.sources = resolveStages(definition, definition.sources, registry, diagnostics);
    pipeline.transforms = resolveStages(definition, definition.transforms, registry, diagnostics);
    pipeline.sinks = resolveStages(definition, definition.sinks, registry, diagnostics);
    return pipeline;
}

}  // namespace roost
