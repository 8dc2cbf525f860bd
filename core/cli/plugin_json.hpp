// Plugins as JSON, for scripts and editors.
#pragma once

#include <string>
#include <vector>

#include "plugin/registry.hpp"
#include "roost/plugin.hpp"

namespace roost::cli {

/// {"plugins": [...], "refused": [...]}: what the manifests say. Loads nothing.
[[nodiscard]] std::string pluginListJson(const PluginRegistry& registry);

/// An array of the plugins with their options.
[[nodiscard]] std::string pluginDetailsJson(const std::vector<const PluginFactory*>& plugins);

}  // namespace roost::cli
