// The operations against a real server.
#include <algorithm>
#include <catch2/catch.hpp>

#include "lib/s3/object_bytes.hpp"
#include "lib/s3/part_upload.hpp"
#include "tests/plugins/s3/server.hpp"

using namespace roost;
using namespace roost::s3;
using roost::testing::RecordingContext;
using roost::testing::TestBucket;

namespace {

std::string pattern(std::size_t size) {
    std::string text(size, '\0');
    std::uint32_t state = 12345;
    for (char& c : text) c = static_cast<char>((state = state * 1664525U + 1013904223U) >> 24U);
    return text;
}

}  // namespace

TEST_CASE("keys of all kinds are signed, written, listed, read and removed") {
    RecordingContext context;
    const TestBucket test(context);
    const std::vector<std::string> keys{"a b+c&d=e",
                                        "caf\xc3\xa9/\xe6\x96\x87\xe5\xad\x97 (1).pdf",
                                        "per%20cent/100%",
                                        "plain",
                                        "quote\"'<>;:@!$*,?#[]{}|\\^`~",
                                        "tab\there/line\nfeed"};
    for (const std::string& key : keys) test.put(key, "content of " + key);
    std::vector<std::string> sorted = keys;
    std::ranges::sort(sorted);
    std::vector<std::string> listed = test.keys();
    std::ranges::sort(listed);
    CHECK(listed == sorted);
    for (const std::string& key : keys) CHECK(test.get(key) == "content of " + key);
    CHECK(test.keys("caf\xc3\xa9/").size() == 1);
    test.bucket.remove(keys);
    CHECK(test.keys().empty());
}

TEST_CASE("attributes come back, and a version that is gone is refused") {
    RecordingContext context;
    const TestBucket test(context);
    const FileAttributes before{0640, -1'500'000'001};
    const std::string text = "one";
    const std::string etag = test.bucket.write("k", std::as_bytes(std::span(text)), attributeHeaders(before));
    const auto head = test.bucket.head("k");
    REQUIRE(head);
    CHECK(head->size == 3);
    CHECK(head->etag == etag);
    CHECK(head->mode == 0640);
    CHECK(head->modifiedNanoseconds == -1'500'000'001);
    CHECK_FALSE(test.bucket.head("none"));
    test.put("k", "two");
    std::string buffer(3, '\0');
    try {
        test.bucket.read("k", 0, std::as_writable_bytes(std::span(buffer)), etag, true);
        FAIL("an object that was replaced was read");
    } catch (const ServerRefusal& refusal) {
        CHECK(refusal.status() == 412);
    }
}

TEST_CASE("an object of several parts shows when it is complete, and comes back whole") {
    RecordingContext context;
    const TestBucket test(context);
    const std::string text = pattern(2 * smallestPart + 12345);
    TaskCrew crew(4);
    InFlight flight(crew, 3 * smallestPart);
    PartUpload upload(test.bucket, flight, "big", {}, smallestPart);
    upload.append(std::as_bytes(std::span(text)));
    upload.end();
    flight.drain();
    REQUIRE(upload.complete());
    CHECK(test.keys().empty());
    CHECK(test.uploads() == 1);
    const FinishedParts parts = upload.finished();
    CHECK(parts.parts.size() == 3);
    CHECK(test.bucket.completeUpload("big", parts.id, parts.parts, text.size()).size == text.size());
    CHECK(test.uploads() == 0);
    const auto head = test.bucket.head("big");
    REQUIRE(head);
    ObjectBytes bytes(test.bucket, crew, "big", *head, 2 * pieceSize);
    std::string back;
    std::vector<std::byte> buffer(100'000);
    while (const std::size_t size = bytes.read(buffer))
        back.append(reinterpret_cast<const char*>(buffer.data()), size);
    CHECK((back == text));
}

TEST_CASE("an aborted upload leaves nothing") {
    RecordingContext context;
    const TestBucket test(context);
    const std::string id = test.bucket.startUpload("x", {});
    const std::string text = "part";
    static_cast<void>(test.bucket.uploadPart("x", id, 1, std::as_bytes(std::span(text))));
    test.bucket.abortUpload("x", id);
    test.bucket.abortUpload("x", id);
    CHECK(test.uploads() == 0);
    CHECK(test.keys().empty());
}

TEST_CASE("lists go on after a page") {
    RecordingContext context;
    const TestBucket test(context);
    std::vector<std::string> keys;
    for (int i = 0; i < 1005; ++i) keys.push_back("many/" + std::to_string(10'000 + i));
    TaskCrew crew(8);
    InFlight flight(crew, 1U << 20U);
    for (const std::string& key : keys) flight.add(1, [&test, &key] { test.put(key, ""); });
    flight.drain();
    CHECK(test.keys("many/") == keys);
    test.bucket.remove(keys);
    CHECK(test.keys().empty());
}

TEST_CASE("what is refused is told in a user's words, without secrets") {
    RecordingContext context;
    const TestBucket test(context);
    const auto failure = [&](const S3Options& options, const std::string& bucket) {
        Client client(serverSettings(options, bucket), context);
        try {
            Bucket(client).list("", [](ListedObject&&) {});
        } catch (const Error& error) {
            return std::string(error.what()) + " | " + error.hint();
        }
        return std::string("no error");
    };
    CHECK(failure({}, "no-such-bucket-here") ==
          "cannot list 's3://no-such-bucket-here': there is no such bucket (NoSuchBucket) | check its name, "
          "the "
          "endpoint and the region, or make the bucket first");
    S3Options wrong;
    wrong.accessKeyId = std::getenv("S3_ACCESS_KEY_ID");
    wrong.secretAccessKey = "a-wrong-secret";
    const std::string said = failure(wrong, test.name);
    CHECK(said ==
          "cannot list 's3://" + test.name +
              "': the server does not accept the signature (SignatureDoesNotMatch) | check the access key "
              "id and the secret access key");
    wrong.accessKeyId = "nobody";
    CHECK(failure(wrong, test.name).find("the server does not know the access key id") != std::string::npos);
}
