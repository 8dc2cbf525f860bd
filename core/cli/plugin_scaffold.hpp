// What `roost new plugin` writes.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace roost::cli {

struct ScaffoldFile {
    std::filesystem::path path;  ///< below the project's folder
    std::string text;
};

/// Throws roost::Error where a plugin cannot be called so.
void checkPluginName(const std::string& name);

/// The files of a project that builds with find_package(roost): the plugin, its test, a pipeline, a README.
/// `kind` is source, transform or sink; the name was checked.
[[nodiscard]] std::vector<ScaffoldFile> scaffoldPlugin(const std::string& kind, const std::string& name);

/// A file of core/cli/templates, which stands in the program. `@NAME@` and `@CLASS@` in it are the plugin's.
struct PluginTemplate {
    std::string_view file;  ///< "source/test/pipeline.yaml.in"
    std::string_view text;
};

[[nodiscard]] std::span<const PluginTemplate> pluginTemplates() noexcept;

}  // namespace roost::cli
