// roost run: moves the data.
#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <string>

#include "cli/run_pipeline.hpp"
#include "cli/verb.hpp"

namespace roost::cli {

namespace {

struct RunVerb {
    RunArguments arguments;
    std::string report;
    double stallSeconds = 600;
};

}  // namespace

void addRun(CommandLine& line) {
    auto run = std::make_shared<RunVerb>();
    CLI::App& verb =
        addVerb(line, "run", "Runs a pipeline",
                {"DATA_DIR=/data roost run full-backup.yaml --set out=/backups/tonight.tar.gz",
                 "roost run full-backup.yaml --dry-run", "roost run export.yaml --yes --report result.json"});
    const std::map<std::string, ProgressStyle> styles{{"auto", ProgressStyle::automatic},
                                                      {"bar", ProgressStyle::bar},
                                                      {"plain", ProgressStyle::plain},
                                                      {"none", ProgressStyle::none}};
    verb.add_option("PIPELINE", run->arguments.definition, "the definition to run")->required();
    addSetOption(verb, run->arguments.set);
    verb.add_flag("--dry-run", run->arguments.dryRun, "print what would move, and write nothing");
    verb.add_flag("--yes,-y", run->arguments.yes, "do not ask before something is replaced");
    verb.add_option("--report", run->report,
                    "write the result as JSON to this file; nothing but an older report is replaced")
        ->type_name("FILE");
    verb.add_option("--progress", run->arguments.progress,
                    "auto (a bar on a terminal, else a line every ten seconds), bar, plain, none")
        ->transform(CLI::CheckedTransformer(styles).description(""))
        ->type_name("STYLE");
    verb.add_option("--stall-limit", run->stallSeconds,
                    "seconds after which a plugin that gives no sign of life is given up")
        ->check(CLI::Range(1.0, 1e9).description(""))
        ->capture_default_str()
        ->type_name("SECONDS");
    verb.callback([&line, run] {
        line.action = [&line, run] {
            if (!run->report.empty()) run->arguments.report = run->report;
            run->arguments.stallLimit =
                std::chrono::milliseconds(static_cast<std::int64_t>(run->stallSeconds * 1000));
            run->arguments.logLevel = line.globals.logLevel;
            PluginRegistry registry = line.globals.registry();
            return runPipeline(run->arguments, registry);
        };
    });
}

}  // namespace roost::cli
