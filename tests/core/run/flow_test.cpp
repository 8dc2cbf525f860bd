#include "pipeline/flow.hpp"

#include <catch2/catch.hpp>

#include "run/stages.hpp"

using namespace roost;
using namespace roost::test;
using namespace std::chrono_literals;

namespace {

/// A plan of one source and some sinks, with the counters that a flow needs.
struct Setup {
    explicit Setup(Script& from, std::vector<Script*> to, ScriptFactory* transform = nullptr)
        : source(from, PluginKind::source, "database") {
        pipeline.sources.push_back(stage(source, "source 1"));
        if (transform != nullptr) pipeline.transforms.push_back(stage(*transform, "transform 1"));
        for (Script* script : to) {
            sinks.push_back(std::make_unique<ScriptFactory>(*script, PluginKind::sink, "archive"));
            pipeline.sinks.push_back(stage(*sinks.back(), "sink " + std::to_string(sinks.size())));
        }
        plan = makePlan(pipeline, environment);
        progress.push_back(std::make_unique<SourceProgress>());
        for (PlannedSink& sink : plan->sinks) sink.sink->begin(plan->catalog, *sink.context);
    }

    TestEnvironment environment;
    ScriptFactory source;
    std::vector<std::unique_ptr<ScriptFactory>> sinks;
    ResolvedPipeline pipeline;
    std::unique_ptr<Plan> plan;
    std::vector<std::unique_ptr<SourceProgress>> progress;
};

class EvenOnly final : public Transform {
public:
    void rewrite(Catalog& catalog, Context&) override {
        for (EntryKindTotals& kind : catalog.entryKinds) kind.coverage = Coverage::files;
    }
    bool apply(Item& item) override {
        if (const auto* entry = std::get_if<Entry>(&item)) return entry->path != "dropped";
        if (auto* end = std::get_if<TableEnd>(&item)) end->rows = std::exchange(kept_, 0);
        auto* batch = std::get_if<BatchPtr>(&item);
        if (batch == nullptr) return true;
        auto kept = std::make_shared<Batch>((*batch)->table(), 1);
        for (std::size_t i = 0; i < (*batch)->rows(); ++i)
            if ((*batch)->row(i)[0].integer() % 2 == 0) kept->addRow()[0] = (*batch)->row(i)[0];
        kept_ += kept->rows();
        *batch = std::move(kept);
        return true;
    }

private:
    std::uint64_t kept_ = 0;
};

}  // namespace

