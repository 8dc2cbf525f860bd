#include "cli/plugin_scaffold.hpp"

#include <algorithm>
#include <cctype>

#include "roost/error.hpp"

namespace roost::cli {

namespace {

std::string className(const std::string& name) {
    std::string made;
    bool capital = true;
    for (const char c : name) {
        if (c != '-') made += capital ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
        capital = c == '-';
    }
    return made;
}

std::string filled(std::string_view from, const std::string& plugin) {
    std::string text(from);
    const std::pair<std::string_view, std::string> values[] = {{"@NAME@", plugin},
                                                               {"@CLASS@", className(plugin)}};
    for (const auto& [mark, value] : values)
        for (std::size_t at = text.find(mark); at != std::string::npos;
             at = text.find(mark, at + value.size()))
            text.replace(at, mark.size(), value);
    return text;
}

}  // namespace

void checkPluginName(const std::string& name) {
    constexpr std::size_t longest = 64;
    const bool sound = name.size() <= longest && !name.empty() &&
                       std::isalpha(static_cast<unsigned char>(name[0])) && name.back() != '-' &&
                       std::ranges::all_of(name, [](unsigned char c) {
                           return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '-';
                       });
    if (!sound)
        throw Error(
            "'" + name + "' is no name for a plugin",
            "it has lower case letters, digits and '-', begins with a letter, and has 64 characters at most");
}

std::vector<ScaffoldFile> scaffoldPlugin(const std::string& kind, const std::string& name) {
    constexpr std::string_view ending = ".in";
    std::vector<ScaffoldFile> files;
    for (const PluginTemplate& each : pluginTemplates()) {
        if (!each.file.starts_with(kind + "/")) continue;
        std::string_view path = each.file.substr(kind.size() + 1);
        path.remove_suffix(ending.size());
        files.push_back({path == "plugin.cpp" ? name + ".cpp" : std::string(path), filled(each.text, name)});
    }
    return files;
}

}  // namespace roost::cli
