#include "pipeline/item_check.hpp"

#include <catch2/catch.hpp>

#include "roost/error.hpp"

using namespace roost;
using Catch::Matchers::Message;

namespace {

Catalog twoTables() {
    Catalog catalog;
    catalog.tables.resize(2);
    catalog.tables[0].name = "a";
    catalog.tables[0].columns.resize(2);
    catalog.tables[1].id = 1;
    catalog.tables[1].name = "b";
    return catalog;
}

BatchPtr rows(TableId table, std::size_t columns, int count) {
    auto batch = std::make_shared<Batch>(table, columns);
    for (int i = 0; i < count; ++i) batch->addRow();
    return batch;
}

Item file(std::string owner, std::string path) {
    Entry entry;
    entry.kind = "documents";
    entry.owner = std::move(owner);
    entry.path = std::move(path);
    return entry;
}

}  // namespace

TEST_CASE("a source that keeps its contract passes") {
    const Catalog catalog = twoTables();
    ItemCheck check(catalog);
    check.check(TableBegin{0});
    check.check(rows(0, 2, 3));
    check.check(TableEnd{0, 3});
    check.check(TableBegin{1});
    check.check(TableEnd{1, 0});
    check.check(file("u1", "a/b.pdf"));
    CHECK_NOTHROW(check.finish());
}

TEST_CASE("a source that breaks its contract is told how") {
    const Catalog catalog = twoTables();
    ItemCheck check(catalog);
    SECTION("rows before their table") {
        CHECK_THROWS_MATCHES(check.check(rows(0, 2, 1)), Error,
                             Message("the plugin gave rows of a table that is not open"));
    }
    SECTION("a file within a table") {
        check.check(TableBegin{0});
        CHECK_THROWS_MATCHES(check.check(file("u1", "a.pdf")), Error,
                             Message("the plugin gave a file before it closed table a"));
    }
    SECTION("an unknown table") {
        CHECK_THROWS_MATCHES(check.check(TableBegin{7}), Error,
                             Message("the plugin opened a table that is not in its catalog"));
    }
    SECTION("rows of a wrong width") {
        check.check(TableBegin{0});
        CHECK_THROWS_MATCHES(check.check(rows(0, 3, 1)), Error,
                             Message("the plugin gave rows of 3 values for table a, which has 2 columns"));
    }
    SECTION("a wrong count") {
        check.check(TableBegin{0});
        check.check(rows(0, 2, 2));
        CHECK_THROWS_MATCHES(check.check(TableEnd{0, 3}), Error,
                             Message("table a: the plugin gave 2 rows and speaks of 3"));
    }
    SECTION("a table twice") {
        check.check(TableBegin{0});
        check.check(TableEnd{0, 0});
        CHECK_THROWS_MATCHES(check.check(TableBegin{0}), Error, Message("the plugin gave table a twice"));
    }
    SECTION("a table within another") {
        check.check(TableBegin{0});
        CHECK_THROWS_MATCHES(check.check(TableBegin{1}), Error,
                             Message("the plugin opened a table before it closed a"));
    }
    SECTION("a batch that is none") {
        CHECK_THROWS_MATCHES(check.check(BatchPtr{}), Error, Message("the plugin gave a batch that is none"));
    }
    SECTION("an end within a table, and a table left out") {
        check.check(TableBegin{0});
        CHECK_THROWS_MATCHES(check.finish(), Error, Message("the plugin ended within table a"));
        check.check(TableEnd{0, 0});
        CHECK_THROWS_MATCHES(check.finish(), Error, Message("the plugin left out table b"));
    }
}

TEST_CASE("names that lead out of a user's folder are refused") {
    const Catalog catalog;
    ItemCheck check(catalog);
    const auto path =
        GENERATE(as<std::string>{}, "../x", "a/../b", "/x", "a//b", ".", "a/.", std::string("a\0b", 3), "");
    CHECK_THROWS_AS(check.check(file("u1", path)), Error);
    CHECK_THROWS_AS(check.check(file("a/b", "x")), Error);
    CHECK_THROWS_AS(check.check(file("..", "x")), Error);
    CHECK_NOTHROW(check.check(file("u1", "a..b.pdf")));
}
