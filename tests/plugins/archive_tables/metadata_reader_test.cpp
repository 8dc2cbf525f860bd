#include "lib/archive/metadata_reader.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "plugins/recording_context.hpp"
#include "roost/version.hpp"

using namespace roost;
using namespace roost::archive;
using namespace roost::testing;

namespace {

std::string failure(const std::string& json) {
    try {
        static_cast<void>(readMetadata(json));
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

const std::string ours =
    R"({"roost":{"format_version":1,"roost_version":"0.1.0","pipeline":"p","complete":true,)"
    R"("scopes":["tables"],"tables":[],"entries":[],"set_aside":0,"warnings":[]}})";

}  // namespace

TEST_CASE("metadata is read back as it was written, users one by one") {
    TemporaryFolder folder;
    Metadata metadata;
    metadata.applicationVersion = "1.9.2";
    metadata.applicationCommit = "abc";
    metadata.exportTime =
        std::chrono::sys_days(std::chrono::year(2026) / 1 / 2) + std::chrono::microseconds(1);
    metadata.dialect = "postgresql";
    metadata.totalUsers = 3;
    metadata.totalApiKeys = 0;
    metadata.pipeline = "full \"backup\"";
    metadata.scopes = {"tables", "documents"};
    metadata.tables = {{"", "users", "database/users.json", 18'446'744'073'709'551'615U},
                       {"s", "t\xFF", "database/s.t.json", 0, true}};
    metadata.entryKinds = {{"documents", 1, 2, 3, 4, Coverage::users},
                           {"configs", 5, 6, 7, 8, Coverage::files}};
    metadata.setAside = 9;
    metadata.warnings = {"careful"};
    SortedSpool users(folder.path());
    for (const char* user : {"b", "a", "\xFF"}) users.add(user);
    std::string json;
    TextBuffer out(TextBuffer::mostRoom, [&json](std::string_view piece) { json += piece; });
    writeMetadata(out, metadata, users);
    out.flush();
    json += std::string(500, ' ') + "\n";

    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, json.size()}) {
        std::vector<std::string> taken;
        MetadataReader reader([&taken](std::string_view user) { taken.emplace_back(user); });
        for (std::size_t at = 0; at < json.size(); at += piece)
            reader.feed(std::span(json).subspan(at, std::min(piece, json.size() - at)));
        const MetadataDocument read = reader.finish();
        CHECK(taken == std::vector<std::string>{"a", "b", "\xFF"});
        CHECK(read.exportedUsers == 3);
        CHECK(read.applicationVersion == "1.9.2");
        CHECK(read.applicationCommit == "abc");
        CHECK(read.exportTime == "2026-01-02T00:00:00.000001Z");
        CHECK(read.databaseType == "postgres");
        CHECK(read.dialect() == "postgresql");
        CHECK(read.totalDocuments == 1);
        CHECK(read.totalBytes == 10);
        CHECK(read.exportedTables == std::vector<std::string>{"users", "s.t\xFF"});
        CHECK(read.totalUsers == 3U);
        CHECK(read.totalApiKeys == 0U);
        REQUIRE(read.roost);
        CHECK(read.roost->formatVersion == 1);
        CHECK(read.roost->roostVersion == version());
        CHECK(read.roost->pipeline == metadata.pipeline);
        CHECK(read.roost->complete);
        CHECK(read.roost->scopes == metadata.scopes);
        REQUIRE(read.roost->tables.size() == 2);
        CHECK_FALSE(read.roost->tables[0].partial);
        CHECK(read.roost->tables[1].partial);
        REQUIRE(read.roost->entryKinds.size() == 2);
        CHECK(read.roost->entryKinds[0].coverage == Coverage::users);
        CHECK(read.roost->entryKinds[1].coverage == Coverage::files);
        CHECK(read.roost->tables[0].rows == 18'446'744'073'709'551'615U);
        CHECK(read.roost->tables[0].schema.empty());
        CHECK(read.roost->tables[1].schema == "s");
        CHECK(read.roost->tables[1].name == "t\xFF");
        CHECK(read.roost->tables[1].member == "database/s.t.json");
        REQUIRE(read.roost->entryKinds.size() == 2);
        CHECK(read.roost->entryKinds[1].kind == "configs");
        CHECK(read.roost->entryKinds[1].files == 5);
        CHECK(read.roost->entryKinds[1].folders == 6);
        CHECK(read.roost->entryKinds[1].bytes == 7);
        CHECK(read.roost->entryKinds[1].users == 8);
        CHECK(read.roost->setAside == 9);
        CHECK(read.roost->warnings == metadata.warnings);
    }
}

