// An archive's way into an object and back.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstring>
#include <thread>

#include "lib/s3/part_upload.hpp"
#include "lib/transport/s3_target.hpp"
#include "lib/transport/schemes.hpp"
#include "tests/plugins/s3/server.hpp"

using namespace roost;
using namespace roost::transport;
using roost::testing::RecordingContext;
using roost::testing::TestBucket;

namespace {

std::string filled(std::size_t size, unsigned seed) {
    std::string text(size, '\0');
    std::uint32_t state = seed;
    for (char& c : text) c = static_cast<char>((state = state * 1664525U + 1013904223U) >> 24U);
    return text;
}

void append(stream::ByteTarget& target, const std::string& text) {
    const stream::Bytes piece = std::as_bytes(std::span(text));
    target.append({&piece, 1});
}

TransportOptions at(const std::string& url) {
    TransportOptions options;
    options.url = Location::parse(url);
    return options;
}

std::string readAll(stream::ByteInput& input) {
    std::string all;
    std::vector<std::byte> buffer(300'000);
    while (const std::size_t size = input.read(buffer, {}))
        all.append(reinterpret_cast<const char*>(buffer.data()), size);
    return all;
}

}  // namespace

TEST_CASE("parts that were sent and then rewritten or moved arrive as they are at the end") {
    RecordingContext context;
    const TestBucket test(context);
    const auto transport = makeTransport(at(test.url("a/b c.tar.gz")));
    std::string expected = filled(2 * s3::smallestPart + 1000, 7);
    const auto target = transport->openTarget(stream::OnExisting::fail, context);
    append(*target, expected);
    const std::string fresh = "a head that is known at the end";
    target->rewrite(10, std::as_bytes(std::span(fresh)));
    expected.replace(10, fresh.size(), fresh);
    target->shift(s3::smallestPart, -5);
    expected.erase(s3::smallestPart - 5, 5);
    target->shift(100, 3);
    expected.insert(100, expected.substr(100, 3));
    append(*target, "tail");
    expected += "tail";
    CHECK(test.keys().empty());
    target->prepare();
    CHECK(test.keys().empty());
    target->commit();
    CHECK(test.keys() == std::vector<std::string>{"a/b c.tar.gz"});
    CHECK(test.uploads() == 0);
    const auto input = transport->openInput(context);
    CHECK((readAll(*input) == expected));
    input->rewind();
    CHECK((readAll(*input) == expected));
    REQUIRE(input->random() != nullptr);
    std::string middle(3'000'000, '\0');
    input->random()->read(5'000'000, std::as_writable_bytes(std::span(middle)));
    CHECK((middle == expected.substr(5'000'000, middle.size())));
    CHECK_THROWS_AS(input->random()->read(expected.size() - 1, std::as_writable_bytes(std::span(middle))),
                    Error);
}

TEST_CASE("an archive that is aborted, or only destroyed, leaves nothing") {
    RecordingContext context;
    const TestBucket test(context);
    const auto transport = makeTransport(at(test.url("x.zip")));
    {
        const auto target = transport->openTarget(stream::OnExisting::fail, context);
        append(*target, filled(s3::smallestPart + 1, 1));
        target->prepare();
    }
    CHECK(test.keys().empty());
    CHECK(test.uploads() == 0);
}

TEST_CASE("an archive that appeared meanwhile is not replaced") {
    RecordingContext context;
    const TestBucket test(context);
    const auto transport = makeTransport(at(test.url("x.zip")));
    const auto target = transport->openTarget(stream::OnExisting::fail, context);
    append(*target, "mine");
    target->prepare();
    test.put("x.zip", "theirs");
    CHECK_THROWS_WITH(target->commit(), "'" + test.url("x.zip") + "' exists already");
    target->abort();
    CHECK(test.get("x.zip") == "theirs");
    CHECK(test.uploads() == 0);
}

TEST_CASE("an archive that is replaced while it is read is told") {
    RecordingContext context;
    const TestBucket test(context);
    test.put("x.zip", filled(30'000'000, 2));
    const auto input = makeTransport(at(test.url("x.zip")))->openInput(context);
    test.put("x.zip", filled(30'000'000, 3));
    CHECK_THROWS_WITH(readAll(*input), "'" + test.url("x.zip") + "' was replaced while it was read");
}

TEST_CASE("the journal's record aborts the upload and holds no secret") {
    RecordingContext context;
    const TestBucket test(context);
    const std::string id = test.bucket.startUpload("other", {});
    auto target = makeTransport(at(test.url("x.zip")))->openTarget(stream::OnExisting::fail, context);
    REQUIRE(context.journalRecords.size() == 2);
    const std::string record = context.journalRecords[1];
    CHECK(record.find(std::getenv("S3_SECRET_ACCESS_KEY")) == std::string::npos);
    CHECK(test.uploads() == 2);
    CHECK(recoverTarget(record, Decision::undone, "tar-gz", context) ==
          "aborted the unfinished upload of the archive '" + test.url("x.zip") + "'");
    CHECK(test.uploads() == 1);  // somebody else's
    CHECK(recoverTarget(record, Decision::undone, "tar-gz", context).empty());
    test.bucket.abortUpload("other", id);
}

TEST_CASE("an upload of which only the intent was noted is found by its key and its time") {
    RecordingContext context;
    const TestBucket test(context);
    const std::string old = test.bucket.startUpload("x.zip", {});
    std::this_thread::sleep_for(std::chrono::seconds(4));  // more than the clocks' tolerance
    const std::string longer = test.bucket.startUpload("x.zip.part", {});
    auto target = makeTransport(at(test.url("x.zip")))->openTarget(stream::OnExisting::fail, context);
    CHECK(test.uploads() == 3);
    REQUIRE(context.journalRecords.size() == 2);
    CHECK(recoverTarget(context.journalRecords[0], Decision::undone, "zip", context) ==
          "aborted the unfinished upload of the archive '" + test.url("x.zip") + "'");
    std::vector<std::string> left;
    test.bucket.listUploads("", [&](s3::ListedUpload&& upload) { left.push_back(upload.id); });
    std::ranges::sort(left);
    std::vector<std::string> others{old, longer};
    std::ranges::sort(others);
    CHECK(left == others);
    CHECK(recoverTarget(context.journalRecords[0], Decision::undone, "zip", context).empty());
    CHECK(recoverTarget(context.journalRecords[0], Decision::committed, "zip", context).empty());
}

TEST_CASE("a committed archive is completed from the record, and not over another one") {
    RecordingContext context;
    const TestBucket test(context);
    const std::string bytes = filled(s3::smallestPart + 1000, 3);
    const auto prepared = [&] {
        auto target = makeTransport(at(test.url("x.zip")))->openTarget(stream::OnExisting::fail, context);
        append(*target, bytes);
        target->prepare();
        return target;
    };
    const auto first = prepared();
    const std::string record = context.journalRecords.back();
    CHECK(recoverTarget(record, Decision::committed, "zip", context) ==
          "put the archive '" + test.url("x.zip") + "' in place");
    CHECK((test.get("x.zip") == bytes));
    CHECK(recoverTarget(record, Decision::committed, "zip", context).empty());
    CHECK(recoverTarget(record, Decision::undone, "zip", context) ==
          "the archive '" + test.url("x.zip") + "' had been put in place");
    const auto second = prepared();
    CHECK_THROWS_AS(recoverTarget(context.journalRecords.back(), Decision::committed, "zip", context),
                    s3::ServerRefusal);
    second->abort();
    test.bucket.remove(std::vector<std::string>{"x.zip"});
    CHECK(recoverTarget(record, Decision::committed, "zip", context).empty());
    CHECK(context.warnings.back() ==
          "the archive '" + test.url("x.zip") +
              "' was to be put in place, but neither it nor its upload is there any more: make it again");
}

TEST_CASE("parts grow with the object, and ten thousand hold the largest") {
    constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30U;
    CHECK(s3::partSizeFor(0) == s3::smallestPart);
    CHECK(s3::partSizeFor(gibibyte) == s3::smallestPart);
    CHECK(s3::partSizeFor(10 * gibibyte) == s3::usualPart);
    CHECK(s3::partSizeFor(100 * gibibyte) == s3::usualPart);
    for (const std::uint64_t size : {5 * gibibyte, 200 * gibibyte, 5000 * gibibyte + 1})
        CHECK(s3::partSizeFor(size) * s3::mostParts >= size);
}

TEST_CASE("ten thousand parts hold any archive") {
    CHECK(partBegin(0) == 0);
    CHECK(partBegin(1) == s3::smallestPart);
    CHECK(partBegin(128) == 128 * s3::smallestPart);
    CHECK(partBegin(129) == 131 * s3::smallestPart);
    CHECK(partBegin(s3::fewParts + 12) >= (std::uint64_t{10} << 30U));
    CHECK(partBegin(s3::mostParts) > (std::uint64_t{400} << 30U));
}
