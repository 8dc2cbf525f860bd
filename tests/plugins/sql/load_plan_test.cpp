#include "lib/sql/load_plan.hpp"

#include <catch2/catch.hpp>

#include "plugins/transformed.hpp"

using namespace roost;
using namespace roost::sql;
using roost::testing::column;
using roost::testing::table;

namespace {

Catalog users(std::uint64_t rows, bool partial) {
    Catalog catalog;
    catalog.tables = {table(0, "users", {column("id", "int64", false)})};
    catalog.tables[0].primaryKey = {"id"};
    catalog.tables[0].rows = rows;
    catalog.tables[0].partial = partial;
    return catalog;
}

std::vector<std::string> refusals(LoadMode mode, std::uint64_t present,
                                  OnPartial onPartial = OnPartial::refuse) {
    LoadOptions options;
    options.mode = mode;
    options.onPartial = onPartial;
    return planLoad(users(1, true), users(present, false), options).refusals;
}

}  // namespace

TEST_CASE("a part of a table does not replace rows that are there, unless it is said") {
    const std::vector<std::string> refused{
        "table users comes in part or with masked values, and its 2 rows in the target would go for it; "
        "'mode: add' or "
        "'mode: merge' keeps them, 'partial: replace' replaces them"};
    CHECK(refusals(LoadMode::automatic, 2) == refused);
    CHECK(refusals(LoadMode::replace, 2) == refused);
    CHECK(refusals(LoadMode::automatic, 0).empty());
    CHECK(refusals(LoadMode::merge, 2).empty());
    CHECK(refusals(LoadMode::add, 2).empty());
    CHECK(refusals(LoadMode::automatic, 2, OnPartial::replace).empty());
    LoadOptions kept;
    kept.keepTables = {"users"};
    CHECK(planLoad(users(1, true), users(2, false), kept).refusals.empty());
    CHECK(planLoad(users(1, true), Catalog{}, {}).refusals.empty());
}
