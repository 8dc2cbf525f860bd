#include "lib/transport/transport.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "lib/transport/schemes.hpp"
#include "plugins/recording_context.hpp"
#include "plugins/shell.hpp"
#include "plugins/stream/sample_data.hpp"

using namespace roost;
using namespace roost::testing;
using namespace roost::transport;

namespace {

TransportOptions at(const std::string& url) {
    TransportOptions options;
    options.url = Location::parse(url);
    return options;
}

/// What checkTransport() says of a stage with that url.
std::vector<std::string> problems(const std::string& url, Direction direction) {
    Node settings(Node::Kind::mapping, "", {1, 1});
    settings.members.emplace_back(Node(Node::Kind::scalar, "url", {1, 1}),
                                  Node(Node::Kind::scalar, url, {1, 6}));
    Diagnostics diagnostics;
    checkTransport(at(url), settings, "tar-gz", direction, diagnostics);
    std::vector<std::string> messages;
    for (const Diagnostic& diagnostic : diagnostics.list()) messages.push_back(diagnostic.message);
    return messages;
}

using Texts = std::vector<std::string>;

std::string readAll(stream::ByteInput& input) {
    std::string text;
    std::vector<std::byte> piece(1000);
    for (std::size_t got = input.read(piece, {}); got != 0; got = input.read(piece, {}))
        text.append(reinterpret_cast<const char*>(piece.data()), got);
    return text;
}

}  // namespace

TEST_CASE("a url is checked without touching what it names") {
    for (const Direction direction : {Direction::read, Direction::write})
        for (const char* const url : {"file:/nowhere/a.tar.gz", "file:a.zip", "-", "file:-"})
            CHECK(problems(url, direction).empty());
    CHECK(problems("file:", Direction::read) == Texts{"the url names no file"});
    CHECK(problems("file:/a/", Direction::write) == Texts{"the url names no file"});
    CHECK(problems("ftp://host/a", Direction::read) ==
          Texts{"tar-gz cannot read from 'ftp:'; it takes file:PATH, s3://BUCKET/KEY and -"});
    CHECK(problems("ftp://host/a", Direction::write) ==
          Texts{"tar-gz cannot write to 'ftp:'; it takes file:PATH, s3://BUCKET/KEY and -"});
}

TEST_CASE("the scheme chooses the transport, and others are refused without their secrets") {
    CHECK(makeTransport(at("file:/x/a.tar.gz"))->shownTarget() == "/x/a.tar.gz");
    CHECK(makeTransport(at("file:/x/a.tar.gz"))->archiveName() == "a.tar.gz");
    for (const char* const url : {"-", "file:-"}) {
        RecordingContext context;
        const auto streams = makeTransport(at(url));
        CHECK(streams->shownTarget() == "standard output");
        CHECK(streams->archiveName().empty());
        CHECK(streams->openInput(context)->name() == "standard input");
    }
    CHECK_THROWS_WITH(makeTransport(at("ftp://user:secret@host/x")),
                      "an archive cannot be read from 'ftp://user:***@host/x'");
}

TEST_CASE("what goes to a file comes back from it, more than once") {
    TemporaryFolder folder;
    RecordingContext context;
    const std::string data = randomBytes(100'000);
    const auto file = makeTransport(at("file:" + (folder / "a.bin").native()));
    const auto target = file->openTarget(stream::OnExisting::fail, context);
    const std::string unfinished = context.journalRecords.at(0);
    const stream::Bytes piece = asBytes(data);
    target->append({&piece, 1});
    target->prepare();
    CHECK_FALSE(std::filesystem::exists(folder / "a.bin"));
    target->commit();
    CHECK(readFile(folder / "a.bin") == data);

    const auto input = file->openInput(context);
    REQUIRE(input->repeatable());
    CHECK(readAll(*input) == data);
    input->rewind();
    CHECK(readAll(*input) == data);
    const std::string state = input->state();
    CHECK(file->openInput(context)->state() == state);
    writeFile(folder / "a.bin", "changed");
    CHECK(file->openInput(context)->state() != state);
    CHECK(recoverTarget(unfinished, Decision::undone, "tar-gz", context).empty());
}

TEST_CASE("recovery takes the place from the record alone") {
    TemporaryFolder folder;
    RecordingContext context;
    const auto left = folder / ".a.zip.AbCdEf.roost-partial";
    writeFile(left, "unfinished");
    CHECK(recoverTarget("{\"folder\":\"" + folder.path().native() + "\"}", Decision::undone, "zip",
                        context) == "removed the unfinished archive '" + left.native() + "'");
    CHECK_FALSE(std::filesystem::exists(left));
    CHECK_THROWS_WITH(recoverTarget("{\"scheme\":\"s9\"}", Decision::undone, "zip", context),
                      "the journal of a zip sink names a place that this roost does not know");
    CHECK_THROWS_WITH(recoverTarget("{\"scheme\":\"-\"}", Decision::undone, "zip", context),
                      "the journal of a zip sink names a place that this roost does not know");
    CHECK_THROWS_AS(recoverTarget("nonsense", Decision::undone, "zip", context), Error);
    CHECK_THROWS_AS(recoverTarget("{}", Decision::undone, "zip", context), Error);
}
