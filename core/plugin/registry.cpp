#include "plugin/registry.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <system_error>
#include <tuple>

#include "plugin/loader.hpp"
#include "plugin/present_call.hpp"
#include "roost/error.hpp"

namespace roost {

namespace {

namespace fs = std::filesystem;

/// The manifests and shared objects of one folder, in order of name.
std::vector<fs::path> filesOf(const fs::path& folder, bool mustExist) {
    std::error_code error;
    fs::directory_iterator entries(folder, error);
    if (error) {
        if (mustExist) throw Error("cannot read plugin folder " + folder.string() + ": " + error.message());
        return {};
    }
    std::vector<fs::path> files;
    for (const fs::directory_entry& entry : entries)
        if ((entry.path().extension() == ".json" || entry.path().extension() == ".so") &&
            entry.is_regular_file(error))  // a pipe would never end
            files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

bool isFile(const fs::path& file) {
    std::error_code error;  // what cannot be looked at cannot be used
    return fs::is_regular_file(file, error);
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

/// Names are resolved by the manifest: what it says must be what is then used.
void requireSameAsManifest(const PluginDescriptor& descriptor, const Manifest& manifest) {
    const PluginInfo& own = describedBy(descriptor, manifest.library);
    const PluginInfo& told = manifest.info;
    const std::string kind(name(descriptor.factory->kind()));
    std::string difference;
    if (own.name != told.name || descriptor.factory->kind() != manifest.kind)
        difference = "it is " + kind + " '" + own.name + "', the manifest speaks of " +
                     std::string(name(manifest.kind)) + " '" + told.name + "'";
    else if (own.version != told.version)
        difference = "it has version " + own.version + ", the manifest speaks of " + told.version;
    else if (own.role != told.role || own.serves != told.serves)
        difference = "it serves " + own.role + " for " + joined(own.serves) + ", the manifest speaks of " +
                     told.role + " for " + joined(told.serves);
    if (!difference.empty())
        throw Error("plugin " + manifest.library.string() + " is not what its manifest says: " + difference,
                    "run roost-manifest on it again, or install the two that belong together");
}

}  // namespace

PluginRegistry::PluginRegistry(const std::vector<fs::path>& folders, std::size_t required) {
    std::set<std::pair<PluginKind, std::string>> taken;
    for (std::size_t i = 0; i < folders.size(); ++i) {
        std::set<std::pair<PluginKind, std::string>> here;
        for (const fs::path& file : filesOf(folders[i], i < required)) {
            fs::path other = file;
            other.replace_extension(file.extension() == ".so" ? ".json" : ".so");
            if (file.extension() == ".so") {
                if (!isFile(other))
                    refused_.push_back({file, "it has no manifest " + other.filename().string() +
                                                  " beside it; roost_add_plugin() writes one"});
                continue;
            }
            try {
                Manifest manifest = readManifest(file);
                const std::pair key{manifest.kind, manifest.info.name};
                if (taken.contains(key)) continue;  // an earlier folder's plugin stands before it
                here.insert(key);
                std::string reason = incompatibility(manifest.abi, manifest.toolchain);
                if (reason.empty() && !isFile(other)) reason = "there is no " + other.filename().string();
                if (reason.empty())
                    manifests_.push_back(std::move(manifest));
                else
                    refused_.push_back({other, std::move(reason)});
            } catch (const Error& error) {
                refused_.push_back({file, error.what()});
            }
        }
        taken.merge(here);
    }
    std::ranges::stable_sort(manifests_, {}, [](const Manifest& manifest) {
        return std::tuple(manifest.kind, manifest.info.name);
    });
}

const Manifest* PluginRegistry::findServing(PluginKind kind, std::string_view role,
                                            std::string_view serves) const {
    const Manifest* found = nullptr;
    for (const Manifest& manifest : manifests_) {
        if (manifest.kind != kind || manifest.info.role != role ||
            std::ranges::find(manifest.info.serves, serves) == manifest.info.serves.end())
            continue;
        if (found != nullptr)
            throw Error("two plugins serve " + std::string(name(kind)) + " '" + std::string(role) +
                            "' for '" + std::string(serves) + "': " + found->library.string() + " (" +
                            found->info.name + ") and " + manifest.library.string() + " (" +
                            manifest.info.name + ")",
                        "remove one of them, or name the one that is meant as 'plugin:'");
        found = &manifest;
    }
    return found;
}

const Manifest* PluginRegistry::findNamed(PluginKind kind, std::string_view name) const {
    const Manifest* found = nullptr;
    for (const Manifest& manifest : manifests_) {
        if (manifest.kind != kind || manifest.info.name != name) continue;
        if (found != nullptr)
            throw Error("two plugins are named '" + std::string(name) + "': " + found->library.string() +
                            " and " + manifest.library.string(),
                        "remove one of them");
        found = &manifest;
    }
    return found;
}

const PluginFactory& PluginRegistry::load(const Manifest& manifest) {
    const PluginFactory*& factory = loaded_[manifest.library];
    if (factory == nullptr) {
        const PresentCall present(manifest.info.name);
        const PluginDescriptor& descriptor = loadPlugin(manifest.library);
        requireSameAsManifest(descriptor, manifest);
        factory = descriptor.factory;
    }
    return *factory;
}

std::vector<fs::path> pluginFolders(const std::vector<fs::path>& given) {
    std::vector<fs::path> folders = given;
    if (const char* path = std::getenv("ROOST_PLUGIN_PATH")) {
        std::string_view rest(path);
        while (!rest.empty()) {
            const std::size_t colon = std::min(rest.find(':'), rest.size());
            // An empty part would mean the current directory, which is never searched.
            if (colon > 0) folders.emplace_back(rest.substr(0, colon));
            rest.remove_prefix(std::min(colon + 1, rest.size()));
        }
    }
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    if (!error) folders.push_back(program.parent_path().parent_path() / "lib" / "roost" / "plugins");
    return folders;
}

}  // namespace roost
