#include "roost/catalog.hpp"

#include <catch2/catch.hpp>

using namespace roost;

namespace {

Table table(std::string name, std::vector<std::string> parents) {
    Table made;
    made.name = std::move(name);
    for (std::string& parent : parents) made.foreignKeys.push_back({.targetTable = std::move(parent)});
    return made;
}

std::vector<std::string> order(std::vector<Table> tables) {
    Catalog catalog;
    catalog.tables = std::move(tables);
    std::vector<std::string> names;
    for (const std::size_t i : parentsFirst(catalog)) names.push_back(catalog.tables[i].name);
    return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("parents come before children, ties by name") {
    CHECK(order({table("z", {}), table("child", {"z", "a"}), table("a", {}),
                 table("grandchild", {"child"})}) == Names{"a", "z", "child", "grandchild"});
}

TEST_CASE("a reference to itself or to a missing table holds nothing back") {
    CHECK(order({table("tree", {"tree"}), table("a", {"missing"})}) == Names{"a", "tree"});
}

TEST_CASE("a cycle comes after what it needs and before what needs it") {
    CHECK(order({table("after", {"staff"}), table("store", {"staff", "city"}), table("staff", {"store"}),
                 table("city", {})}) == Names{"city", "staff", "after", "store"});
    CHECK(order({table("a", {"b"}), table("b", {"c"}), table("c", {"b"})}) == Names{"b", "a", "c"});
}

TEST_CASE("names are looked up to the letter") {
    Catalog catalog;
    catalog.tables = {table("Users", {}), table("users", {})};
    catalog.tables[1].id = 9;
    CHECK(catalog.find("", "users")->id == 9);
    CHECK(catalog.find("", "USERS") == nullptr);
    CHECK(catalog.find(9)->name == "users");
    CHECK(catalog.find(5) == nullptr);
}

TEST_CASE("words for how much of a kind of files comes") {
    for (const Coverage each : {Coverage::whole, Coverage::users, Coverage::files})
        CHECK(coverage(name(each)) == each);
    CHECK(name(Coverage::users) == "users");
    CHECK_FALSE(coverage("Users"));
    CHECK(EntryKindTotals{}.coverage == Coverage::whole);
}
