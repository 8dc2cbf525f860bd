#include "lib/sql/sqlite/ddl_text.hpp"

#include <catch2/catch.hpp>

#include "lib/sql/sqlite/catalog_reader.hpp"
#include "plugins/sqlite_sink/sink_test_support.hpp"

using namespace roost;
using namespace roost::sqlite;
using namespace roost::sqlite::testing;

namespace {

Catalog catalogOf(const std::string& path) {
    const Connection connection(path, Connection::Mode::readOnly, "a.db");
    return readCatalog(connection, sql::TableSelection({}, {}, sql::NameCase::folded), true);
}

}  // namespace

TEST_CASE("a table that is made from the catalog's fields reads back as the same catalog") {
    const Folder folder;
    make(folder.file("a.db"), R"(
        CREATE TABLE parent(a TEXT, b INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID;
        CREATE TABLE "odd ""name"(
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            "sel ect" VARCHAR(20) COLLATE NOCASE NOT NULL DEFAULT 'it''s',
            quoted TEXT DEFAULT "none", flag numeric DEFAULT true, n INTEGER DEFAULT -5, untyped,
            moment datetime DEFAULT CURRENT_TIMESTAMP, computed INTEGER DEFAULT (1 + 2),
            "when" TEXT DEFAULT (datetime('now')),
            twice INTEGER GENERATED ALWAYS AS (n * 2) VIRTUAL, kept TEXT AS (upper(quoted)) STORED,
            pa TEXT, pb INTEGER, self INTEGER REFERENCES "odd ""name"(id) ON DELETE SET NULL,
            CONSTRAINT positive CHECK (n > -10), CHECK (length(quoted) < 100),
            CONSTRAINT pair UNIQUE (untyped, flag), UNIQUE (moment),
            CONSTRAINT up FOREIGN KEY (pa, pb) REFERENCES parent(a, b) ON UPDATE CASCADE ON DELETE RESTRICT
                DEFERRABLE INITIALLY DEFERRED);
        CREATE TABLE strict(a INT, b ANY, c BLOB PRIMARY KEY) STRICT;
        CREATE TABLE plain(id INTEGER PRIMARY KEY, x DOUBLE PRECISION);
        CREATE INDEX "by name" ON "odd ""name"("sel ect", n);
        CREATE UNIQUE INDEX one ON plain(x);)");
    Catalog original = catalogOf(folder.file("a.db"));
    for (Table& table : original.tables) {
        make(folder.file("b.db"), createTableText(table));
        for (Index& index : table.indexes) {
            index.nativeSql.clear();
            make(folder.file("b.db"), createIndexText(table, index));
        }
    }
    Catalog copy = catalogOf(folder.file("b.db"));
    REQUIRE(copy.tables.size() == original.tables.size());
    for (std::size_t i = 0; i < copy.tables.size(); ++i) {
        const Table& a = original.tables[i];
        const Table& b = copy.tables[i];
        INFO(a.name);
        CHECK(b.name == a.name);
        CHECK(b.primaryKey == a.primaryKey);
        CHECK(b.uniques == a.uniques);
        CHECK(b.foreignKeys == a.foreignKeys);
        CHECK(b.checks == a.checks);
        CHECK(traitsOf(b.nativeSql).strict == traitsOf(a.nativeSql).strict);
        CHECK(traitsOf(b.nativeSql).withoutRowid == traitsOf(a.nativeSql).withoutRowid);
        REQUIRE(b.columns.size() == a.columns.size());
        for (std::size_t c = 0; c < a.columns.size(); ++c) {
            INFO(a.columns[c].name);
            CHECK(b.columns[c].name == a.columns[c].name);
            CHECK(b.columns[c].nativeType == a.columns[c].nativeType);
            CHECK(b.columns[c].nullable == a.columns[c].nullable);
            CHECK(b.columns[c].defaultValue == a.columns[c].defaultValue);
            CHECK(b.columns[c].identity == a.columns[c].identity);
            CHECK(b.columns[c].generated == a.columns[c].generated);
            CHECK(b.columns[c].generatedStored == a.columns[c].generatedStored);
            CHECK(b.columns[c].collation == a.columns[c].collation);
        }
        REQUIRE(b.indexes.size() == a.indexes.size());
        for (std::size_t c = 0; c < a.indexes.size(); ++c) {
            CHECK(b.indexes[c].name == a.indexes[c].name);
            CHECK(b.indexes[c].unique == a.indexes[c].unique);
            CHECK(b.indexes[c].columns == a.indexes[c].columns);
        }
    }
}

TEST_CASE("native text that reaches beyond its place is refused") {
    Table table;
    table.name = "t";
    Column column;
    column.name = "c";
    for (const char* bad :
         {"1) , d INTEGER", "(", "1; DROP TABLE t", "'open", "1 -- rest", "1 /* rest", "\"open"}) {
        table.columns = {column};
        table.columns[0].defaultValue = bad;
        CHECK(writeErrorOf([&] {
                  static_cast<void>(createTableText(table));
              }).starts_with("table 't': column 'c': its default cannot be used: "));
        table.columns = {column};
        table.columns[0].nativeType = bad;
        CHECK(writeErrorOf([&] {
                  static_cast<void>(createTableText(table));
              }).starts_with("table 't': column 'c': its type cannot be used: "));
        table.columns = {column};
        table.checks = {{"", bad}};
        CHECK(writeErrorOf([&] {
                  static_cast<void>(createTableText(table));
              }).starts_with("table 't': a check cannot be used: "));
        table.checks.clear();
    }
}

TEST_CASE("a table's own statement is used only while it has the catalog's columns") {
    Table table;
    table.name = "t";
    for (const char* name : {"a", "b"}) {
        Column column;
        column.name = name;
        table.columns.push_back(column);
    }
    CHECK_FALSE(nativeSqlFits(table));
    table.nativeSql = "CREATE TABLE t(a TEXT, b TEXT)";
    CHECK(nativeSqlFits(table));
    table.nativeSql = "CREATE TABLE t(a TEXT, b TEXT, c TEXT)";
    CHECK_FALSE(nativeSqlFits(table));
    table.nativeSql = "CREATE VIRTUAL TABLE t USING fts5(a, b)";
    CHECK(nativeSqlFits(table));
    CHECK(isVirtual(table));
}

TEST_CASE("what looks like a comment within a string is text") {
    Table table;
    table.name = "t";
    Column column;
    column.name = "c";
    column.defaultValue = "'-- no /* comment'";
    table.columns = {column};
    CHECK(createTableText(table).find("DEFAULT '-- no /* comment'") != std::string::npos);
}
