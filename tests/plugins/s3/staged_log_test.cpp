// The log of what is staged: it tells every step as it was noted, or that it is damaged.
#include "sinks/s3/staged_log.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <fstream>
#include <vector>

#include "lib/s3/checksums.hpp"
#include "tests/plugins/s3/server.hpp"

using namespace roost;
using namespace roost::s3;
using roost::testing::RecordingContext;
using roost::testing::serverFolder;
using roost::testing::TestBucket;

namespace {

constexpr const char* logPrefix = "users/.roost-staging-x/log/";

StagedFile file(const std::string& key, const std::string& text) {
    auto block = std::make_shared<Block>(text.size());
    static_cast<void>(block->append(std::as_bytes(std::span(text))));
    const std::string hash = sha256Hex(block->bytes());
    return {key, {0640, 1'500'000'000'000'000'007}, hash, std::move(block)};
}

Segments writeLog(const TestBucket& test, TaskCrew& crew) {
    InFlight flight(crew, std::size_t{32} << 20U);
    StagedLog log(test.bucket, flight, logPrefix);
    log.add(StaleObject{"users/u1/pdfs/old.pdf"});
    log.add(file("users/u1/pdfs/a.pdf", "bytes of a"));
    StagedUpload upload;
    upload.parts = {"users/u1/pdfs/large.pdf", "an-id", {{1, "\"one\""}, {2, "\"two\""}}};
    upload.attributes = {0600, -5};
    upload.size = 40'000'000;
    log.add(upload);
    Segments segments = log.end();
    flight.drain();
    return segments;
}

/// The steps, a line each.
std::string readLog(const TestBucket& test, TaskCrew& crew, const Segments& segments) {
    StagedLogReader reader(test.bucket, crew, segments);
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
    const Segments segments = writeLog(test, crew);
    CHECK(readLog(test, crew, segments) == wanted);
}

TEST_CASE("a log of many segments is read back whole, and misses each that is gone, cut or another") {
    RecordingContext context;
    const TestBucket test(context);
    TaskCrew crew(4);
    Segments segments;
    std::string wantedKeys;
    {
        InFlight flight(crew, std::size_t{32} << 20U);
        StagedLog log(test.bucket, flight, logPrefix);
        const std::string bytes(1'000'000, 'x');
        for (int i = 0; i < 20; ++i) {
            const std::string key = "users/u1/pdfs/" + std::to_string(i);
            log.add(file(key, bytes + key));
            wantedKeys += key + "\n";
        }
        segments = log.end();
        flight.drain();
    }
    CHECK(segments.bytes > 4 * segmentBytes);
    CHECK(segments.bytes < 5 * segmentBytes);
    const auto readKeys = [&] {
        StagedLogReader reader(test.bucket, crew, segments);
        std::string keys;
        for (StagedStep step; reader.next(step);) {
            const auto& file = std::get<StagedFile>(step);
            keys += file.key + (sha256Hex(file.bytes->bytes()) == file.hash ? "\n" : " (other bytes)\n");
        }
        return keys;
    };
    CHECK(readKeys() == wantedKeys);
    const auto problem = [&]() -> std::string {
        try {
            static_cast<void>(readKeys());
        } catch (const Error& error) {
            return error.what();
        }
        return "none";
    };
    for (std::uint64_t number = 1; number <= 5; ++number) {
        const std::string key = segments.key(number);
        const std::string damaged =
            "the log of a restore into a bucket is damaged: cannot read " + test.bucket.shown(key) + ": ";
        std::vector<std::byte> whole(number < 5 ? segmentBytes : segments.bytes - 4 * segmentBytes);
        test.bucket.read(key, 0, whole, "", true);
        test.bucket.write(key, std::span(whole).first(whole.size() - 1));
        CHECK(problem() == damaged + "other bytes came than were asked for");
        test.bucket.remove(std::array{key});
        CHECK(problem().starts_with(damaged));
        whole[whole.size() / 2] ^= std::byte{1};
        test.bucket.write(key, whole);
        CHECK(readKeys().find("(other bytes)") != std::string::npos);
        whole[whole.size() / 2] ^= std::byte{1};
        test.bucket.write(key, whole);
        CHECK(readKeys() == wantedKeys);
    }
}

TEST_CASE("whatever bit of the log is another one is noticed") {
    RecordingContext context;
    const TestBucket test(context);
    TaskCrew crew(2);
    const Segments segments = writeLog(test, crew);
    std::vector<std::byte> whole(segments.bytes);
    test.bucket.read(segments.key(1), 0, whole, "", true);
    REQUIRE(whole.size() > 300);
    const std::string damaged = "the log of a restore into a bucket is damaged";
    for (std::size_t at = 0; at < whole.size(); ++at) {
        // Written by the server, so that the ETag fits: the records' own hashes have to tell.
        whole[at] ^= std::byte{1} << at % 8;
        test.bucket.write(segments.key(1), whole);
        INFO("byte " << at << " of " << whole.size());
        std::string lines;
        std::string message;
        try {
            lines = readLog(test, crew, segments);
        } catch (const Error& error) {
            message = error.what();
        }
        if (message.empty())
            CHECK(lines.find("(other bytes)") !=
                  std::string::npos);  // which the server is told by their hash
        else
            CHECK((message == damaged || message == damaged + ": it ends too soon"));
        whole[at] ^= std::byte{1} << at % 8;
    }
    test.bucket.write(segments.key(1), whole);
    CHECK(readLog(test, crew, segments) == wanted);
}

TEST_CASE("a segment whose bytes are not those of its ETag is told by its name") {
    RecordingContext context;
    const TestBucket test(context);
    TaskCrew crew(2);
    const Segments segments = writeLog(test, crew);
    // Overwritten in place: the server goes on giving it as the object that it was.
    std::fstream(serverFolder() / test.name / segments.key(1),
                 std::ios::in | std::ios::out | std::ios::binary)
        .put('!');
    CHECK_THROWS_WITH(readLog(test, crew, segments),
                      "the log of a restore into a bucket is damaged: the bytes of " +
                          test.bucket.shown(segments.key(1)) + " are not those that its ETag was made of");
}
