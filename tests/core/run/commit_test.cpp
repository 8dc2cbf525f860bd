#include <stdlib.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "pipeline/run.hpp"
#include "run/stages.hpp"

using namespace roost;
using namespace roost::test;
namespace fs = std::filesystem;

namespace {

using Calls = std::vector<std::string>;

/// Sinks of given roles, their calls in one list, and a state folder of their own.
struct Commit {
    explicit Commit(const std::vector<CommitRole>& roles) {
        std::string pattern = (fs::temp_directory_path() / "roost-commit-XXXXXX").string();
        folder = ::mkdtemp(pattern.data());
        ::setenv("ROOST_STATE_DIR", folder.c_str(), 1);
        environment = std::make_unique<TestEnvironment>();
        from.tables = {{"a", 3}};
        pipeline.sources = {stage(source, "source 1")};
        for (const CommitRole role : roles) {
            auto& script = scripts.emplace_back(std::make_unique<Script>());
            const std::string name = std::to_string(scripts.size());
            script->role = role;
            script->at = [this, name](const std::string& call) {
                if (call == "commit" || call == "tidy") order.push_back(call + " " + name);
                if (call + " " + name == failing) throw Error("broken");
                if (call + " " + name == unknown) throw OutcomeUnknown("the line went dead");
            };
            sinks.push_back(std::make_unique<ScriptFactory>(*script, PluginKind::sink, "archive"));
            pipeline.sinks.push_back(stage(*sinks.back(), "sink " + name));
        }
        environment->journal.append({PluginKind::sink, "script", "sink 1", "{}"});
    }
    ~Commit() {
        ::unsetenv("ROOST_STATE_DIR");
        fs::remove_all(folder);
    }
    RunOutcome run() { return Run(pipeline, *environment, {}).execute(); }
    [[nodiscard]] std::string journal() const {
        for (const auto& entry : fs::directory_iterator(folder)) {
            std::ifstream file(entry.path());
            return {std::istreambuf_iterator<char>(file), {}};
        }
        return "";
    }
    [[nodiscard]] bool aborted(std::size_t sink) const { return scripts[sink]->calls.back() == "abort"; }

    fs::path folder;
    std::unique_ptr<TestEnvironment> environment;
    Script from;
    ScriptFactory source{from, PluginKind::source, "database"};
    std::vector<std::unique_ptr<Script>> scripts;
    std::vector<std::unique_ptr<ScriptFactory>> sinks;
    ResolvedPipeline pipeline;
    Calls order;
    std::string failing;
    std::string unknown;
};

constexpr auto alone = CommitRole::alone;
constexpr auto decides = CommitRole::decides;
constexpr auto follows = CommitRole::follows;
const std::string decided = "{\"decided\":true}\n";

}  // namespace

TEST_CASE("the deciding sink commits first, tidies last, and the journal goes") {
    Commit commit({follows, alone, decides});
    CHECK(commit.run().code == ExitCode::done);
    CHECK(commit.order == Calls{"commit 3", "commit 1", "commit 2", "tidy 1", "tidy 3"});
    CHECK(commit.journal().empty());
}

TEST_CASE("without a deciding sink, the one that can fail cleanly comes before those that follow") {
    Commit commit({follows, alone});
    CHECK(commit.run().code == ExitCode::done);
    CHECK(commit.order == Calls{"commit 2", "commit 1", "tidy 1"});
    Commit failing({follows, alone});
    failing.failing = "commit 2";
    const RunOutcome outcome = failing.run();
    CHECK(outcome.code == ExitCode::failed);
    CHECK(failing.aborted(0));
    CHECK(failing.journal().empty());
}

TEST_CASE("when the deciding sink fails nothing has changed and everything is undone") {
    Commit commit({follows, decides});
    commit.failing = "commit 2";
    const RunOutcome outcome = commit.run();
    CHECK(outcome.code == ExitCode::failed);
    CHECK(outcome.message == "sink 2: broken");
    CHECK(commit.order == Calls{"commit 2"});
    CHECK(commit.aborted(0));
    CHECK(commit.aborted(1));
    CHECK(commit.journal().empty());
}

TEST_CASE("when it is not known whether the deciding sink committed, recovery finds out") {
    Commit commit({follows, decides});
    commit.unknown = "commit 2";
    const RunOutcome outcome = commit.run();
    CHECK(outcome.code == ExitCode::untidy);
    CHECK(outcome.message == "sink 2: the line went dead");
    CHECK(outcome.hint ==
          "'roost recover' finds out, and finishes or undoes it, as the next run does by itself");
    CHECK(!commit.aborted(0));
    CHECK(!commit.aborted(1));
    CHECK(commit.journal().find("decided") == std::string::npos);
    CHECK(!commit.journal().empty());
}

TEST_CASE("when a sink that follows fails the run stays committed, and recovery goes on with it") {
    Commit commit({follows, follows, decides});
    commit.failing = "commit 1";
    const RunOutcome outcome = commit.run();
    CHECK(outcome.code == ExitCode::untidy);
    CHECK(outcome.message == "sink 1: broken; the run is committed, this part of it is not in place yet");
    CHECK(outcome.sinks[2].committed);
    CHECK(!commit.aborted(0));
    CHECK(!commit.aborted(1));
    CHECK(commit.journal().ends_with(decided));
}

TEST_CASE("when tidying fails everything is in place and the journal stays") {
    Commit commit({follows, decides});
    commit.failing = "tidy 1";
    const RunOutcome outcome = commit.run();
    CHECK(outcome.code == ExitCode::untidy);
    CHECK(outcome.message == "sink 1: broken; everything is in place, but tidying up is left");
    CHECK(outcome.sinks[0].committed);
    CHECK(commit.journal().ends_with(decided));
}

TEST_CASE("what a sink could not undo is left to recovery, and the failure keeps its words") {
    Commit commit({follows, alone});
    commit.failing = "commit 2";
    commit.scripts[0]->cannotUndo = true;
    const RunOutcome outcome = commit.run();
    CHECK(outcome.code == ExitCode::untidy);
    CHECK(outcome.undoingLeft);
    CHECK(outcome.message ==
          "sink 2: broken; what sink 1 had staged could not be taken away again, and shows nowhere yet");
    CHECK(outcome.hint == "'roost recover' takes away what is left, as the next run does by itself");
    CHECK(commit.aborted(0));
    CHECK(commit.aborted(1));
    CHECK(commit.journal().find("what is left of it") != std::string::npos);
    CHECK(commit.journal().find("decided") == std::string::npos);
}

TEST_CASE("an interrupted run that could not undo everything says both") {
    Commit commit({follows});
    commit.scripts[0]->cannotUndo = true;
    commit.from.beforeNext = [&] { commit.environment->stop.request_stop(); };
    const RunOutcome outcome = commit.run();
    CHECK(outcome.code == ExitCode::untidy);
    CHECK(outcome.message ==
          "interrupted; what sink 1 had staged could not be taken away again, and shows nowhere yet");
    CHECK(!commit.journal().empty());
}

TEST_CASE("a dry run moves content only to sinks that rehearse, and commits nothing") {
    Commit commit({follows, decides});
    commit.scripts[1]->rehearses = true;
    commit.environment->dryRun = true;
    CHECK(commit.run().code == ExitCode::done);
    CHECK(commit.scripts[0]->calls.empty());
    CHECK(commit.scripts[1]->calls == Calls{"begin", "prepare", "abort"});
    CHECK(commit.scripts[1]->values == std::vector<std::int64_t>{0, 1, 2});
    CHECK(commit.order.empty());
    CHECK(commit.journal().empty());
}
