// `roost inspect` and `roost verify` behind their command lines.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "plugin/registry.hpp"

namespace roost::cli {

/// How much of an archive is read.
enum class Inspection : std::uint8_t {
    inspect,  ///< what it takes to tell what is inside
    verify,   ///< every byte
};

/// What opens an archive that is encrypted; empty parts are not given.
struct ArchiveKeys {
    std::string passphrase;
    std::string secretKey;  ///< a file
    std::string keyPassphrase;
};

/// What is in an archive, as text or as JSON. `archive` is a path or "-". The plugin is chosen by the name's
/// ending, or by `format` where that is not empty. Throws roost::Error.
[[nodiscard]] std::string inspectArchive(Inspection inspection, const std::filesystem::path& archive,
                                         const std::string& format, const ArchiveKeys& keys, bool json,
                                         PluginRegistry& registry);

}  // namespace roost::cli
