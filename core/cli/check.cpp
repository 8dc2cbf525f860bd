// roost check: everything about definitions that can be told without touching data.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <set>

#include "cli/shipped_definition.hpp"
#include "cli/verb.hpp"
#include "pipeline/definition_chain.hpp"
#include "pipeline/diagnostic_text.hpp"
#include "pipeline/run.hpp"

namespace roost::cli {

namespace {

struct CheckArguments {
    std::vector<std::filesystem::path> definitions;
    SetValues set;
};

int check(const CheckArguments& arguments, const GlobalOptions& globals) {
    PluginRegistry registry = globals.registry();
    std::set<std::filesystem::path> told;  // what several run before is told once
    bool good = true;
    for (const std::filesystem::path& file : arguments.definitions)
        for (const CheckedDefinition& checked : checkDefinitions(file, arguments.set, registry)) {
            if (!told.insert(checked.definition.source.file()).second) continue;
            if (checked.diagnostics.empty()) {
                std::cout << checked.definition.source.file().string() << ": ok\n";
                continue;
            }
            good = false;
            std::cout.flush();
            std::cerr << renderDiagnostics(checked.definition.source, checked.diagnostics)
                      << shippedDefinitionHint(checked.definition);
        }
    return static_cast<int>(good ? ExitCode::done : ExitCode::usage);
}

}  // namespace

void addCheck(CommandLine& line) {
    auto arguments = std::make_shared<CheckArguments>();
    CLI::App& verb =
        addVerb(line, "check", "Checks definitions without touching any data, and tells all errors at once",
                {"roost check full-backup.yaml", "roost check pipelines/*.yaml --set users=alice,bob",
                 "DATA_DIR=/data roost check restore.yaml --set archive=backup.tar.gz"});
    verb.add_option("PIPELINE", arguments->definitions,
                    "definitions to check; those that they run before, too")
        ->type_name("")
        ->required();
    addSetOption(verb, arguments->set);
    verb.callback(
        [&line, arguments] { line.action = [&line, arguments] { return check(*arguments, line.globals); }; });
}

}  // namespace roost::cli
