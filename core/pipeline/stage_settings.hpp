// The settings that a plugin gets, made from a stage's mapping and checked against the plugin's options.
#pragma once

#include <string>

#include "pipeline/definition.hpp"
#include "roost/diagnostic.hpp"
#include "roost/node.hpp"
#include "roost/plugin.hpp"

namespace roost {

/// "sink 'archive' (tar-gz)", or "sink 'tar-gz'" where the plugin was named.
[[nodiscard]] std::string describeStage(const StageDefinition& stage, const PluginInfo& plugin);

/// Takes the core's own keys out of the stage's settings, makes a `url` mapping of a database's parts, and
/// reports unknown and missing options and what the plugin says to the rest. Hides secret values in the
/// definition.
[[nodiscard]] Node makeSettings(Definition& definition, const StageDefinition& stage,
                                const PluginFactory& factory, Diagnostics& diagnostics);

/// The name that the stage gives itself for messages, else what it has as `plugin`.
[[nodiscard]] std::string displayName(const StageDefinition& stage, const PluginInfo& plugin);

}  // namespace roost
