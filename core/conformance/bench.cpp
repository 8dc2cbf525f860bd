#include "conformance/bench.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>
#include <system_error>

#include "conformance/yaml_text.hpp"
#include "pipeline/stage_settings.hpp"
#include "plugin/loader.hpp"

namespace roost::conformance {

namespace {

namespace fs = std::filesystem;

/// A private folder that goes with all that a check left in it.
class CheckFolder {
public:
    CheckFolder() {
        std::string name = (fs::temp_directory_path() / "roost-test-plugin-XXXXXX").native();
        if (::mkdtemp(name.data()) == nullptr) throw systemError("cannot make a folder for a check", errno);
        path_ = name;
        for (const char* part : {"target", "state", "tmp"}) fs::create_directory(path_ / part);
    }
    ~CheckFolder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    CheckFolder(const CheckFolder&) = delete;
    CheckFolder& operator=(const CheckFolder&) = delete;
    [[nodiscard]] const fs::path& path() const noexcept { return path_; }

private:
    fs::path path_;
};

/// Nothing that a check does may touch the user's own journals.
void useFolder(const fs::path& folder) {
    ::setenv("FOLDER", (folder / "target").c_str(), 1);
    ::setenv("ROOST_STATE_DIR", (folder / "state").c_str(), 1);
    ::setenv("TMPDIR", (folder / "tmp").c_str(), 1);
}

void runBefore(const std::string& command) {
    if (command.empty()) return;
    const int status = std::system(command.c_str());
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        throw Error("the command of --before failed: " + command);
}

std::string asideText(const Notice& notice) { return notice.subject + ": " + notice.message; }

}  // namespace

Bench::Bench(const TestSettings& settings, const fs::path& folder, Progress progress)
    : settings_(settings),
      folder_(folder / "target"),
      progress_(progress),
      descriptor_(loadPlugin(settings.library)),
      factory_(*descriptor_.factory, progress, settings.limit / 3),
      options_(settings.options),
      readerOptions_(settings.readerOptions) {
    static_cast<void>(describedBy(descriptor_, settings.library));
    options_.kind = Node::Kind::mapping;
    readerOptions_.kind = Node::Kind::mapping;
    for (Node* options : {&options_, &readerOptions_})
        replaceInTexts(*options, "${FOLDER}", folder_.string());
}

Node Bench::settingsOf(const PluginFactory& factory, const Node& options, Diagnostics& diagnostics) {
    Definition definition;
    StageDefinition stage;
    stage.kind = factory.kind();
    stage.plugin = factory.info().name;
    stage.settings = options;
    return makeSettings(definition, stage, factory, diagnostics);
}

ResolvedStage Bench::stage() const { return stage(options_); }

ResolvedStage Bench::stage(const Node& options) const { return stageOf(factory(), options, "the plugin"); }

ResolvedStage Bench::stageOf(const PluginFactory& factory, const Node& options, const std::string& label) {
    const bool own = label == "the plugin";
    Diagnostics diagnostics;
    ResolvedStage resolved;
    resolved.settings = settingsOf(factory, options, diagnostics);
    if (!diagnostics.empty()) {
        const Diagnostic& first = diagnostics.list().front();
        throw Violation((own ? "its options are refused: " : "the options of " + label + " are refused: ") +
                        first.message + (first.suggestion.empty() ? "" : "; " + first.suggestion) +
                        (own ? " (--set NAME=VALUE gives what it needs)"
                             : " (--source-set NAME=VALUE gives what it needs)"));
    }
    resolved.kind = factory.kind();
    resolved.factory = &factory;
    resolved.label = label;
    resolved.role = factory.info().role;
    return resolved;
}

std::unique_ptr<Sink> Bench::makeSink() const {
    const ResolvedStage plugin = stage();
    std::unique_ptr<Sink> sink = plugin.factory->makeSink(plugin.settings);
    require(sink != nullptr, "it made no sink");
    return sink;
}

std::unique_ptr<RunEnvironment> Bench::environment(bool dryRun) const {
    auto environment = std::make_unique<RunEnvironment>();
    environment->pipelineName = "test-plugin";
    environment->dryRun = dryRun;
    environment->startTime = runStartTime();
    environment->temporaryFolder = folder_.parent_path() / "tmp";
    environment->log = [](LogLevel, const std::string&) {};
    return environment;
}

Ran Bench::run(const RunRequest& request) const {
    struct Job {
        ResolvedPipeline pipeline;
        std::unique_ptr<RunEnvironment> environment;
        std::unique_ptr<Run> run;
    };
    auto job = std::make_unique<Job>();
    job->pipeline = {request.sources, request.transforms, request.sinks};
    job->environment = this->environment(request.dryRun);
    RunEnvironment* const environment = job->environment.get();
    RunOptions options;
    options.stallLimit = settings_.limit / 3;
    options.grace = settings_.limit / 3;
    options.committing = request.committing;
    options.moving = [&](const auto&) { request.moving(); };
    request.before(environment->stop);
    job->run = std::make_unique<Run>(job->pipeline, *environment, options);
    const RunOutcome outcome = job->run->execute();
    if (job->run->hung()) {
        // A thread is still in the plugin: nothing of the run may be taken down before the process ends.
        static_cast<void>(job.release());
        throw Violation("a call never came back: " + outcome.message);
    }
    const std::vector<Notice> asides = environment->notices.setAside.list();
    return {outcome.code, outcome.message, environment->notices.setAside.count(),
            asides.empty() ? "" : asideText(asides.front()), toldIn(*environment)};
}

std::vector<std::string> toldIn(const RunEnvironment& environment) {
    std::vector<std::string> told;
    for (const Notice& notice : environment.notices.warnings.list()) told.push_back(notice.message);
    for (const Notice& notice : environment.notices.setAside.list()) told.push_back(asideText(notice));
    return told;
}

Verdict identify(const TestSettings& settings, PluginIdentity& identity) {
    // The one thing that has to come back is told as what is being done.
    Verdict verdict = isolated(settings.limit, [&](const Progress&) {
        const PluginDescriptor& descriptor = loadPlugin(settings.library);
        const PluginInfo& info = describedBy(descriptor, settings.library);
        throw NotApplicable(std::string(name(descriptor.factory->kind())) + "\n" + info.name + "\n" +
                            info.version);
    });
    if (verdict.result != Result::skipped) return verdict;
    std::istringstream lines(verdict.why);
    std::string kind;
    std::getline(lines, kind);
    std::getline(lines, identity.name);
    std::getline(lines, identity.version);
    for (const PluginKind each : {PluginKind::source, PluginKind::transform, PluginKind::sink})
        if (name(each) == kind) identity.kind = each;
    return {};
}

Verdict perform(const Check& check, const TestSettings& settings) {
    const CheckFolder folder;
    return isolated(settings.limit, [&](const Progress& progress) {
        useFolder(folder.path());
        runBefore(settings.before);
        Bench bench(settings, folder.path(), progress);
        check.body(bench);
    });
}

}  // namespace roost::conformance
