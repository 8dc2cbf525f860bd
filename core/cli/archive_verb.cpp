#include "cli/archive_verb.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "pipeline/run.hpp"

namespace roost::cli {

namespace {

struct ArchiveArguments {
    std::string archive;
    std::string format;
    bool json = false;
};

}  // namespace

void addArchiveVerb(CommandLine& line, Inspection inspection, const std::string& name,
                    const std::string& description, const std::vector<std::string>& examples) {
    auto arguments = std::make_shared<ArchiveArguments>();
    CLI::App& verb = addVerb(line, name, description, examples);
    verb.add_option("ARCHIVE", arguments->archive, "the archive; - for standard input")->required();
    verb.add_option("--format", arguments->format, "the archive's format, where its name does not tell it")
        ->type_name("FORMAT");
    verb.add_flag("--json", arguments->json, "print JSON");
    verb.callback([&line, arguments, inspection] {
        line.action = [&line, arguments, inspection] {
            PluginRegistry registry = line.globals.registry();
            std::cout << inspectArchive(inspection, arguments->archive, arguments->format, arguments->json,
                                        registry);
            return static_cast<int>(ExitCode::done);
        };
    });
}

}  // namespace roost::cli
