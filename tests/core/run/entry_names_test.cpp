#include "pipeline/entry_names.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

using namespace roost;

namespace {

Entry entry(EntryType type, std::string path, std::string kind = "documents", std::string owner = "alice") {
    Entry made;
    made.type = type;
    made.kind = std::move(kind);
    made.owner = std::move(owner);
    made.path = std::move(path);
    return made;
}

constexpr EntryType file = EntryType::file;
constexpr EntryType folder = EntryType::folder;

/// Gives entries as a flow does.
struct Given {
    EntryNames names{std::filesystem::temp_directory_path()};
    std::uint64_t number = 0;

    void add(std::size_t source, const Entry& entry, bool renamed = false) {
        names.given(source);
        names.leaves(entry, number++, renamed);
    }
    void drop(std::size_t source) {
        names.given(source);
        ++number;
    }
};

}  // namespace

TEST_CASE("kinds and owners keep equal paths apart, and a folder holds its files") {
    Given given;
    given.add(0, entry(folder, ""));
    given.add(0, entry(file, "a"));
    given.add(0, entry(folder, "b"));
    given.add(0, entry(file, "b/a"));
    given.add(0, entry(file, "a", "configs"));
    given.add(1, entry(file, "a", "documents", "bob"));
    CHECK_FALSE(given.names.fault());
}

TEST_CASE("one name twice is told with the sources that gave it") {
    Given given;
    given.add(0, entry(file, "a"));
    given.drop(1);
    given.add(2, entry(file, "c"));
    SECTION("by one source") {
        given.add(2, entry(file, "b"));
        given.add(2, entry(file, "c"));
        const auto fault = given.names.fault();
        REQUIRE(fault);
        CHECK(fault->told == "documents/alice/c twice");
        CHECK(fault->source == 2);
        CHECK(fault->other == 2);
        CHECK_FALSE(fault->renamed);
    }
    SECTION("by two") {
        given.add(2, entry(folder, "a"));
        const auto fault = given.names.fault();
        REQUIRE(fault);
        CHECK(fault->told == "documents/alice/a as a file and as a folder");
        CHECK(fault->source == 2);
        CHECK(fault->other == 0);
    }
    SECTION("by a transform") {
        given.add(2, entry(file, "a/below"), true);
        const auto fault = given.names.fault();
        REQUIRE(fault);
        CHECK(fault->told == "documents/alice/a as a file, and documents/alice/a/below below it");
        CHECK(fault->renamed);
    }
    SECTION("a user's own folder that is a file's name somewhere else is none") {
        given.add(2, entry(folder, ""));
        CHECK_FALSE(given.names.fault());
    }
}
