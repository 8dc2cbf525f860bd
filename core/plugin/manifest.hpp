// The small file beside each plugin, by which names are resolved without loading anything.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "roost/plugin.hpp"

namespace roost {

struct Manifest {
    PluginInfo info;
    PluginKind kind = PluginKind::source;
    std::uint32_t abi = 0;
    std::string toolchain;
    std::filesystem::path library;  ///< the shared object that stands beside the manifest
};

/// "source", "transform", "sink"
[[nodiscard]] std::string_view name(PluginKind kind) noexcept;

/// Reads NAME.json; the library is NAME.so beside it. Throws roost::Error that names the file.
[[nodiscard]] Manifest readManifest(const std::filesystem::path& file);

/// What roost-manifest writes for a loaded plugin.
[[nodiscard]] std::string formatManifest(const PluginDescriptor& descriptor);

}  // namespace roost
