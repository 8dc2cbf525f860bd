#include "pipeline/run.hpp"

#include <catch2/catch.hpp>

#include "run/stages.hpp"

using namespace roost;
using namespace roost::test;

namespace {

struct Setup {
    explicit Setup(std::vector<Script*> to) {
        from.tables = {{"a", 10}};
        pipeline.sources = {stage(source, "source 1")};
        for (Script* script : to) {
            sinks.push_back(std::make_unique<ScriptFactory>(*script, PluginKind::sink, "archive"));
            pipeline.sinks.push_back(stage(*sinks.back(), "sink " + std::to_string(sinks.size())));
        }
    }
    RunOutcome run(RunOptions options = {}) {
        return Run(pipeline, environment, std::move(options)).execute();
    }

    TestEnvironment environment;
    Script from;
    ScriptFactory source{from, PluginKind::source, "database"};
    std::vector<std::unique_ptr<ScriptFactory>> sinks;
    ResolvedPipeline pipeline;
};

using Calls = std::vector<std::string>;

auto failAt(const std::string& when) {
    return [when](const std::string& call) {
        if (call == when) throw Error("broken", "mend it");
    };
}

}  // namespace

TEST_CASE("all sinks prepare before the first commits") {
    Script one;
    Script two;
    Setup setup({&one, &two});
    setup.from.tables = {{"a", 10}};
    Calls order;
    one.at = [&](const std::string& call) {
        if (call == "commit") CHECK(two.calls.back() == "prepare");
    };
    const RunOutcome outcome = setup.run();
    CHECK(outcome.code == ExitCode::done);
    CHECK(one.calls == Calls{"begin", "prepare", "commit"});
    CHECK(two.calls == Calls{"begin", "prepare", "commit"});
    REQUIRE(outcome.sinks.size() == 2);
    CHECK(outcome.sinks[1].committed);
}

TEST_CASE("a failure anywhere before the commit aborts every sink that was begun") {
    Script one;
    Script two;
    Setup setup({&one, &two});
    SECTION("in begin") {
        two.at = failAt("begin");
        const RunOutcome outcome = setup.run();
        CHECK(outcome.code == ExitCode::failed);
        CHECK(outcome.message == "sink 2: broken");
        CHECK(outcome.hint == "mend it");
        CHECK(one.calls == Calls{"begin", "abort"});
        CHECK(two.calls == Calls{"begin", "abort"});
    }
    SECTION("in write") {
        two.at = failAt("write");
        CHECK(setup.run().code == ExitCode::failed);
        CHECK(one.calls.back() == "abort");
        CHECK(two.calls == Calls{"begin", "abort"});
    }
    SECTION("in prepare") {
        two.at = failAt("prepare");
        CHECK(setup.run().code == ExitCode::failed);
        CHECK(one.calls.back() == "abort");
        CHECK(two.calls == Calls{"begin", "prepare", "abort"});
    }
    SECTION("in the first commit") {
        one.at = failAt("commit");
        const RunOutcome outcome = setup.run();
        CHECK(outcome.code == ExitCode::failed);
        CHECK(one.calls == Calls{"begin", "prepare", "commit", "abort"});
        CHECK(two.calls == Calls{"begin", "prepare", "abort"});
    }
}

TEST_CASE("a failure in a later commit says that the first one stands") {
    Script one;
    Script two;
    Setup setup({&one, &two});
    two.at = failAt("commit");
    const RunOutcome outcome = setup.run();
    CHECK(outcome.code == ExitCode::untidy);
    CHECK(outcome.message == "sink 2: broken; sinks before it have committed");
    CHECK(one.calls == Calls{"begin", "prepare", "commit"});
    CHECK(two.calls.back() == "abort");
    CHECK(outcome.sinks[0].committed);
    CHECK_FALSE(outcome.sinks[1].committed);
}

TEST_CASE("a dry run ends after the plan") {
    Script to;
    Setup setup({&to});
    setup.environment.dryRun = true;
    CHECK(setup.run().code == ExitCode::done);
    CHECK(to.calls.empty());
}

TEST_CASE("a run that is not confirmed changes nothing") {
    Script to;
    to.destroys = {"3 rows of users"};
    Setup setup({&to});
    RunOptions options;
    std::vector<std::string> asked;
    options.confirm = [&](const Plan& plan) {
        asked = plan.destroys();
        return false;
    };
    const RunOutcome outcome = setup.run(std::move(options));
    CHECK(outcome.code == ExitCode::failed);
    CHECK(asked == to.destroys);
    CHECK(to.calls.empty());
}

TEST_CASE("an interruption before the commit aborts, and one during the commit waits for its end") {
    Script to;
    Setup setup({&to});
    SECTION("before") {
        to.at = [&](const std::string& call) {
            if (call == "prepare") setup.environment.stop.request_stop();
        };
        CHECK(setup.run().code == ExitCode::interrupted);
        CHECK(to.calls == Calls{"begin", "prepare", "abort"});
    }
    SECTION("during") {
        to.at = [&](const std::string& call) {
            if (call == "commit") setup.environment.stop.request_stop();
        };
        CHECK(setup.run().code == ExitCode::done);
        CHECK(to.calls == Calls{"begin", "prepare", "commit"});
    }
}

TEST_CASE("something that was set aside shows in the exit code") {
    Script to;
    Setup setup({&to});
    setup.environment.notices.setAside.add({"source 1", "documents/u/a.pdf", "it vanished"});
    CHECK(setup.run().code == ExitCode::setAside);
    CHECK(to.calls.back() == "commit");
}

TEST_CASE("a prepared run has written nothing, and goes on from its plan") {
    Script one;
    Setup setup({&one});
    Calls order;
    RunOptions options;
    options.confirm = [&](const Plan&) {
        order.emplace_back("asked");
        return true;
    };
    Run run(setup.pipeline, setup.environment, std::move(options));
    REQUIRE(run.prepare());
    CHECK(one.calls.empty());
    CHECK(run.execute().code == ExitCode::done);
    CHECK(one.calls == Calls{"begin", "prepare", "commit"});
    CHECK(order == Calls{"asked"});
}

TEST_CASE("a run whose preparation failed moves nothing and tells why") {
    Script one;
    one.refusals = {"no room"};
    Setup setup({&one});
    Run run(setup.pipeline, setup.environment, {});
    CHECK_FALSE(run.prepare());
    const RunOutcome outcome = run.execute();
    CHECK(outcome.code == ExitCode::failed);
    CHECK(outcome.message == "sink 1: no room");
    CHECK(one.calls.empty());
}
