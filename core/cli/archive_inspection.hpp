// `roost inspect` behind its command line.
#pragma once

#include <filesystem>
#include <string>

#include "plugin/registry.hpp"

namespace roost::cli {

/// What is in an archive, as text or as JSON. The plugin is chosen by the name's ending, or by `format` where
/// that is not empty. Throws roost::Error.
[[nodiscard]] std::string inspectArchive(const std::filesystem::path& archive, const std::string& format,
                                         bool json, PluginRegistry& registry);

}  // namespace roost::cli
