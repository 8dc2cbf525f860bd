// roost recover: tidies what a crash left.
#include <CLI/CLI.hpp>
#include <iostream>
#include <string>
#include <vector>

#include "cli/run_pipeline.hpp"
#include "cli/verb.hpp"
#include "pipeline/journal.hpp"
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
            const std::vector<LivingRun> living = livingRuns(stateFolder());
            for (const LivingRun& run : living)
                std::cout << "a run" << (run.pipeline.empty() ? "" : " of '" + run.pipeline + "'")
                          << " is going on"
                          << (run.process > 0 ? " (process " + std::to_string(run.process) + ")" : "")
                          << " and was left alone\n";
            if (recovery.done.empty() && recovery.problems.empty() && living.empty())
                std::cout << "nothing to recover\n";
            if (recovery.unfinished > 0) return static_cast<int>(ExitCode::untidy);
            return static_cast<int>(recovery.problems.empty() ? ExitCode::done : ExitCode::setAside);
        };
    });
}

}  // namespace roost::cli