TEST_CASE("every sink gets every row and every byte, in order") {
    Script from;
    from.tables = {{"a", 200'000}, {"empty", 0}, {"b", 3}};
    from.files = {{"small", "hello"}, {"nothing", ""}, {"large", std::string(3'000'000, 'x') + "end"}};
    Script one;
    Script two;
    Setup setup(from, {&one, &two});
    Flow flow(*setup.plan, setup.environment, setup.progress);
    REQUIRE_FALSE(flow.run(10s, 1s));
    for (const Script* got : {&one, &two}) {
        REQUIRE(got->values.size() == 200'003);
        CHECK(got->values[199'999] == 199'999);
        CHECK(got->values[200'002] == 2);
        REQUIRE(got->received.size() == 6);
        CHECK(got->received[1].second == "empty");
        CHECK(got->received[3] == from.files[0]);
        CHECK(got->received[4] == from.files[1]);
        CHECK(got->received[5] == from.files[2]);
        CHECK(got->calls == std::vector<std::string>{"begin", "prepare"});
    }
    CHECK(setup.progress[0]->rows == 200'003);
    CHECK(setup.progress[0]->files == 3);
}

TEST_CASE("a sink that takes only files gets no rows, and the other way round") {
    Script from;
    from.tables = {{"a", 10}};
    from.files = {{"f", "content"}};
    Script tables;
    tables.takesEntries = false;
    Script entries;
    entries.takesTables = false;
    Setup setup(from, {&tables, &entries});
    Flow flow(*setup.plan, setup.environment, setup.progress);
    REQUIRE_FALSE(flow.run(10s, 1s));
    CHECK(tables.values.size() == 10);
    CHECK(tables.received.size() == 1);
    CHECK(entries.values.empty());
    CHECK(entries.received == from.files);
}

TEST_CASE("transforms change and drop items on their way") {
    Script from;
    from.tables = {{"a", 100'000}};
    from.files = {{"kept", "1"}, {"dropped", std::string(1'000'000, 'z')}, {"last", "2"}};
    Script to;
    ScriptFactory transform(to, PluginKind::transform, "even");
    transform.transform = [] { return std::make_unique<EvenOnly>(); };
    Setup setup(from, {&to}, &transform);
    Flow flow(*setup.plan, setup.environment, setup.progress);
    REQUIRE_FALSE(flow.run(10s, 1s));
    REQUIRE(to.values.size() == 50'000);
    CHECK(to.values.back() == 99'998);
    REQUIRE(to.received.size() == 3);
    CHECK(to.received[1] == std::pair<std::string, std::string>("kept", "1"));
    CHECK(to.received[2] == std::pair<std::string, std::string>("last", "2"));
}

TEST_CASE("a file that is shorter than it was said to be, for no reason, ends the run") {
    Script from;
    from.files = {
        {"short", std::string(GENERATE(std::size_t{0}, std::size_t{5}, std::size_t{3'000'000}), 'x')}};
    from.announcedBeyond = 1;
    Script to;
    Setup setup(from, {&to});
    Flow flow(*setup.plan, setup.environment, setup.progress);
    const auto failure = flow.run(10s, 1s);
    REQUIRE(failure);
    CHECK(failure->message.find("file documents/alice/short gave " +
                                std::to_string(from.files[0].second.size()) + " of the ") !=
          std::string::npos);
}

TEST_CASE("a failing stage stops the others and is named with its place in the data") {
    Script from;
    from.tables = {{"a", 5'000'000}};
    Script to;
    SECTION("the source") {
        int calls = 0;
        from.beforeNext = [&] {
            if (++calls == 4) throw Error("the disk is gone");
        };
        Setup setup(from, {&to});
        Flow flow(*setup.plan, setup.environment, setup.progress);
        const auto failure = flow.run(10s, 1s);
        REQUIRE(failure);
        CHECK_FALSE(failure->interrupted);
        CHECK(failure->message == "source 1, table a after row 131072: the disk is gone");
    }
    SECTION("the sink") {
        to.at = [&](const std::string& call) {
            if (call == "write" && to.values.size() > 100) throw std::runtime_error("no space left");
        };
        Setup setup(from, {&to});
        Flow flow(*setup.plan, setup.environment, setup.progress);
        const auto failure = flow.run(10s, 1s);
        REQUIRE(failure);
        CHECK(failure->message == "sink 1, table a after row 131072: no space left");
    }
    SECTION("with something that is no exception") {
        to.at = [&](const std::string& call) {
            if (call == "prepare") throw 42;
        };
        from.tables = {{"a", 5}};
        Setup setup(from, {&to});
        Flow flow(*setup.plan, setup.environment, setup.progress);
        const auto failure = flow.run(10s, 1s);
        REQUIRE(failure);
        CHECK(failure->message == "sink 1: the plugin threw something that is no exception");
    }
}

TEST_CASE("a stop request ends a flow as interrupted") {
    Script from;
    from.tables = {{"a", 1'000'000'000}};
    Script to;
    Setup setup(from, {&to});
    int writes = 0;
    to.at = [&](const std::string&) {
        if (++writes == 5) setup.environment.stop.request_stop();
        to.values.clear();
    };
    Flow flow(*setup.plan, setup.environment, setup.progress);
    const auto failure = flow.run(10s, 1s);
    REQUIRE(failure);
    CHECK(failure->interrupted);
    CHECK_FALSE(flow.hung());
}

TEST_CASE("a stage that gives no sign of life is given up after the stall limit") {
    Script from;
    from.tables = {{"a", 10}};
    Script to;
    std::atomic<bool> release = false;
    from.beforeNext = [&] {
        while (!release) std::this_thread::sleep_for(5ms);
    };
    Setup setup(from, {&to});
    {
        Flow flow(*setup.plan, setup.environment, setup.progress);
        const auto failure = flow.run(300ms, 300ms);
        REQUIRE(failure);
        CHECK(failure->message == "source 1: the plugin has given no sign of life for 0.3 seconds");
        CHECK(flow.hung());
        CHECK(flow.sinkIdle(0));
        release = true;  // the program would end here; the test lets the thread come back instead
        std::this_thread::sleep_for(300ms);
    }
}

TEST_CASE("a stage that waits long for another one is not taken for hung") {
    Script from;
    from.tables = {{"a", 10}};
    Script to;
    int calls = 0;
    std::unique_ptr<Plan>* plan = nullptr;
    from.beforeNext = [&] {
        for (int i = 0; ++calls == 2 && i < 1; ++i)
            for (int n = 0; n < 10; ++n) {
                std::this_thread::sleep_for(60ms);
                (*plan)->sources[0].context->alive();
            }
    };
    Setup setup(from, {&to});
    plan = &setup.plan;
    Flow flow(*setup.plan, setup.environment, setup.progress);
    CHECK_FALSE(flow.run(300ms, 300ms));
    CHECK(to.values.size() == 10);
}
