// From what a definition says to the plugins that do it.
#pragma once

#include <string>
#include <vector>

#include "pipeline/definition.hpp"
#include "pipeline/option_variables.hpp"
#include "plugin/registry.hpp"
#include "roost/diagnostic.hpp"
#include "roost/node.hpp"
#include "roost/plugin.hpp"

namespace roost {

/// A stage with the plugin that makes it and the settings that the plugin gets.
struct ResolvedStage {
    PluginKind kind = PluginKind::source;
    const PluginFactory* factory = nullptr;  ///< lives until the process ends
    Node settings;      ///< without the core's own keys; of a database's parts a `url` mapping was made
    std::string label;  ///< "source 1 'database' (sqlite)", for messages
    std::string role;   ///< "database", "storage", "archive"; a transform's own name
    Position position;
    OptionVariables variables;  ///< which options a variable gives
};

struct ResolvedPipeline {
    std::vector<ResolvedStage> sources;
    std::vector<ResolvedStage> transforms;
    std::vector<ResolvedStage> sinks;
};

/// Finds each stage's plugin and checks the stage's options. What is wrong lands in `diagnostics`, and the
/// result is to be used only when there is nothing. The values of secret options are hidden in the
/// definition's source.
[[nodiscard]] ResolvedPipeline resolve(Definition& definition, PluginRegistry& registry,
                                       Diagnostics& diagnostics);

}  // namespace roost
