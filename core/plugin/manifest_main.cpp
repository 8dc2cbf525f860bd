// roost-manifest PLUGIN.so: writes PLUGIN.json beside it. roost_add_plugin() calls it after linking.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>

#include "plugin/loader.hpp"
#include "plugin/manifest.hpp"
#include "roost/error.hpp"

namespace {

std::string manifestOf(const std::filesystem::path& library) {
    const roost::PluginDescriptor& descriptor = roost::loadPlugin(library);
    static_cast<void>(roost::describedBy(descriptor, library));  // a manifest that would be refused is none
    return roost::formatManifest(descriptor);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: roost-manifest PLUGIN.so\n", stderr);
        return 2;
    }
    try {
        const std::filesystem::path library = std::filesystem::absolute(argv[1]);
        const std::string text = manifestOf(library);
        std::filesystem::path file = library;
        file.replace_extension(".json");
        std::ofstream stream(file, std::ios::binary | std::ios::trunc);
        stream << text;
        stream.close();
        if (!stream) throw roost::Error("cannot write " + file.string());
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "roost-manifest: %s\n", error.what());
        return 1;
    }
}
