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
    catalog.entryKinds = {{"documents", 2, 1, 30, 1}, {"configs", 0, 0, 0, 0}};
    return catalog;
}

BatchPtr rows(TableId table, std::size_t columns, int count) {
    auto batch = std::make_shared<Batch>(table, columns);
    for (int i = 0; i < count; ++i) batch->addRow();
    return batch;
}

class Nothing final : public ByteReader {
public:
    std::size_t read(std::span<std::byte>) override { return 0; }
};

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

TEST_CASE("a kind that the catalog lacks, and a folder that is like a file, are refused") {
    const Catalog catalog = twoTables();
    ItemCheck check(catalog);
    Entry entry;
    entry.kind = "documents";
    entry.owner = "u1";
    entry.path = "a";
    entry.type = EntryType::folder;
    SECTION("an unknown kind") {
        entry.kind = "letters";
        CHECK_THROWS_MATCHES(
            check.check(std::move(entry)), Error,
            Message("the plugin gave letters/u1/a, and its catalog knows no kind 'letters'"));
    }
    SECTION("a folder with a size") {
        entry.size = 1;
        CHECK_THROWS_MATCHES(check.check(std::move(entry)), Error,
                             Message("the plugin gave folder documents/u1/a with a size of 1 byte"));
    }
    SECTION("a folder with content") {
        entry.content = std::make_unique<Nothing>();
        CHECK_THROWS_MATCHES(check.check(std::move(entry)), Error,
                             Message("the plugin gave folder documents/u1/a with content"));
    }
    SECTION("a table behind files") {
        check.check(std::move(entry));
        CHECK_THROWS_MATCHES(check.check(TableBegin{0}), Error,
                             Message("the plugin gave table a after a file"));
    }
}

TEST_CASE("files that the catalog tells of and of which nothing comes are missed") {
    Catalog catalog;
    catalog.entryKinds = {{"documents", 2, 1, 30, 1}, {"configs", 0, 3, 0, 0}};
    SECTION("nothing came") {
        ItemCheck check(catalog);
        CHECK_THROWS_MATCHES(check.finish(), Error,
                             Message("the catalog tells of 2 files of the kind 'documents', and 0 came"));
    }
    SECTION("a folder came, so the storage was read") {
        ItemCheck check(catalog);
        Entry folder;
        folder.type = EntryType::folder;
        folder.kind = "documents";
        folder.owner = "u1";
        check.check(std::move(folder));
        CHECK_NOTHROW(check.finish());
        CHECK(
            check.shortfalls() ==
            std::vector<std::string>{"the catalog tells of 2 files of the kind 'documents', and 0 came: the "
                                     "others were removed meanwhile, or the plugin lost them"});
    }
    SECTION("fewer, as many and more are what a live storage may do") {
        ItemCheck check(catalog);
        check.check(file("u1", "a"));
        CHECK_NOTHROW(check.finish());
        CHECK(check.shortfalls().size() == 1);
        check.check(file("u1", "b"));
        CHECK(check.shortfalls().empty());
        check.check(file("u2", "c"));
        CHECK(check.shortfalls().empty());
        CHECK_NOTHROW(check.finish());
    }
    SECTION("a transform that cannot know sets the numbers to 0") {
        catalog.entryKinds = {{"documents", 0, 0, 0, 0, Coverage::files}};
        ItemCheck check(catalog);
        CHECK_NOTHROW(check.finish());
        CHECK(check.shortfalls().empty());
    }
}

TEST_CASE("a file may be dropped where the catalog says that not all of its kind come") {
    Catalog catalog;
    catalog.entryKinds = {{.kind = "whole"},
                          {.kind = "users", .coverage = Coverage::users},
                          {.kind = "files", .coverage = Coverage::files}};
    const ItemCheck check(catalog);
    CHECK_THROWS_MATCHES(
        check.dropped("whole"), Error,
        Message("the plugin dropped a file of the kind 'whole', of which the catalog says that all come"));
    CHECK_NOTHROW(check.dropped("users"));
    CHECK_NOTHROW(check.dropped("files"));
    CHECK_NOTHROW(check.dropped("a kind that was taken out of the catalog"));
}

TEST_CASE("names that lead out of a user's folder are refused") {
    Catalog catalog;
    catalog.entryKinds = {{.kind = "documents"}};
    ItemCheck check(catalog);
    const auto path =
        GENERATE(as<std::string>{}, "../x", "a/../b", "/x", "a//b", ".", "a/.", std::string("a\0b", 3), "");
    CHECK_THROWS_AS(check.check(file("u1", path)), Error);
    CHECK_THROWS_AS(check.check(file("a/b", "x")), Error);
    CHECK_THROWS_AS(check.check(file("..", "x")), Error);
    CHECK_THROWS_AS(check.check(file("", "x")), Error);
    CHECK_NOTHROW(check.check(file("u1", "a..b.pdf")));
}
