#include "cli/verb.hpp"

#include <CLI/CLI.hpp>
#include <map>

namespace roost::cli {

namespace {

const std::map<std::string, LogLevel> logLevels{{"debug", LogLevel::debug},
                                                {"info", LogLevel::info},
                                                {"warning", LogLevel::warning},
                                                {"error", LogLevel::error}};

}  // namespace

PluginRegistry GlobalOptions::registry() const {
    return PluginRegistry(roost::pluginFolders(pluginFolders), pluginFolders.size());
}

void addGlobalOptions(CLI::App& verb, GlobalOptions& globals) {
    verb.add_option_function<std::vector<std::string>>(
            "--plugin-dir",
            [&globals](const std::vector<std::string>& folders) {
                for (const std::string& folder : folders) {
                    if (!std::filesystem::is_directory(folder))
                        throw CLI::ValidationError("--plugin-dir", "there is no folder " + folder);
                    globals.pluginFolders.emplace_back(folder);
                }
            },
            "a folder to look for plugins in, before all others (repeatable)")
        ->type_name("FOLDER")
        ->allow_extra_args(false)
        ->group("Global options");
    verb.add_option_function<std::string>(
            "--log-level",
            [&globals](const std::string& level) {
                const auto found = logLevels.find(level);
                if (found == logLevels.end())
                    throw CLI::ValidationError("--log-level",
                                               "is debug, info, warning or error, not '" + level + "'");
                globals.logLevel = found->second;
            },
            "the least severe messages to show: debug, info (the default), warning, error")
        ->type_name("LEVEL")
        ->group("Global options");
}

CLI::App& addVerb(CommandLine& line, const std::string& name, const std::string& description,
                  const std::vector<std::string>& examples) {
    CLI::App& verb = *line.app.add_subcommand(name, description);
    addGlobalOptions(verb, line.globals);
    if (!examples.empty()) {
        std::string footer = "Examples:";
        for (const std::string& example : examples) footer += "\n  " + example;
        verb.footer(footer);
    }
    return verb;
}

void addSetOption(CLI::App& verb, SetValues& values, const std::string& help, const std::string& option) {
    verb.add_option_function<std::vector<std::string>>(
            option,
            [&values, option](const std::vector<std::string>& given) {
                for (const std::string& text : given) {
                    const std::size_t sign = text.find('=');
                    if (sign == std::string::npos || sign == 0)
                        throw CLI::ValidationError(option, "takes NAME=VALUE");
                    const std::string name = text.substr(0, sign);
                    if (!values.emplace(name, text.substr(sign + 1)).second)
                        throw CLI::ValidationError(option, "gives '" + name + "' twice");
                }
            },
            help)
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
}

}  // namespace roost::cli
