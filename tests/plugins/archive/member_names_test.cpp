#include "lib/archive/member_names.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "roost/error.hpp"

using namespace roost;
using namespace roost::archive;

namespace {

Table table(const std::string& name, const std::string& schema = "") {
    Table result;
    result.name = name;
    result.schema = schema;
    return result;
}

Entry entry(const std::string& path, EntryType type = EntryType::file, const std::string& owner = "u") {
    Entry result;
    result.type = type;
    result.kind = "documents";
    result.owner = owner;
    result.path = path;
    return result;
}

}  // namespace

TEST_CASE("plain names stay as they are") {
    for (const char* name : {"users", "Order Details", "a.b", "\xC3\xA4rzte", "x-1_y", "a'b"})
        CHECK(fileName(name) == name);
}

TEST_CASE("names that are no safe file names are escaped") {
    CHECK(fileName("a/b") == "a%2Fb");
    CHECK(fileName("..") == "%2E.");
    CHECK(fileName(".") == "%2E");
    CHECK(fileName(".hidden") == "%2Ehidden");
    CHECK(fileName("-rf") == "%2Drf");
    CHECK(fileName("~root") == "%7Eroot");
    CHECK(fileName("a\nb\x7F") == "a%0Ab%7F");
    CHECK(fileName("100%") == "100%25");
    CHECK(fileName("%2F") == "%252F");
    CHECK(fileName("c:\\d") == "c%3A%5Cd");
    CHECK(fileName("a\xFF") == "a%FF");
    CHECK(fileName("") == "%");
}

TEST_CASE("names of any length give file names of a bounded length, all of them different") {
    std::set<std::string> seen;
    for (const char* end : {"a", "b", "/", "."}) {
        for (const std::string& fill : {std::string("n"), std::string("/"), std::string("\xE2\x82\xAC")}) {
            std::string name;
            while (name.size() < 300) name += fill;
            const std::string file = fileName(name + end);
            CHECK(file.size() <= 110);
            CHECK(seen.insert(file).second);
        }
    }
    CHECK(fileName(std::string(110, 'n')) == std::string(110, 'n'));
    CHECK(fileName(std::string(111, 'n')).substr(0, 82) == std::string(80, 'n') + "%~");
}

TEST_CASE("tables get members that differ also where case does not count") {
    const auto members = tableMembers({table("users"), table("Users"), table("USERS"), table("\xC3\x84"),
                                       table("\xC3\xA4"), table("t", "other"), table("other.t")});
    CHECK(members[0] == "database/users%~3.json");
    CHECK(members[1] == "database/Users%~2.json");
    CHECK(members[2] == "database/USERS.json");
    CHECK(members[3] == "database/\xC3\x84.json");
    CHECK(members[4] == "database/\xC3\xA4%~2.json");
    CHECK(members[5] == "database/other.t%~2.json");
    CHECK(members[6] == "database/other.t.json");
}

TEST_CASE("the names of tables do not depend on the order of the catalog") {
    const auto one = tableMembers({table("a"), table("A"), table("b")});
    const auto other = tableMembers({table("b"), table("A"), table("a")});
    CHECK(one[0] == other[2]);
    CHECK(one[1] == other[1]);
    CHECK(one[2] == other[0]);
}

TEST_CASE("files keep the bytes of their names") {
    CHECK(entryMember(entry("a/b c\xFF.pdf")) == "filesystem/documents/u/a/b c\xFF.pdf");
    CHECK(entryMember(entry("a..b.pdf")) == "filesystem/documents/u/a..b.pdf");
    CHECK(entryMember(entry("", EntryType::folder)) == "filesystem/documents/u");
}

TEST_CASE("paths that lead elsewhere are refused") {
    for (const char* path : {"..", "a/../b", "/a", "a//b", "a/", ".", "a/."})
        CHECK_THROWS_WITH(entryMember(entry(path)),
                          "the file 'documents/u/" + std::string(path) +
                              "' cannot be archived: its path has a part that is empty, "
                              "'.' or '..'");
    CHECK_THROWS_AS(entryMember(entry("")), Error);
    CHECK_THROWS_AS(entryMember(entry("a", EntryType::file, "..")), Error);
    CHECK_THROWS_AS(entryMember(entry("a", EntryType::file, "u/v")), Error);
    CHECK_THROWS_AS(entryMember(entry(std::string("a\0b", 3))), Error);
}
