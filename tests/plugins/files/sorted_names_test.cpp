#include "lib/storage/sorted_names.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <random>

#include "plugins/files/sample_tree.hpp"
#include "roost/error.hpp"

using namespace roost::storage;

namespace {

using Listing = std::vector<std::pair<std::string, NodeType>>;

Listing drain(SortedNames& names) {
    Listing listing;
    while (const auto node = names.next()) listing.emplace_back(std::string(node->name), node->type);
    return listing;
}

/// Sorted without pathOrder(): by the text itself with the folder's '/' written out.
Listing sorted(Listing listing) {
    const auto key = [](const auto& node) {
        return node.first + (node.second == NodeType::folder ? "/" : "");
    };
    std::sort(listing.begin(), listing.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
    return listing;
}

Listing randomListing(std::size_t count, std::uint32_t seed) {
    std::mt19937 random(seed);
    Listing listing;
    for (std::size_t i = 0; i < count; ++i) {
        std::string name = std::to_string(i);
        for (std::size_t length = random() % 40; length > 0; --length) {
            const auto byte = static_cast<char>(1 + random() % 255);
            name += byte == '/' ? '-' : byte;
        }
        std::shuffle(name.begin(), name.end(), random);
        listing.emplace_back(name + "#" + std::to_string(i), static_cast<NodeType>(random() % 4));
    }
    return listing;
}

void addAll(SortedNames& names, const Listing& listing) {
    for (const auto& [name, type] : listing) names.add(name, type);
    names.finish();
}

}  // namespace

TEST_CASE("names come in the order of full paths: a folder as if it ended in a slash") {
    NameStore store(std::filesystem::temp_directory_path());
    SortedNames names(store);
    addAll(names, {{"a", NodeType::folder},
                   {"a-b", NodeType::folder},
                   {"a.txt", NodeType::file},
                   {"a0", NodeType::file},
                   {"A", NodeType::file},
                   {"\xff", NodeType::file},
                   {"a!", NodeType::link},
                   {"b", NodeType::special}});
    CHECK(drain(names) == Listing{{"A", NodeType::file},
                                  {"a!", NodeType::link},
                                  {"a-b", NodeType::folder},
                                  {"a.txt", NodeType::file},
                                  {"a", NodeType::folder},
                                  {"a0", NodeType::file},
                                  {"b", NodeType::special},
                                  {"\xff", NodeType::file}});
}

TEST_CASE("names that don't fit in memory are merged from the temporary file in the same order") {
    const Listing listing = randomListing(20'000, 1);
    const auto sorting = GENERATE(std::size_t{600}, std::size_t{20'000}, std::size_t{4} << 20U);
    const auto resident = GENERATE(std::size_t{0}, std::size_t{8} << 20U);
    NameStore store(std::filesystem::temp_directory_path(), {sorting, resident});
    SortedNames names(store);
    addAll(names, listing);
    CHECK(drain(names) == sorted(listing));
    CHECK_FALSE(names.next());
}

TEST_CASE("lists that lie in one another share the temporary file without touching each other's names") {
    const Listing outer = randomListing(3'000, 2);
    NameStore store(std::filesystem::temp_directory_path(), {30'000, 0});
    SortedNames names(store);
    addAll(names, outer);
    Listing seen;
    while (const auto node = names.next()) {
        seen.emplace_back(std::string(node->name), node->type);
        if (seen.size() % 100 != 0) continue;
        const Listing inner = randomListing(500, static_cast<std::uint32_t>(seen.size()));
        SortedNames below(store);
        addAll(below, inner);
        CHECK(drain(below) == sorted(inner));
    }
    CHECK(seen == sorted(outer));
}

TEST_CASE("an empty folder has no names") {
    NameStore store(std::filesystem::temp_directory_path());
    SortedNames names(store);
    names.finish();
    CHECK_FALSE(names.next());
}

TEST_CASE("a temporary folder that can't be written is named") {
    NameStore store("/nonexistent/folder", {600, 0});
    SortedNames names(store);
    const auto message = files_test::errorOf([&] { addAll(names, randomListing(1'000, 3)); });
    CHECK(message ==
          "cannot make a temporary file in '/nonexistent/folder': No such file or directory | let TMPDIR "
          "name a folder that can be used");
}

TEST_CASE("the temporary file is nobody else's and has no name") {
    const files_test::TemporaryFolder folder;
    roost::ScratchFile file(folder.path());
    file.append(std::string_view("hello"));
    CHECK(std::filesystem::is_empty(folder.path()));
    file.append(std::string_view(" world"));
    std::string back(5, ' ');
    file.read(6, back);
    CHECK(back == "world");
    file.cut(5);
    CHECK(file.end() == 5);
}
