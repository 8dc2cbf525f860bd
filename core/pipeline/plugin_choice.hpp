// Which plugin a stage means.
#pragma once

#include <array>
#include <optional>
#include <span>
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

/// The same for a storage stage, so that one definition can serve files in a folder and in a bucket. Where
/// the plugin has an option of that name, it is the plugin's.
inline constexpr std::array<std::string_view, 12> storageParts{
    "driver",        "path",    "bucket",        "prefix",
    "endpoint",      "region",  "access-key-id", "secret-access-key",
    "session-token", "profile", "ca-file",       "force-path-style"};

/// What a stage of the role may have in place of a url; nothing for other roles.
[[nodiscard]] std::span<const std::string_view> partsOf(std::string_view role) noexcept;

/// "driver, host, port, ..."
[[nodiscard]] std::string partsText(std::string_view role);

/// True for a scalar that is not empty and was not left unresolved: what counts as given.
[[nodiscard]] bool isGiven(const Node* node);

/// The plugin that serves the stage. Null, with a diagnostic, where there is none; null alone where that
/// can't be told because of what was reported before.
[[nodiscard]] const Manifest* choosePlugin(const Definition& definition, const StageDefinition& stage,
                                           const PluginRegistry& registry, Diagnostics& diagnostics);

}  // namespace roost
