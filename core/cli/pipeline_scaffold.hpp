// A commented definition to start from, written from the option specs of its plugins.
#pragma once

#include <string>
#include <vector>

#include "plugin/registry.hpp"

namespace roost::cli {

/// The stages that a new definition gets: exact names of plugins, or roles.
struct ScaffoldStages {
    std::vector<std::string> sources;
    std::vector<std::string> transforms;
    std::vector<std::string> sinks;
};

/// The text of a definition named `name`. Without any sources it reads every role for which there is a
/// plugin, without sinks it writes an archive. Throws roost::Error for a stage that no plugin serves.
[[nodiscard]] std::string scaffoldPipeline(const std::string& name, ScaffoldStages stages,
                                           PluginRegistry& registry);

}  // namespace roost::cli
