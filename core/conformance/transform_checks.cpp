// What is asked of a transform, between a generated source and a sink that collects.
#include <algorithm>
#include <set>

#include "conformance/collecting_sink.hpp"
#include "conformance/contracts.hpp"
#include "conformance/generated_source.hpp"
#include "conformance/host_stage.hpp"

namespace roost::conformance {

namespace {

constexpr const char* dialect = "sqlite";

Ran transform(Bench& bench, Content content, Collected& collected, RunRequest request = {}) {
    content.dialect = dialect;
    const HostStage source([&] { return std::make_unique<GeneratedSource>(content); });
    const HostStage sink([&] { return std::make_unique<CollectingSink>(collected); });
    request.sources = {source.stage()};
    request.transforms = {bench.stage()};
    request.sinks = {sink.stage()};
    return bench.run(request);
}

void checkRewrite(Bench& bench) {
    Collected collected;
    RunRequest request;
    request.dryRun = true;
    requireDone(transform(bench, {}, collected, request));
    requireSound(collected.catalog);
}

void checkItems(Bench& bench) {
    Collected collected;
    requireDone(transform(bench, {}, collected));
    for (const Table& table : collected.catalog.tables)
        require(collected.rows.contains(table.qualifiedName()),
                "table " + table.qualifiedName() + " did not come");
}

void checkMixed(Bench& bench) {
    Content content;
    content.mixed = true;
    Collected collected;
    requireDone(transform(bench, content, collected));
}

void checkEmpty(Bench& bench) {
    Content content;
    content.rows = false;
    Collected collected;
    const Ran ran = transform(bench, content, collected);
    if (ran.code == ExitCode::failed && collected.rows.empty() && !ran.message.empty())
        throw NotApplicable("it refuses data without rows: " + ran.message);
    requireDone(ran);
    for (const auto& [name, rows] : collected.rows)
        require(rows == 0, "table " + name + " was empty and came with " + std::to_string(rows) + " rows");
}

void checkHalves(Bench& bench) {
    Content content;
    content.files = false;
    Collected tables;
    requireDone(transform(bench, content, tables));
    require(tables.files == 0, "files came where there were none");
}

void checkBatchesKept(Bench& bench) {
    std::vector<std::pair<BatchPtr, std::string>> given;
    Content content;
    content.given = [&](const BatchPtr& batch) { given.emplace_back(batch, digestOf(*batch)); };
    Collected collected;
    requireDone(transform(bench, content, collected));
    for (const auto& [batch, digest] : given)
        require(digestOf(*batch) == digest,
                "it changed a batch in place: other stages may read it; replace it instead");
}

void checkRepeatable(Bench& bench) {
    Collected first;
    Collected second;
    requireDone(transform(bench, {}, first));
    requireDone(transform(bench, {}, second));
    require(first.digest == second.digest, "the same data came out in two ways");
}

void checkInterruption(Bench& bench) {
    Content content;
    std::stop_source source{std::nostopstate};
    RunRequest request;
    request.before = [&](std::stop_source stop) { source = std::move(stop); };
    content.at = [&](std::uint64_t step) {
        if (step == 2) source.request_stop();
    };
    content.bulk = 8U << 20U;
    Collected collected;
    const Ran ran = transform(bench, content, collected, request);
    require(ran.code == ExitCode::interrupted, "a run that was stopped came out as: " + ran.message);
}

void checkMemory(Bench& bench) {
    if (!canMeasureMemory()) throw NotApplicable("a sanitizer keeps what was freed");
    Content content;
    content.bulk = bulkBytes;
    Collected collected;
    MemoryMeter meter;
    requireDone(transform(bench, content, collected));
    requireBounded(meter, 2 * bulkBytes);
}

}  // namespace

std::vector<Check> transformChecks() {
    return {{"rewrite", "what it makes of a catalog is a catalog", checkRewrite},
            {"items", "what it makes of the items fits what it made of the catalog", checkItems},
            {"mixed", "it takes any kind of value in any column", checkMixed},
            {"empty", "it takes empty tables, and makes no rows of them", checkEmpty},
            {"tables-only", "it takes data without files", checkHalves},
            {"batches-kept", "batches are replaced, not changed", checkBatchesKept},
            {"repeatable", "the same data comes out the same way again", checkRepeatable},
            {"interruption", "a stop request ends it soon", checkInterruption},
            {"memory", "memory stays bounded, however much goes through", checkMemory}};
}

}  // namespace roost::conformance
