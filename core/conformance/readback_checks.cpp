// Whether what a sink wrote is there: read back by a source and compared value by value.
#include "conformance/readback_checks.hpp"

#include "conformance/contracts.hpp"
#include "conformance/host_stage.hpp"
#include "conformance/reader.hpp"
#include "conformance/recording.hpp"

namespace roost::conformance {

Recording generated(const Bench& bench, const Content& content) {
    Recording recording;
    const HostStage source([&] { return std::make_unique<GeneratedSource>(content); });
    const HostStage sink([&] { return std::make_unique<RecordingSink>(recording); });
    RunRequest request;
    request.sources = {source.stage()};
    request.sinks = {sink.stage()};
    requireDone(bench.run(request));
    return recording;
}

Recording readBack(const Bench& bench) {
    Recording recording;
    const HostStage sink([&] { return std::make_unique<RecordingSink>(recording); });
    RunRequest request;
    request.sources = {readerFor(bench)};
    request.sinks = {sink.stage()};
    const Ran ran = bench.run(request);
    require(ran.code == ExitCode::done || ran.code == ExitCode::setAside,
            "what it wrote cannot be read back: " + ran.message);
    return recording;
}

void checkReadBack(Bench& bench) {
    static_cast<void>(readerFor(bench));  // without one nothing needs to be written
    Content content = contentFor(bench);
    content.bulk = std::uint64_t{3} << 20U;  // several batches, and a file of several pieces
    const Recording written = generated(bench, content);
    const Ran ran = feed(bench, content);
    requireDone(ran);
    bench.doing("what it wrote was read back");
    const std::string found = difference(written, readBack(bench), ran.told);
    require(found.empty(), found);
}

}  // namespace roost::conformance
