#include "conformance/reader.hpp"

#include <algorithm>
#include <ranges>
#include <string>
#include <vector>

#include "conformance/yaml_text.hpp"
#include "pipeline/plugin_choice.hpp"
#include "plugin/loader.hpp"

namespace roost::conformance {

namespace {

const PluginFactory& named(const std::filesystem::path& library) {
    const PluginDescriptor& descriptor = loadPlugin(library);
    const PluginInfo& info = describedBy(descriptor, library);
    if (descriptor.factory->kind() != PluginKind::source)
        throw Error("--source " + library.string() + " is the " +
                    std::string(name(descriptor.factory->kind())) + " '" + info.name + "', no source");
    return *descriptor.factory;
}

/// What a source has to serve: the formats of an archive, else the scheme of the url or the driver.
std::vector<std::string> keys(const Bench& bench) {
    const PluginInfo& info = bench.factory().info();
    if (info.role == archiveRole) return info.serves;
    if (const Node* url = bench.options().find("url"); url != nullptr && url->isScalar())
        return {url->scalar.substr(0, url->scalar.find(':'))};
    if (const Node* driver = bench.options().find("driver"); driver != nullptr && driver->isScalar())
        return {driver->scalar};
    return info.serves;
}

const PluginFactory& besideIt(const Bench& bench) {
    PluginRegistry registry({bench.library().parent_path()});
    const PluginInfo& info = bench.factory().info();
    for (const std::string& key : keys(bench))
        if (const Manifest* found = registry.findServing(PluginKind::source, info.role, key))
            return registry.load(*found);
    throw NotApplicable("not checked: beside " + bench.library().filename().string() +
                        " is no source of the role '" + info.role + "' that reads what it writes; " +
                        "--source FILE.so names one");
}

/// A key that no plugin declares, such as a database's `host`, is the core's and holds for both.
Node optionsFor(const PluginFactory& reader, const Bench& bench) {
    const auto has = [](const PluginFactory& factory, const std::string& key) {
        return std::ranges::find(factory.options(), key, &OptionSpec::name) != factory.options().end();
    };
    Node options = bench.options();
    std::erase_if(options.members, [&](const auto& member) {
        const std::string& key = member.first.scalar;
        return has(bench.factory(), key) && !has(reader, key);
    });
    for (const auto& [key, value] : bench.readerOptions().members) setMember(options, key.scalar, value);
    return options;
}

}  // namespace

ResolvedStage readerFor(const Bench& bench) {
    const std::filesystem::path& library = bench.settings().reader;
    const PluginFactory& reader = library.empty() ? besideIt(bench) : named(library);
    return bench.stageOf(reader, optionsFor(reader, bench), "the source that reads it back");
}

}  // namespace roost::conformance
