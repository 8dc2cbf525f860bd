// A definition and those that its `before:` asks to run first.
#pragma once

#include <filesystem>
#include <vector>

#include "pipeline/definition.hpp"
#include "pipeline/resolution.hpp"
#include "plugin/registry.hpp"
#include "roost/diagnostic.hpp"

namespace roost {

/// A definition, the plugins for it, and what is wrong with either.
struct CheckedDefinition {
    Definition definition;
    ResolvedPipeline pipeline;  ///< to be run only when diagnostics is empty
    Diagnostics diagnostics;
};

/// Loads and resolves `file` and all that its `before:` names, in the order in which they run: `file` is the
/// last. --set applies to all of them; a name that none of them knows is an error of the last. Touches no
/// data.
[[nodiscard]] std::vector<CheckedDefinition> checkDefinitions(const std::filesystem::path& file,
                                                              const SetValues& set, PluginRegistry& registry);

}  // namespace roost
