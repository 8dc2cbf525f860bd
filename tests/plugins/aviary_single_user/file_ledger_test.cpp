#include "sources/aviary_single_user/file_ledger.hpp"

#include <catch2/catch.hpp>
#include <vector>

#include "plugins/recording_context.hpp"

using namespace roost;
using namespace roost::single_user;

TEST_CASE("a ledger gives back what was noted, in both directions") {
    const roost::testing::TemporaryFolder folder;
    FileLedger ledger(folder.path());
    std::uint64_t place = 0;
    CHECK(!ledger.next(place));
    CHECK(!ledger.previous(place));
    const std::string path = "sub/\xff name";
    ledger.addFolder("sub");
    ledger.addFile(path, {1, 2, 3, -4, 5}, {3, true, ReadState::intact, std::string(64, 'a')});
    ledger.addFile("z", {9, 8, 7, 6, 5}, {2, false, ReadState::shrank, ""});

    const auto sub = ledger.next(place);
    REQUIRE(sub);
    CHECK(sub->folder);
    CHECK(sub->path == "sub");
    const auto file = ledger.next(place);
    REQUIRE(file);
    CHECK(!file->folder);
    CHECK(file->path == path);
    CHECK(file->identity == FileIdentity{1, 2, 3, -4, 5});
    CHECK(file->reading.bytes == 3);
    CHECK(file->reading.whole);
    CHECK(file->reading.sha256 == std::string(64, 'a'));
    const auto last = ledger.next(place);
    REQUIRE(last);
    CHECK(last->path == "z");
    CHECK(!last->reading.whole);
    CHECK(last->reading.state == ReadState::shrank);
    CHECK(last->reading.sha256.empty());
    CHECK(place == ledger.end());
    CHECK(!ledger.next(place));

    std::vector<std::string> backwards;
    while (const auto entry = ledger.previous(place)) backwards.push_back(entry->path);
    CHECK(backwards == std::vector<std::string>{"z", path, "sub"});
    CHECK(place == 0);
    CHECK(std::filesystem::is_empty(folder.path()));  // it has no name
}
