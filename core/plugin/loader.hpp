// Loading one shared object and checking what it says of itself.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "roost/plugin.hpp"

namespace roost {

/// Why a plugin of that ABI and toolchain cannot run in this program; "" when it can.
[[nodiscard]] std::string incompatibility(std::uint32_t abi, std::string_view toolchain);

/// Loads the library for the rest of the process's life and returns its descriptor, checked field by field.
/// Throws roost::Error that names the file and says what it was built for and what is wanted.
[[nodiscard]] const PluginDescriptor& loadPlugin(const std::filesystem::path& library);

/// What the loaded plugin says of itself, held against what every plugin must say: a name, a version, a role,
/// a source or sink something that it serves, options with names. Throws roost::Error that names the file,
/// also for whatever the plugin threw.
[[nodiscard]] const PluginInfo& describedBy(const PluginDescriptor& descriptor,
                                            const std::filesystem::path& library);

/// The library that this thread is loading; null between loads. For the last words of a program that a
/// library ends by throwing while it is initialised, which no caller can catch.
[[nodiscard]] const std::filesystem::path* libraryBeingLoaded() noexcept;

}  // namespace roost
