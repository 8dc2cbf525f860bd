// The plugins that can be found, and those that were loaded.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/manifest.hpp"

namespace roost {

/// A file in a plugin folder that cannot be used, and why.
struct RefusedPlugin {
    std::filesystem::path file;
    std::string reason;
};

/// Finds plugins by their manifests and loads those that are asked for. What is broken is kept aside and
/// named; it harms only what asks for it. Loaded plugins stay until the process ends. Not thread-safe.
class PluginRegistry {
public:
    /// Reads the manifests of `folders`; those earlier in the list win over same-named ones in later folders.
    /// A folder that does not exist is passed over, unless it is one of the first `required`.
    explicit PluginRegistry(const std::vector<std::filesystem::path>& folders, std::size_t required = 0);

    /// Sorted by kind and name.
    [[nodiscard]] const std::vector<Manifest>& manifests() const noexcept { return manifests_; }
    [[nodiscard]] const std::vector<RefusedPlugin>& refused() const noexcept { return refused_; }

    /// By (kind, role, scheme or format), or by (kind, exact name). Null where there is none. Throws
    /// roost::Error naming the files where two plugins claim the key.
    [[nodiscard]] const Manifest* findServing(PluginKind kind, std::string_view role,
                                              std::string_view serves) const;
    [[nodiscard]] const Manifest* findNamed(PluginKind kind, std::string_view name) const;

    /// Loads the library once and checks its descriptor. Throws roost::Error that says what the plugin was
    /// built for and what is wanted.
    [[nodiscard]] const PluginFactory& load(const Manifest& manifest);

private:
    std::vector<Manifest> manifests_;
    std::vector<RefusedPlugin> refused_;
    std::map<std::filesystem::path, const PluginFactory*> loaded_;
};

/// --plugin-dir, then ROOST_PLUGIN_PATH (split at ':'), then ../lib/roost/plugins beside the program.
[[nodiscard]] std::vector<std::filesystem::path> pluginFolders(
    const std::vector<std::filesystem::path>& given);

}  // namespace roost
