#include "plugin/loader.hpp"

#include <algorithm>
#include <boost/dll/shared_library.hpp>
#include <exception>
#include <memory>
#include <vector>

#include "plugin/shared_object.hpp"
#include "roost/error.hpp"

namespace roost {

namespace {

namespace dll = boost::dll;

/// Handles are kept until the process ends: what a plugin made may outlive every scope of ours.
void keep(dll::shared_library library) {
    static auto* const kept = new std::vector<dll::shared_library>;  // never destroyed, on purpose
    kept->push_back(std::move(library));
}

const std::filesystem::path*& loading() noexcept {
    thread_local const std::filesystem::path* file = nullptr;
    return file;
}

void open(dll::shared_library& library, const std::filesystem::path& file) {
    loading() = &file;
    try {
        library.load(file, dll::load_mode::rtld_now | dll::load_mode::rtld_local);
    } catch (...) {
        loading() = nullptr;
        throw;
    }
    loading() = nullptr;
}

Error refused(const std::filesystem::path& file, const std::string& reason) {
    return Error("plugin " + file.string() + " cannot be used: " + reason,
                 "rebuild it against this roost, or remove it from the plugin folder");
}

}  // namespace

const std::filesystem::path* libraryBeingLoaded() noexcept { return loading(); }

std::string incompatibility(std::uint32_t abi, std::string_view toolchain) {
    if (abi != abiNumber)
        return "it was built for plugin ABI " + std::to_string(abi) + ", this roost has ABI " +
               std::to_string(abiNumber);
    if (toolchain != toolchainStamp)
        return "it was built with '" + std::string(toolchain) + "', this roost with '" + toolchainStamp + "'";
    return {};
}

const PluginDescriptor& loadPlugin(const std::filesystem::path& file) {
    if (const std::string defect = sharedObjectDefect(file); !defect.empty()) throw refused(file, defect);
    dll::shared_library library;
    try {
        open(library, file);
    } catch (const std::exception& error) {
        throw refused(file, error.what());
    }
    if (!library.has(pluginEntryName))
        throw refused(file,
                      std::string("it has no entry '") + pluginEntryName + "', so it is no roost plugin");
    const auto entry = library.get<PluginEntry>(pluginEntryName);
    keep(std::move(library));
    const PluginDescriptor* descriptor = nullptr;
    try {
        descriptor = entry();
    } catch (const std::exception& error) {
        throw refused(file, std::string("its entry threw: ") + error.what());
    } catch (...) {
        throw refused(file, "its entry threw something that is no exception");
    }
    if (descriptor == nullptr) throw refused(file, "its entry returned nothing");
    // The number alone stands at a fixed place in every version; nothing else is read before it fits.
    if (const std::string reason = incompatibility(descriptor->abi, toolchainStamp); !reason.empty())
        throw refused(file, reason);
    if (descriptor->size != sizeof(PluginDescriptor) || descriptor->toolchain == nullptr ||
        descriptor->factory == nullptr)
        throw refused(file, "its descriptor is damaged");
    if (const std::string reason = incompatibility(descriptor->abi, descriptor->toolchain); !reason.empty())
        throw refused(file, reason);
    return *descriptor;
}

const PluginInfo& describedBy(const PluginDescriptor& descriptor, const std::filesystem::path& file) {
    try {
        const PluginInfo& info = descriptor.factory->info();
        const bool unnamedOption = std::ranges::any_of(
            descriptor.factory->options(), [](const OptionSpec& option) { return option.name.empty(); });
        std::string lacking;
        if (info.name.empty()) lacking = "it has no name";
        if (info.version.empty()) lacking = "it has no version";
        if (info.role.empty()) lacking = "it has no role";
        if (info.serves.empty() && descriptor.factory->kind() != PluginKind::transform)
            lacking = "it serves nothing";
        if (unnamedOption) lacking = "an option of it has no name";
        if (!lacking.empty()) throw refused(file, lacking);
        return info;
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        throw refused(file, std::string("it cannot say what it is: ") + error.what());
    } catch (...) {
        throw refused(file, "it threw something that is no exception when it was asked what it is");
    }
}

}  // namespace roost
