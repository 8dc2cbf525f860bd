// roost plugins: what is installed, and the options of each.
#include <CLI/CLI.hpp>
#include <array>
#include <iostream>
#include <map>
#include <memory>

#include "cli/option_text.hpp"
#include "cli/plugin_json.hpp"
#include "cli/verb.hpp"
#include "pipeline/run.hpp"
#include "roost/diagnostic.hpp"

namespace roost::cli {

namespace {

struct PluginsArguments {
    std::string name;
    std::string kind;
    bool json = false;
    bool markdown = false;
};

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ",") + word;
    return text;
}

std::string pluginTable(const PluginRegistry& registry) {
    using Row = std::array<std::string, 6>;
    std::vector<Row> rows{{"KIND", "NAME", "ROLE", "SERVES", "VERSION", "DESCRIPTION"}};
    for (const Manifest& manifest : registry.manifests()) {
        const PluginInfo& info = manifest.info;
        const bool transform = manifest.kind == PluginKind::transform;
        rows.push_back({std::string(name(manifest.kind)), info.name, transform ? "-" : info.role,
                        transform ? "-" : joined(info.serves), info.version, info.description});
    }
    std::array<std::size_t, 5> widths{};
    for (const Row& row : rows)
        for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    std::string out;
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < widths.size(); ++i)
            out += row[i] + std::string(widths[i] + 2 - row[i].size(), ' ');
        out += row.back() + "\n";
    }
    return out;
}

void tellRefused(const PluginRegistry& registry) {
    for (const RefusedPlugin& refused : registry.refused())
        std::cerr << "roost: refused " << refused.file.string() << ": " << refused.reason << '\n';
}

int listPlugins(const PluginsArguments& arguments, const PluginRegistry& registry) {
    std::cout << (arguments.json ? pluginListJson(registry) : pluginTable(registry));
    std::cout.flush();
    if (!arguments.json) tellRefused(registry);
    return 0;
}

int reportUnknown(const PluginsArguments& arguments, const PluginRegistry& registry) {
    std::vector<std::string> names;
    for (const Manifest& manifest : registry.manifests())
        if (arguments.kind.empty() || name(manifest.kind) == arguments.kind)
            names.push_back(manifest.info.name);
    const std::string near = nearest(arguments.name, names);
    std::cerr << "roost: there is no " << (arguments.kind.empty() ? "plugin" : arguments.kind) << " '"
              << arguments.name << "'";
    if (!near.empty()) std::cerr << "; did you mean '" << near << "'?";
    std::cerr << "\n'roost plugins' lists what is installed.\n";
    tellRefused(registry);
    return static_cast<int>(ExitCode::usage);
}

int showPlugins(const PluginsArguments& arguments, const GlobalOptions& globals) {
    PluginRegistry registry = globals.registry();
    if (arguments.name.empty()) return listPlugins(arguments, registry);
    std::vector<const PluginFactory*> found;
    for (const Manifest& manifest : registry.manifests())
        if (manifest.info.name == arguments.name &&
            (arguments.kind.empty() || name(manifest.kind) == arguments.kind))
            found.push_back(&registry.load(manifest));
    if (found.empty()) return reportUnknown(arguments, registry);
    if (arguments.json) {
        std::cout << pluginDetailsJson(found);
        return 0;
    }
    for (std::size_t i = 0; i < found.size(); ++i)
        std::cout << (i == 0 ? "" : "\n")
                  << (arguments.markdown ? markdownTable(*found[i]) : describePlugin(*found[i]));
    return 0;
}

}  // namespace

void addPlugins(CommandLine& line) {
    auto arguments = std::make_shared<PluginsArguments>();
    CLI::App& verb =
        addVerb(line, "plugins", "Lists the plugins, or tells a plugin's options",
                {"roost plugins", "roost plugins tar-gz", "roost plugins --json | jq -r '.plugins[].name'"});
    verb.add_option("NAME", arguments->name, "the plugin whose options are to be told")->type_name("");
    verb.add_option("--kind", arguments->kind, "only a source, transform or sink of that name")
        ->type_name("KIND")
        ->check(CLI::IsMember({"source", "transform", "sink"}).description(""));
    CLI::Option* json = verb.add_flag("--json", arguments->json, "print JSON");
    verb.add_flag("--markdown", arguments->markdown, "print the options as the table of the plugin's README")
        ->excludes(json);
    verb.callback([&line, arguments] {
        line.action = [&line, arguments] { return showPlugins(*arguments, line.globals); };
    });
}

}  // namespace roost::cli
