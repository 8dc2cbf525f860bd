// The log of what is staged: it tells every step as it was noted, or that it is damaged.
#include "sinks/s3/staged_log.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <iterator>

#include "lib/s3/checksums.hpp"
#include "tests/plugins/s3/server.hpp"

using namespace roost;
using namespace roost::s3;
using roost::testing::RecordingContext;
using roost::testing::serverFolder;
using roost::testing::TestBucket;

namespace {

constexpr const char* logKey = "users/.roost-staging-x/log-0";

StagedFile file(const std::string& key, const std::string& text) {
    auto block = std::make_shared<Block>(text.size());
    static_cast<void>(block->append(std::as_bytes(std::span(text))));
    const std::string hash = sha256Hex(block->bytes());
    return {key, {0640, 1'500'000'000'000'000'007}, hash, std::move(block)};
}

void writeLog(const TestBucket& test, TaskCrew& crew) {
    InFlight flight(crew, std::size_t{32} << 20U);
    StagedLog log(test.bucket, flight, logKey);
    log.add(StaleObject{"users/u1/pdfs/old.pdf"});
    log.add(file("users/u1/pdfs/a.pdf", "bytes of a"));
    StagedUpload upload;
    upload.parts = {"users/u1/pdfs/large.pdf", "an-id", {{1, "\"one\""}, {2, "\"two\""}}};
    upload.attributes = {0600, -5};
    upload.size = 40'000'000;
    log.add(upload);
    log.end();
    flight.drain();
    log.complete(test.bucket);
}

/// The steps, a line each.
std::string readLog(const TestBucket& test, TaskCrew& crew) {
    const auto head = test.bucket.head(logKey);
    StagedLogReader reader(test.bucket, crew, logKey, head.value());
    std::string lines;
    StagedStep step;
    while (reader.next(step)) {
        if (const auto* stale = std::get_if<StaleObject>(&step)) lines += "stale " + stale->key;
        if (const auto* small = std::get_if<StagedFile>(&step))
            lines += "file " + small->key + " " + std::to_string(small->attributes.mode) + " " +
                     std::to_string(small->attributes.modifiedNanoseconds) + " " +
                     std::string(reinterpret_cast<const char*>(small->bytes->bytes().data()),
                                 small->bytes->size()) +
                     (sha256Hex(small->bytes->bytes()) == small->hash ? "" : " (other bytes)");
        if (const auto* large = std::get_if<StagedUpload>(&step)) {
            lines += "upload " + large->parts.key + " " + large->parts.id + " " + std::to_string(large->size);
            for (const UploadedPart& part : large->parts.parts)
                lines += " " + std::to_string(part.number) + part.etag;
        }
        lines += "\n";
    }
    return lines;
}

const std::string wanted =
    "stale users/u1/pdfs/old.pdf\n"
    "file users/u1/pdfs/a.pdf 416 1500000000000000007 bytes of a\n"
    "upload users/u1/pdfs/large.pdf an-id 40000000 1\"one\" 2\"two\"\n";

}  // namespace

TEST_CASE("what is noted of a restore into a bucket is read back as it was") {
    RecordingContext context;
    const TestBucket test(context);
    TaskCrew crew(2);
    writeLog(test, crew);
    CHECK(readLog(test, crew) == wanted);
}

TEST_CASE("whatever bit of the log is another one is noticed") {
    RecordingContext context;
    const TestBucket test(context);
    TaskCrew crew(2);
    writeLog(test, crew);
    const auto path = serverFolder() / test.name / logKey;
    std::string whole;
    {
        std::ifstream in(path, std::ios::binary);
        whole.assign(std::istreambuf_iterator<char>(in), {});
    }
    REQUIRE(whole.size() > 300);
    for (std::size_t at = 0; at < whole.size(); ++at) {
        // Overwritten in place: the server goes on giving it as the object that it was.
        const auto put = [&](char byte) {
            std::fstream out(path, std::ios::in | std::ios::out | std::ios::binary);
            out.seekp(static_cast<std::streamoff>(at)).put(byte);
        };
        put(static_cast<char>(whole[at] ^ (1 << at % 8)));
        INFO("byte " << at << " of " << whole.size());
        std::string lines;
        std::string message;
        try {
            lines = readLog(test, crew);
        } catch (const Error& error) {
            message = error.what();
        }
        if (message.empty())
            CHECK(lines.find("(other bytes)") !=
                  std::string::npos);  // which the server is told by their hash
        else
            CHECK(message == "the log of a restore into a bucket is damaged");
        put(whole[at]);
    }
    CHECK(readLog(test, crew) == wanted);
}
