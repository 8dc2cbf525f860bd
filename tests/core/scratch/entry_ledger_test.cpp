#include "scratch/entry_ledger.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <random>

#include "plugins/recording_context.hpp"
#include "roost/error.hpp"

using namespace roost;
using roost::testing::TemporaryFolder;

namespace {

using Names = std::vector<std::pair<std::string, bool>>;

std::string show(const std::optional<NameConflict>& conflict) {
    if (!conflict) return "none";
    const std::string marks =
        " (" + std::to_string(conflict->first) + ", " + std::to_string(conflict->second) + ")";
    switch (conflict->kind) {
        case NameConflict::Kind::twice:
            return conflict->name + " twice" + marks;
        case NameConflict::Kind::fileAndFolder:
            return conflict->name + " as both" + marks;
        case NameConflict::Kind::belowFile:
            break;
    }
    return conflict->name + " below " + conflict->other + marks;
}

/// The marks are the positions.
std::string conflictIn(const Names& names, std::size_t memory = EntryLedger::usualMemory) {
    const TemporaryFolder folder;
    EntryLedger ledger(folder.path(), memory);
    for (std::size_t i = 0; i < names.size(); ++i) ledger.add(names[i].first, names[i].second, i);
    const std::string shown = show(ledger.conflict());
    CHECK(std::filesystem::is_empty(folder.path()));  // nothing of it shows
    return shown;
}

/// Whether any two of them exclude each other, found by comparing what each one needs.
bool anyConflict(const Names& names) {
    std::map<std::string, int> files;
    std::map<std::string, int> folders;
    for (const auto& [name, folder] : names) ++(folder ? folders : files)[name];
    for (const auto& [name, folder] : names) {
        if (files[name] + folders[name] > 1) return true;
        for (std::size_t slash = name.find('/'); slash != std::string::npos;
             slash = name.find('/', slash + 1))
            if (files.contains(name.substr(0, slash)) && files[name.substr(0, slash)] > 0) return true;
    }
    return false;
}

}  // namespace

TEST_CASE("names that can stand beside each other are no conflict") {
    CHECK(conflictIn({}) == "none");
    CHECK(
        conflictIn(
            {{"a", true}, {"a/b", false}, {"a-b", false}, {"a/c", true}, {"a/c/d", false}, {"ab", false}}) ==
        "none");
    // '-' and '!' come before '/' by their bytes.
    CHECK(conflictIn({{"a/b", false}, {"a!", false}, {"a-b", false}, {"a", true}}) == "none");
    CHECK(conflictIn({{"a", true}, {"A", false}, {"a\xFF", false}, {"\xFF/x", false}}) == "none");
}

TEST_CASE("names that exclude each other are told with their marks, whatever lies between them") {
    CHECK(conflictIn({{"b", false}, {"a", false}, {"c", true}, {"a", false}}) == "a twice (1, 3)");
    CHECK(conflictIn({{"x/y", true}, {"x", true}, {"x/y", true}}) == "x/y twice (0, 2)");
    CHECK(conflictIn({{"a/b", true}, {"c", false}, {"a/b", false}}) == "a/b as both (0, 2)");
    CHECK(conflictIn({{"a/b", false}, {"a!", false}, {"a-b", false}, {"a", false}}) == "a/b below a (0, 3)");
    CHECK(conflictIn({{"a", false}, {"a/b/c", false}}) == "a/b/c below a (0, 1)");
}

TEST_CASE("what does not fit into memory is found all the same") {
    const auto memory = GENERATE(as<std::size_t>{}, 1, 300, 5000, 200'000);
    Names names;
    for (int i = 0; i < 20'000; ++i)
        names.emplace_back("kind/user " + std::to_string(i % 50) + "/file " + std::to_string(i), false);
    SECTION("in order") { std::ranges::sort(names); }
    SECTION("in no order") { std::shuffle(names.begin(), names.end(), std::mt19937(5)); }
    if (memory == 1) names.resize(300);  // a run each
    CHECK(conflictIn(names, memory) == "none");
    names.push_back(names[77]);
    CHECK(conflictIn(names, memory) ==
          names[77].first + " twice (77, " + std::to_string(names.size() - 1) + ")");
    names.back() = {names[78].first + "/below", false};
    CHECK(conflictIn(names, memory) == names[78].first + "/below below " + names[78].first + " (78, " +
                                           std::to_string(names.size() - 1) + ")");
}

TEST_CASE("a long name, a large mark and a folder come back from the temporary file") {
    const TemporaryFolder folder;
    EntryLedger ledger(folder.path(), 100);
    const std::string deep(100'000, 'x');
    constexpr std::uint64_t large = ~std::uint64_t{0} - 1;
    ledger.add("k/" + deep, true, large);
    ledger.add("k/" + deep + "y", false, 3);
    ledger.add("k/" + deep, false, large + 1);
    const auto conflict = ledger.conflict();
    REQUIRE(conflict.has_value());
    CHECK(conflict->kind == NameConflict::Kind::fileAndFolder);
    CHECK(conflict->name == "k/" + deep);
    CHECK(conflict->first == large);
    CHECK(conflict->second == large + 1);
}

TEST_CASE("of random names those sets have a conflict that have one") {
    std::mt19937 random(11);
    int found = 0;
    for (int round = 0; round < 400; ++round) {
        Names names;
        const std::size_t many = 1 + random() % 12;
        for (std::size_t i = 0; i < many; ++i) {
            std::string name;
            const std::size_t depth = 1 + random() % 3;
            for (std::size_t part = 0; part < depth; ++part)
                name += (part == 0 ? "" : "/") + std::string(1, "ab-.\x01z"[random() % 6]) +
                        (random() % 3 == 0 ? "!" : "");
            names.emplace_back(std::move(name), random() % 3 == 0);
        }
        const bool expected = anyConflict(names);
        found += expected ? 1 : 0;
        CHECK((conflictIn(names, random() % 2 == 0 ? 1 : 200) != "none") == expected);
    }
    CHECK(found > 50);
    CHECK(found < 350);
}

TEST_CASE("a temporary folder that takes nothing is named") {
    EntryLedger ledger("/nonexistent/folder", 1);
    CHECK_THROWS_MATCHES(
        ledger.add("a", false), Error,
        Catch::Matchers::Message(
            "cannot make a temporary file in '/nonexistent/folder': No such file or directory"));
}
