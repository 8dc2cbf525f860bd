// What the verbs of `roost` share: the global options, and how a verb joins the command line.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "pipeline/interpolation.hpp"
#include "plugin/registry.hpp"
#include "roost/context.hpp"

namespace CLI {
class App;  // CLI11 is slow to compile: only the files of verbs include it
}

namespace roost::cli {

struct GlobalOptions {
    std::vector<std::filesystem::path> pluginFolders;
    LogLevel logLevel = LogLevel::info;

    /// The plugins of --plugin-dir, ROOST_PLUGIN_PATH and the installation. Throws roost::Error where a
    /// folder of --plugin-dir cannot be read.
    [[nodiscard]] PluginRegistry registry() const;
};

/// The command line while it is read. A verb's callback sets `action`, which runs once all of it was
/// understood.
struct CommandLine {
    CLI::App& app;
    GlobalOptions globals;
    std::function<int()> action;  ///< returns the exit code; may throw roost::Error (exit code 1)
};

/// Adds a subcommand with the global options; `examples` are lines for the end of its help.
CLI::App& addVerb(CommandLine& line, const std::string& name, const std::string& description,
                  const std::vector<std::string>& examples);

/// Adds --plugin-dir and --log-level, for a verb below another one.
void addGlobalOptions(CLI::App& verb, GlobalOptions& globals);

/// Adds `--set NAME=VALUE` (repeatable). Its text is checked while the command line is read. `values` must
/// outlive the parsing.
void addSetOption(CLI::App& verb, SetValues& values,
                  const std::string& help = "the value of a variable of the definition (repeatable)",
                  const std::string& option = "--set");

// One function a verb, in the file of its name.
void addCheck(CommandLine& line);
void addInspect(CommandLine& line);
void addNew(CommandLine& line);
void addPlugins(CommandLine& line);
void addRecover(CommandLine& line);
void addRun(CommandLine& line);
void addSchema(CommandLine& line);
void addTestPlugin(CommandLine& line);
void addVerify(CommandLine& line);
void addVersion(CommandLine& line);

}  // namespace roost::cli
