// What a check works with: the plugin, its settings, a folder of its own, and a host that runs pipelines
// around it.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "conformance/isolation.hpp"
#include "conformance/watched_stage.hpp"
#include "pipeline/resolution.hpp"
#include "pipeline/run.hpp"
#include "plugin/manifest.hpp"

namespace roost::conformance {

/// How the user wants a plugin to be tested.
struct TestSettings {
    std::filesystem::path library;
    Node options;         ///< a mapping; `${FOLDER}` in its texts stands for a check's own folder
    std::string before;   ///< a shell command that runs before each check, "" for none; it finds FOLDER
    std::string observe;  ///< a shell command that prints the state of a sink's target, "" for none
    std::filesystem::path reader;  ///< a source that reads what a sink wrote, "" for the one beside it
    Node readerOptions;            ///< of that source, beside those that it shares with the sink
    std::chrono::milliseconds limit{std::chrono::seconds(60)};  ///< of each check
};

/// What a plugin says of itself, learnt in a process that may have crashed over it.
struct PluginIdentity {
    PluginKind kind = PluginKind::source;
    std::string name;
    std::string version;
    friend bool operator==(const PluginIdentity&, const PluginIdentity&) = default;
};

/// How a run that a check made came out.
struct Ran {
    ExitCode code = ExitCode::done;
    std::string message;
    std::uint64_t setAside = 0;
    std::string firstAside;
    std::vector<std::string> told;  ///< warnings, and what was set aside
};

/// What the stages of a run have told: warnings, and what was set aside.
[[nodiscard]] std::vector<std::string> toldIn(const RunEnvironment& environment);

/// What a run is made of beside the plugin.
struct RunRequest {
    std::vector<ResolvedStage> sources;
    std::vector<ResolvedStage> transforms;
    std::vector<ResolvedStage> sinks;
    bool dryRun = false;
    std::function<void()> committing = [] {};
    std::function<void()> moving = [] {};
    std::function<void(std::stop_source)> before = [](const std::stop_source&) {
    };  ///< gets the run's stop source
};

/// Lives in the process of one check.
class Bench {
public:
    /// Loads the plugin. Throws roost::Error where it cannot be loaded.
    Bench(const TestSettings& settings, const std::filesystem::path& folder, Progress progress);
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    [[nodiscard]] const std::filesystem::path& library() const noexcept { return settings_.library; }
    /// Of this check alone; `${FOLDER}`.
    [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
    [[nodiscard]] const PluginDescriptor& descriptor() const noexcept { return descriptor_; }
    /// Watches the calls of its stages that no run watches.
    [[nodiscard]] const PluginFactory& factory() const noexcept { return factory_; }
    /// What the user gave, with the folder's path in it.
    [[nodiscard]] const Node& options() const noexcept { return options_; }
    [[nodiscard]] const Node& readerOptions() const noexcept { return readerOptions_; }
    [[nodiscard]] const TestSettings& settings() const noexcept { return settings_; }
    void doing(const std::string& what) const { progress_(what); }
    /// Ends the check where `call` does not come back.
    [[nodiscard]] CallWatch watch(std::string call) const { return factory_.watch(std::move(call)); }

    /// The plugin's settings for these options; what is wrong with them lands in `diagnostics`.
    [[nodiscard]] Node settingsOf(const Node& options, Diagnostics& diagnostics) const {
        return settingsOf(factory(), options, diagnostics);
    }
    /// The plugin as a stage. Throws Violation with what the plugin says to the options.
    [[nodiscard]] ResolvedStage stage() const;
    /// The same with other options.
    [[nodiscard]] ResolvedStage stage(const Node& options) const;
    /// Another plugin as a stage, which messages call `label`.
    [[nodiscard]] static ResolvedStage stageOf(const PluginFactory& factory, const Node& options,
                                               const std::string& label);
    /// The plugin, which is a sink. Throws Violation where it makes none.
    [[nodiscard]] std::unique_ptr<Sink> makeSink() const;

    /// Runs a pipeline to its end as `roost run` does. A hang ends the check.
    Ran run(const RunRequest& request) const;
    /// An environment for stages that a check calls itself.
    [[nodiscard]] std::unique_ptr<RunEnvironment> environment(bool dryRun) const;

private:
    [[nodiscard]] static Node settingsOf(const PluginFactory& factory, const Node& options,
                                         Diagnostics& diagnostics);

    const TestSettings& settings_;
    std::filesystem::path folder_;
    Progress progress_;
    const PluginDescriptor& descriptor_;
    WatchedFactory factory_;
    Node options_;
    Node readerOptions_;
};

/// Loads the plugin in a process of its own and tells what it is. The verdict says why it cannot be told.
[[nodiscard]] Verdict identify(const TestSettings& settings, PluginIdentity& identity);

/// Runs one check in a process and a folder of its own.
[[nodiscard]] Verdict perform(const Check& check, const TestSettings& settings);

}  // namespace roost::conformance
