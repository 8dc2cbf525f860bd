// roost verify: reads every byte of a backup.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "cli/archive_inspection.hpp"
#include "cli/verb.hpp"
#include "pipeline/run.hpp"

namespace roost::cli {

namespace {

struct VerifyArguments {
    std::string archive;
    std::string format;
    bool json = false;
};

}  // namespace

void addVerify(CommandLine& line) {
    auto arguments = std::make_shared<VerifyArguments>();
    CLI::App& verb = addVerb(
        line, "verify",
        "Reads every byte of a backup: compression, tar, checksums, JSON, and the counts that it states",
        {"roost verify backup.tar.gz", "ssh server cat backup.tar.gz | roost verify - --format tar.gz"});
    verb.add_option("ARCHIVE", arguments->archive, "the archive to verify; - for standard input")->required();
    verb.add_option("--format", arguments->format, "the archive's format, where its name does not tell it")
        ->type_name("FORMAT");
    verb.add_flag("--json", arguments->json, "print JSON");
    verb.callback([&line, arguments] {
        line.action = [&line, arguments] {
            PluginRegistry registry = line.globals.registry();
            std::cout << inspectArchive(Inspection::verify, arguments->archive, arguments->format,
                                        arguments->json, registry);
            return static_cast<int>(ExitCode::done);
        };
    });
}

}  // namespace roost::cli
