// `roost run` behind its command line.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/console.hpp"
#include "cli/progress_display.hpp"
#include "pipeline/interpolation.hpp"
#include "plugin/registry.hpp"
#include "roost/context.hpp"

namespace roost::cli {

struct RunArguments {
    std::filesystem::path definition;
    SetValues set;
    bool dryRun = false;
    bool yes = false;  ///< no question before a destructive run
    std::optional<std::filesystem::path> report;
    ProgressStyle progress = ProgressStyle::automatic;
    LogLevel logLevel = LogLevel::info;
    std::chrono::milliseconds stallLimit{std::chrono::minutes(10)};
};

/// Recovers what earlier runs left, then runs the definition and those that it asks to run before. Returns
/// the exit code; everything that went wrong has been printed.
[[nodiscard]] int runPipeline(const RunArguments& arguments, PluginRegistry& registry);

/// What was tidied of earlier runs, a sentence each, and how many of them could not be.
struct Recovery {
    std::vector<std::string> done;
    std::size_t unfinished = 0;
    std::vector<std::string> problems;  ///< a sentence for each that is not finished
};

/// Finishes or undoes what runs left that ended without doing so; what fails is logged.
[[nodiscard]] Recovery recoverEarlierRuns(PluginRegistry& registry, Console& console);

}  // namespace roost::cli