TEST_CASE("Aviary's own metadata is taken as Go takes it") {
    const MetadataDocument full = readMetadata(
        R"({"Aviary_Version":"dev","git_commit":"unknown","export_timestamp":"2026-01-02T03:04:05.678901234Z",)"
        R"("database_type":"sqlite","users_exported":null,"total_documents":150,"total_size_bytes":1,)"
        R"("exported_tables":["users","unknown","unknown"],"TOTAL_USERS":5,"total_api_keys":12,"later":{"a":[1]}})");
    CHECK(full.applicationVersion == "dev");
    CHECK(full.exportTime == "2026-01-02T03:04:05.678901234Z");
    CHECK(full.dialect() == "sqlite");
    CHECK(full.exportedUsers == 0);
    CHECK(full.exportedTables == std::vector<std::string>{"users", "unknown", "unknown"});
    CHECK(full.totalUsers == 5U);
    CHECK(full.totalApiKeys == 12U);
    CHECK_FALSE(full.roost);
    const MetadataDocument old = readMetadata(R"({"users_exported":["a","b"],"exported_tables":null})");
    CHECK(old.exportedUsers == 2);
    CHECK_FALSE(old.totalUsers);
    CHECK_FALSE(old.totalApiKeys);
    CHECK(readMetadata("{}").databaseType.empty());
}

TEST_CASE("metadata that is damaged or newer is refused") {
    CHECK(failure(ours).empty());
    std::string newer = ours;
    newer.replace(newer.find(":1,"), 3, ":2,\"new\":[],");
    newer.replace(newer.find("0.1.0"), 5, "9.0.0");
    CHECK(failure(newer) ==
          "'metadata.json', roost: the archive was written by roost 9.0.0 in format 2, this roost reads up "
          "to format 1");
    CHECK(failure(R"({"roost":{}})") == "'metadata.json', roost: 'format_version' is missing");
    CHECK(failure(R"({"roost":null})") == "'metadata.json', roost: expected an object, found null");
    std::string more = ours;
    more.insert(more.size() - 2, R"(,"x":1)");
    CHECK(failure(more) == "'metadata.json', roost: this version of roost does not know 'x'");
    CHECK(failure(R"({"total_users":"5"})") ==
          "'metadata.json', total_users: expected a whole number that is not negative, found text '5'");
    CHECK(failure(R"({"total_users":-1})") ==
          "'metadata.json', total_users: expected a whole number that is not negative, found a number '-1'");
    CHECK(failure(R"({"users_exported":[1]})") == "'metadata.json': expected text, found a number '1'");
    CHECK(failure(R"({"users_exported":["a",["b"]]})") == "'metadata.json': expected text, found a list");
    CHECK(failure(R"({"users_exported":[],"users_exported":[]})") ==
          "'metadata.json': an object has the key 'users_exported' twice");
    CHECK(failure("[]") == "'metadata.json': expected an object, found a list");
    CHECK(failure("") == "'metadata.json': the document ends in the middle");
    CHECK(failure(R"({"a":1} x)") == "'metadata.json': something follows the document's end, at byte 9");
}

TEST_CASE("a list of users of any length takes no memory, other lists do and are limited") {
    std::uint64_t seen = 0;
    MetadataReader reader([&seen](std::string_view) { ++seen; });
    const auto feed = [&reader](const std::string& text) { reader.feed(text); };
    feed(R"({"users_exported":["x")");
    std::string piece;
    for (int i = 0; i < 1000; ++i) piece += ",\"00112233-4455-6677-8899-aabbccddeeff\"";
    for (int i = 0; i < 4000; ++i) feed(piece);
    feed("]}");
    CHECK(reader.finish().exportedUsers == 4'000'001);
    CHECK(seen == 4'000'001);

    MetadataReader hostile;
    std::string message;
    try {
        hostile.feed(std::string(R"({"exported_tables":["x")"));
        for (int i = 0; i < 10'000; ++i) hostile.feed(piece);
    } catch (const Error& error) {
        message = error.what();
    }
    CHECK(message == "'metadata.json': the document is too large");
}
