// roost recover: tidies what a crash left.
#include <CLI/CLI.hpp>
#include <iostream>

#include "cli/run_pipeline.hpp"
#include "cli/verb.hpp"
#include "pipeline/run.hpp"

namespace roost::cli {

void addRecover(CommandLine& line) {
    CLI::App& verb =
        addVerb(line, "recover", "Finishes or undoes what a crash interrupted (every run does it first, too)",
                {"roost recover"});
    verb.callback([&line] {
        line.action = [&line] {
            PluginRegistry registry = line.globals.registry();
            Console console(line.globals.logLevel);
            const Recovery recovery = recoverEarlierRuns(registry, console);
            for (const std::string& done : recovery.done) std::cout << done << '\n';
            if (recovery.done.empty() && recovery.unfinished == 0) std::cout << "nothing to recover\n";
            return static_cast<int>(recovery.unfinished == 0 ? ExitCode::done : ExitCode::untidy);
        };
    });
}

}  // namespace roost::cli
