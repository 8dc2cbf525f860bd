// Which plugin a stage means.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/definition.hpp"
#include "plugin/registry.hpp"
#include "roost/diagnostic.hpp"

namespace roost {

/// The roles by which sources and sinks are found.
inline constexpr std::string_view databaseRole = "database";
inline constexpr std::string_view storageRole = "storage";
inline constexpr std::string_view archiveRole = "archive";

/// What a database stage may have in place of a url. `driver` stands for the url's scheme; `path` is where a
/// database in a file lies, so that one definition can offer both kinds.
inline constexpr std::array<std::string_view, 8> databaseParts{"driver",   "host", "port",    "user",
                                                               "password", "name", "sslmode", "path"};

/// "driver, host, port, ..."
[[nodiscard]] std::string databasePartsText();

/// True for a scalar that is not empty and was not left unresolved: what counts as given.
[[nodiscard]] bool isGiven(const Node* node);

/// The plugin that serves the stage. Null, with a diagnostic, where there is none; null alone where that
/// can't be told because of what was reported before.
[[nodiscard]] const Manifest* choosePlugin(const Definition& definition, const StageDefinition& stage,
                                           const PluginRegistry& registry, Diagnostics& diagnostics);

}  // namespace roost
