// roost new: starting points.
#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cctype>
#include <cerrno>
#include <filesystem>
#include <iostream>
#include <memory>

#include "cli/pipeline_scaffold.hpp"
#include "cli/plugin_scaffold.hpp"
#include "cli/shell_word.hpp"
#include "cli/verb.hpp"
#include "pipeline/run.hpp"
#include "roost/error.hpp"

namespace roost::cli {

namespace {

struct NewPipelineArguments {
    std::filesystem::path file;
    ScaffoldStages stages;
};

/// Letters, digits, '-' and '_' of the file's name.
std::string pipelineName(const std::filesystem::path& file) {
    std::string name;
    for (const char c : file.stem().string())
        name += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ? c : '-';
    return name.substr(0, 100);
}

/// Overwrites nothing, not even what appears meanwhile.
void writeNewFile(const std::filesystem::path& file, const std::string& text) {
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (descriptor < 0 && errno == EEXIST)
        throw Error(file.string() + " exists already; nothing was written");
    if (descriptor < 0) throw systemError("cannot create " + file.string(), errno);
    std::string_view rest = text;
    int problem = 0;
    while (!rest.empty() && problem == 0) {
        const ssize_t written = ::write(descriptor, rest.data(), rest.size());
        if (written >= 0)
            rest.remove_prefix(static_cast<std::size_t>(written));
        else if (errno != EINTR)
            problem = errno;
    }
    if (::close(descriptor) != 0 && problem == 0) problem = errno;
    if (problem == 0) return;
    ::unlink(file.c_str());
    throw systemError("cannot write " + file.string(), problem);
}

int newPipeline(const NewPipelineArguments& arguments, const GlobalOptions& globals) {
    PluginRegistry registry = globals.registry();
    writeNewFile(arguments.file, scaffoldPipeline(pipelineName(arguments.file), arguments.stages, registry));
    std::cout << arguments.file.string() << " was written; go on with: roost check "
              << shellWord(arguments.file.string()) << '\n';
    return 0;
}

struct NewPluginArguments {
    std::string kind;
    std::string name;
    std::filesystem::path folder;
};

/// A folder that is empty or not there; anything else may be somebody's work.
void makeEmptyFolder(const std::filesystem::path& folder) {
    namespace fs = std::filesystem;
    std::error_code error;
    if (fs::exists(fs::symlink_status(folder, error)) &&
        (!fs::is_directory(folder, error) || !fs::is_empty(folder, error) || error))
        throw Error(folder.string() + " is there and is no empty folder; nothing was written",
                    "name a folder that is not there yet");
    fs::create_directories(folder / "test", error);
    if (error) throw Error("cannot make the folder " + folder.string() + ": " + error.message());
}

int newPlugin(const NewPluginArguments& arguments) {
    checkPluginName(arguments.name);
    const std::vector<ScaffoldFile> files = scaffoldPlugin(arguments.kind, arguments.name);
    makeEmptyFolder(arguments.folder);
    for (const ScaffoldFile& file : files) writeNewFile(arguments.folder / file.path, file.text);
    const std::string folder = shellWord(arguments.folder.string());
    const std::string build = shellWord((arguments.folder / "build").string());
    std::cout << "the " << arguments.kind << " '" << arguments.name << "' was written to "
              << arguments.folder.string() << "; go on with:\n  cmake -S " << folder << " -B " << build
              << " && cmake --build " << build << " && ctest --test-dir " << build
              << " --output-on-failure\n";
    return 0;
}

void addNewPlugin(CommandLine& line, CLI::App& verb) {
    auto arguments = std::make_shared<NewPluginArguments>();
    CLI::App& plugin =
        *verb.add_subcommand("plugin", "Writes a plugin's project, which builds and has a test");
    plugin.footer(
        "Examples:\n"
        "  roost new plugin source maildir maildir-plugin\n"
        "  roost new plugin sink json-lines ~/src/json-lines");
    plugin.add_option("KIND", arguments->kind, "source, transform or sink")
        ->type_name("")
        ->required()
        ->check(CLI::IsMember({"source", "transform", "sink"}).description(""));
    plugin.add_option("NAME", arguments->name, "the plugin's name: lower case letters, digits and '-'")
        ->type_name("")
        ->required();
    plugin
        .add_option("FOLDER", arguments->folder,
                    "where the project goes: a folder that is empty or not there")
        ->type_name("")
        ->required();
    addGlobalOptions(plugin, line.globals);
    plugin.callback([&line, arguments] { line.action = [arguments] { return newPlugin(*arguments); }; });
}

void addStageOption(CLI::App& verb, const std::string& kind, std::vector<std::string>& stages) {
    verb.add_option("--" + kind, stages, "a " + kind + " by its plugin's name or role (repeatable)")
        ->type_name("NAME")
        ->allow_extra_args(false);
}

}  // namespace

void addNew(CommandLine& line) {
    CLI::App& verb =
        addVerb(line, "new", "Writes a commented starting point; overwrites nothing",
                {"roost new pipeline backup.yaml", "roost new plugin source maildir maildir-plugin"});
    verb.callback([&line, &verb] {
        if (!verb.get_subcommands().empty()) return;
        line.action = [&verb] {
            std::cerr
                << "roost: 'roost new' needs to know what: roost new pipeline FILE, or roost new plugin "
                   "KIND NAME FOLDER\n"
                << verb.help("roost");
            return static_cast<int>(ExitCode::usage);
        };
    });

    auto arguments = std::make_shared<NewPipelineArguments>();
    CLI::App& pipeline =
        *verb.add_subcommand("pipeline", "Writes a definition with every option of its plugins");
    pipeline.footer(
        "Examples:\n"
        "  roost new pipeline backup.yaml\n"
        "  roost new pipeline export.yaml --source sqlite --source files --sink tar-gz");
    pipeline.add_option("FILE", arguments->file, "the definition to write")->type_name("")->required();
    addStageOption(pipeline, "source", arguments->stages.sources);
    addStageOption(pipeline, "transform", arguments->stages.transforms);
    addStageOption(pipeline, "sink", arguments->stages.sinks);
    addGlobalOptions(pipeline, line.globals);
    pipeline.callback([&line, arguments] {
        line.action = [&line, arguments] { return newPipeline(*arguments, line.globals); };
    });
    addNewPlugin(line, verb);
}

}  // namespace roost::cli
