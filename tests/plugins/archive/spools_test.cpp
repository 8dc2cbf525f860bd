#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "lib/archive/checksum_list.hpp"
#include "lib/archive/sorted_spool.hpp"
#include "plugins/recording_context.hpp"

using namespace roost::archive;
using roost::testing::TemporaryFolder;

namespace {

std::vector<std::string> contents(SortedSpool& spool) {
    std::vector<std::string> texts;
    spool.forEach([&texts](std::string_view text) { texts.emplace_back(text); });
    return texts;
}

}  // namespace

TEST_CASE("texts come out sorted by bytes, each once, as often as wanted") {
    TemporaryFolder folder;
    SortedSpool spool(folder.path());
    for (const char* text : {"b", "", "a", "b", "\xFF", "A", "a\nb"}) spool.add(text);
    const std::vector<std::string> expected{"", "A", "a", "a\nb", "b", "\xFF"};
    CHECK(contents(spool) == expected);
    CHECK(contents(spool) == expected);
    CHECK(spool.count() == 6);
    spool.add("c");
    CHECK(spool.count() == 7);
}

TEST_CASE("a set that is much larger than its memory is the same as one in memory") {
    TemporaryFolder folder;
    SortedSpool spool(folder.path(), 4096);
    std::mt19937 random(7);
    std::set<std::string> expected;
    for (int i = 0; i < 60'000; ++i) {
        const std::string text = std::to_string(random() % 40'000) + std::string(random() % 30, 'x');
        spool.add(text);
        expected.insert(text);
    }
    spool.add(std::string(100'000, 'L'));
    expected.insert(std::string(100'000, 'L'));
    CHECK(contents(spool) == std::vector<std::string>(expected.begin(), expected.end()));
    CHECK(spool.count() == expected.size());
    // Nothing shows in the folder.
    CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("checksum lines are escaped as sha256sum reads them") {
    CHECK(checksumLine("00ff", "a b") == "00ff  a b\n");
    CHECK(checksumLine("00ff", "a\nb") == "\\00ff  a\\nb\n");
    CHECK(checksumLine("00ff", "a\\b\r") == "\\00ff  a\\\\b\\r\n");
}

TEST_CASE("any number of checksum lines comes back in order") {
    TemporaryFolder folder;
    ChecksumList list(folder.path());
    std::string expected;
    for (int i = 0; i < 5000; ++i) {
        list.add("abc", "file" + std::to_string(i));
        expected += "abc  file" + std::to_string(i) + "\n";
    }
    for (int pass = 0; pass < 2; ++pass) {
        std::string text;
        list.forEach([&text](std::string_view piece) { text += piece; });
        CHECK(text == expected);
    }
    CHECK(list.size() == expected.size());
}
