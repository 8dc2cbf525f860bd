#include "lib/stream/byte_input.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "lib/stream/gzip_reader.hpp"
#include "plugins/recording_context.hpp"
#include "plugins/shell.hpp"
#include "plugins/stream/sample_data.hpp"
#include "roost/error.hpp"

using namespace roost;
using namespace roost::testing;

namespace {

std::string readAll(stream::ByteInput& input) {
    std::string text;
    std::vector<std::byte> piece(1000);
    for (std::size_t got = input.read(piece, {}); got != 0; got = input.read(piece, {}))
        text.append(reinterpret_cast<const char*>(piece.data()), got);
    return text;
}

std::string readAll(stream::GzipReader& reader) {
    std::string text;
    for (stream::Bytes piece = reader.next(); !piece.empty(); piece = reader.next())
        text.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    return text;
}

void makeFifo(const std::filesystem::path& path) { REQUIRE(::mkfifo(path.c_str(), 0600) == 0); }

}  // namespace

TEST_CASE("a file is read again from its front, and notices who writes to it") {
    TemporaryFolder folder;
    writeFile(folder / "a", "some text");
    stream::FileInput input(folder / "a");
    CHECK(input.repeatable());
    CHECK(input.name() == "'" + (folder / "a").native() + "'");
    CHECK(readAll(input) == "some text");
    input.rewind();
    CHECK(readAll(input) == "some text");
    const std::string state = input.state();
    CHECK(input.state() == state);
    writeFile(folder / "a", "another text");
    CHECK(input.state() != state);
}

TEST_CASE("a FIFO is opened before anybody writes to it, and waited for") {
    TemporaryFolder folder;
    makeFifo(folder / "fifo");
    stream::FileInput input(folder / "fifo");
    CHECK_FALSE(input.repeatable());
    const std::string path = (folder / "fifo").native();
    std::jthread writer(
        [path] { shell("for word in one two; do sleep 0.1; echo $word; done >'" + path + "'"); });
    CHECK(readAll(input) == "one\ntwo\n");
}

TEST_CASE("waiting for a silent pipe ends when the run does, and tells the watchdog that it goes on") {
    TemporaryFolder folder;
    makeFifo(folder / "fifo");
    RecordingContext context;
    const storage::FileDescriptor writer(::open((folder / "fifo").c_str(), O_RDWR));  // never writes
    stream::GzipReader reader(std::make_shared<stream::FileInput>(folder / "fifo"), &context);
    std::jthread stopper([&context] {
        while (context.aliveCalls == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        context.stop.request_stop();
    });
    CHECK_THROWS_AS(reader.next(), Interrupted);
}

TEST_CASE("a reader that is not read to its end lets go of a silent pipe") {
    TemporaryFolder folder;
    makeFifo(folder / "fifo");
    const storage::FileDescriptor writer(::open((folder / "fifo").c_str(), O_RDWR));
    writeFile(folder / "data", randomBytes(300'000));
    REQUIRE(shell("gzip -nk '" + (folder / "data").native() + "'").status == 0);
    const std::string packed = readFile(folder / "data.gz");
    std::jthread feed([&] {
        CHECK(::write(writer.get(), packed.data(), packed.size() - 1) ==
              static_cast<ssize_t>(packed.size() - 1));
    });
    stream::GzipReader reader(std::make_shared<stream::FileInput>(folder / "fifo"));
    CHECK(reader.next().size() == stream::GzipReader::blockBytes);
}

TEST_CASE("what came through a pipe is read once more from the copy") {
    TemporaryFolder folder;
    RecordingContext context;
    const std::string data = randomBytes(1'500'000);
    writeFile(folder / "data", data);
    REQUIRE(shell("gzip -nk '" + (folder / "data").native() + "'").status == 0);
    makeFifo(folder / "fifo");
    std::jthread writer(
        [&] { shell("cat '" + (folder / "data.gz").native() + "' >'" + (folder / "fifo").native() + "'"); });
    auto pipe = std::make_shared<stream::FileInput>(folder / "fifo");
    auto recorded = std::make_shared<stream::RecordedInput>(*pipe, context.temporaryFolder());
    {
        stream::GzipReader front(recorded, &context);
        CHECK(front.next().size() == stream::GzipReader::blockBytes);
    }
    recorded->copyRest(context);
    for (int i = 0; i < 2; ++i) {
        stream::GzipReader again(recorded->replay(), &context);
        CHECK(readAll(again) == data);
        CHECK(again.framing().members == 1);
    }
    CHECK(std::filesystem::is_empty(context.temporaryFolder()));
}
