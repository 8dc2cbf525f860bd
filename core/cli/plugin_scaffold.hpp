// What `roost new plugin` writes.
#pragma once

#include <filesystem>
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

/// A template by its name: "source.cpp", "CMakeLists.txt", ... `@NAME@`, `@CLASS@` and `@KIND@` stand for the
/// plugin's.
[[nodiscard]] std::string_view pluginTemplate(std::string_view name);

}  // namespace roost::cli
