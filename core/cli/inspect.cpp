// roost inspect: what is in a backup.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "cli/archive_inspection.hpp"
#include "cli/verb.hpp"
#include "pipeline/run.hpp"

namespace roost::cli {

namespace {

struct InspectArguments {
    std::string archive;
    std::string format;
    bool json = false;
};

}  // namespace

void addInspect(CommandLine& line) {
    auto arguments = std::make_shared<InspectArguments>();
    CLI::App& verb =
        addVerb(line, "inspect", "Shows what is in a backup: metadata, tables, users, files, warnings",
                {"roost inspect backup.tar.gz", "roost inspect backup.tar.gz --json | jq .metadata"});
    verb.add_option("ARCHIVE", arguments->archive, "the archive to look into")->required();
    verb.add_option("--format", arguments->format, "the archive's format, where its name does not tell it")
        ->type_name("FORMAT");
    verb.add_flag("--json", arguments->json, "print JSON");
    verb.callback([&line, arguments] {
        line.action = [&line, arguments] {
            PluginRegistry registry = line.globals.registry();
            std::cout << inspectArchive(Inspection::inspect, arguments->archive, arguments->format,
                                        arguments->json, registry);
            return static_cast<int>(ExitCode::done);
        };
    });
}

}  // namespace roost::cli
