#include "pipeline/plan.hpp"

#include <catch2/catch.hpp>

#include "run/stages.hpp"

using namespace roost;
using namespace roost::test;
using Catch::Matchers::Message;

TEST_CASE("databases are planned before storages, and tables are numbered through") {
    Script files;
    files.files = {{"f", "x"}};
    Script first;
    first.tables = {{"a", 1}, {"b", 2}};
    Script second;
    second.tables = {{"c", 3}};
    Script to;
    const ScriptFactory storage(files, PluginKind::source, "storage");
    const ScriptFactory one(first, PluginKind::source, "database");
    const ScriptFactory two(second, PluginKind::source, "database");
    const ScriptFactory sink(to, PluginKind::sink, "archive");
    ResolvedPipeline pipeline;
    pipeline.sources = {stage(storage, "source 1"), stage(one, "source 2"), stage(two, "source 3")};
    pipeline.sinks = {stage(sink, "sink 1")};
    TestEnvironment environment;
    const auto plan = makePlan(pipeline, environment);
    REQUIRE(plan->sources.size() == 3);
    CHECK(plan->sources[0].context->label() == "source 2");
    CHECK(plan->sources[2].context->label() == "source 1");
    REQUIRE(plan->catalog.tables.size() == 3);
    CHECK(plan->catalog.tables[2].name == "c");
    CHECK(plan->catalog.tables[2].id == 2);
    CHECK(plan->sources[1].firstTable == 2);
    CHECK(to.calls.empty());
}

TEST_CASE("what cannot be carried is refused while planning") {
    Script from;
    from.tables = {{"a", 1}};
    from.files = {{"f", "x"}};
    Script to;
    const ScriptFactory source(from, PluginKind::source, "database");
    const ScriptFactory sink(to, PluginKind::sink, "archive");
    ResolvedPipeline pipeline;
    pipeline.sources = {stage(source, "source 1")};
    pipeline.sinks = {stage(sink, "sink 1"), stage(sink, "sink 2")};
    TestEnvironment environment;
    SECTION("all refusals at once") {
        to.refusals = {"it exists", "it is full"};
        CHECK_THROWS_MATCHES(
            makePlan(pipeline, environment), Error,
            Message("sink 1: it exists\nsink 1: it is full\nsink 2: it exists\nsink 2: it is full"));
    }
    SECTION("two sinks with one target") {
        to.target = "/nowhere/x/../a.tar.gz";
        CHECK_THROWS_MATCHES(makePlan(pipeline, environment), Error,
                             Message("sink 2: its target /nowhere/x/../a.tar.gz is that of sink 1, too"));
    }
    SECTION("tables that no sink takes") {
        to.takesTables = false;
        CHECK_THROWS_MATCHES(makePlan(pipeline, environment), Error,
                             Message("no sink takes the tables that the sources give"));
    }
    SECTION("files that no sink takes") {
        to.takesEntries = false;
        CHECK_THROWS_MATCHES(makePlan(pipeline, environment), Error,
                             Message("no sink takes the files that the sources give"));
    }
    SECTION("two tables of one name") {
        pipeline.sources.push_back(stage(source, "source 2"));
        CHECK_THROWS_MATCHES(makePlan(pipeline, environment), Error,
                             Message("two sources have a table named 'a'"));
    }
    SECTION("tables of two dialects") {
        Script other;
        other.tables = {{"z", 1}};
        other.dialect = "elsewhere";
        const ScriptFactory second(other, PluginKind::source, "database");
        pipeline.sources.push_back(stage(second, "source 2"));
        CHECK_THROWS_MATCHES(makePlan(pipeline, environment), Error,
                             Message("the sources hold tables of two kinds of database, test and elsewhere"));
    }
}
