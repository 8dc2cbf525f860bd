#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "plugins/sqlite/sqlite_test_support.hpp"

using namespace roost;
using namespace roost::sqlite;
using namespace roost::sqlite::testing;

namespace {

void checkAgainstPython(const std::string& path) {
    Host host;
    const Reading expected = readWithPython(path);
    REQUIRE_FALSE(expected.empty());
    CHECK(readAll(optionsFor(path), host) == expected);
}

void insertReal(Database& database, double value) {
    sqlite3_stmt* statement = nullptr;
    REQUIRE(sqlite3_prepare_v2(database.handle(), "INSERT INTO r VALUES (?1, ?1)", -1, &statement, nullptr) ==
            SQLITE_OK);
    sqlite3_bind_double(statement, 1, value);
    CHECK(sqlite3_step(statement) == SQLITE_DONE);
    sqlite3_finalize(statement);
}

}  // namespace

TEST_CASE("every storage class is read as it is from columns of every declared type") {
    const Folder folder;
    const std::string path = folder.file("x.db");
    Database database(path);
    int number = 0;
    for (const std::string type :
         {"INTEGER", "INT", "TINYINT", "REAL", "TEXT", "BLOB", "NUMERIC", "BOOLEAN", "DATETIME", "uuid",
          "DECIMAL(10,2)", "VARCHAR(3)", "JSON", "", "UNSIGNED BIG INT", "STRING"}) {
        const std::string table = "t" + std::to_string(number++);
        database.run(
            "CREATE TABLE " + table + "(v " + type + "); INSERT INTO " + table +
            " VALUES (NULL), (0), (-1), (9223372036854775807), (-9223372036854775808), (5000000000), (300), "
            "(1.5), "
            "(0.1 + 0.2), (9e999), (-9e999), (4.9e-324), (''), ('abc'), ('00123'), ('1e5'), (x''), "
            "(x'00ff'), "
            "(CAST(x'ff00fe' AS TEXT)), ('a' || char(0) || 'b'), ('true'), (true), ('2026-01-02 03:04:05'), "
            "(CAST('text' AS BLOB)), (zeroblob(5)), (123456789012345678), (9007199254740993)");
    }
    database.close();
    checkAgainstPython(path);
}

TEST_CASE("reals keep all their bits") {
    const Folder folder;
    const std::string path = folder.file("x.db");
    Database database(path);
    database.run("CREATE TABLE r(a REAL, b)");
    using Limits = std::numeric_limits<double>;
    for (const double value : {0.0, -0.0, 1.0, -1.0, 0.1, 1e300, Limits::max(), Limits::min(),
                               Limits::denorm_min(), -Limits::denorm_min(), Limits::infinity(),
                               -Limits::infinity(), 9007199254740993.0, std::nextafter(1.0, 2.0), 1.8e19})
        insertReal(database, value);
    database.close();
    checkAgainstPython(path);
}

TEST_CASE("NULL, an empty text and an empty blob stay three things") {
    const Folder folder;
    Host host;
    Database(folder.file("x.db")).run("CREATE TABLE t(a, b, c); INSERT INTO t VALUES (NULL, '', x'')");
    CHECK(readAll(optionsFor(folder.file("x.db")), host) == Reading{"T 74", "R n t b"});
}

TEST_CASE("large values come whole and large tables come in bounded batches") {
    const Folder folder;
    const std::string path = folder.file("x.db");
    Database(path).run(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (1, randomblob(5000000)), "
        "(2, hex(randomblob(700000)));"
        "INSERT INTO t(a) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) "
        "SELECT 'row ' || i FROM n;");
    checkAgainstPython(path);
    Host host;
    SqliteSource source(optionsFor(path));
    static_cast<void>(source.catalog(host));
    Item item;
    std::size_t batches = 0;
    while (source.next(item))
        if (const auto* batch = std::get_if<BatchPtr>(&item)) {
            ++batches;
            CHECK(((*batch)->bytes() < 2 * Batch::targetBytes || (*batch)->rows() == 1));
        }
    CHECK(batches > 3);
}

TEST_CASE("names of any kind work") {
    const Folder folder;
    const std::string path = folder.file("odd name %41?.db");
    Database database(path);
    database.run(
        "CREATE TABLE \"select\"(\"from\" INT, \"a\"\"b\" TEXT, \"two\nlines\" BLOB, \"'\" INT, "
        "\"gr\xC3\xBC\xC3\x9F\" TEXT)");
    database.run("INSERT INTO \"select\" VALUES (1, 'x', x'01', 2, 'y')");
    database.run(
        "CREATE TABLE \"a b\"\"c'd`e[f]\"(x PRIMARY KEY) WITHOUT ROWID; INSERT INTO \"a b\"\"c'd`e[f]\" "
        "VALUES (5)");
    database.run(
        "CREATE TABLE \"..\"(rowid TEXT, _rowid_ TEXT, oid TEXT); INSERT INTO \"..\" VALUES ('a', 'b', 'c')");
    database.run("CREATE TABLE \"\xE8\xA1\xA8\"(\"\" INT); INSERT INTO \"\xE8\xA1\xA8\" VALUES (7)");
    database.close();
    checkAgainstPython(path);
    Host host;
    auto options = optionsFor(path);
    options.order = RowOrder::key;
    CHECK(readAll(options, host).size() == 8);
}

TEST_CASE("generated columns stand in the catalog and hold no values") {
    const Folder folder;
    const std::string path = folder.file("x.db");
    Database(path).run(
        "CREATE TABLE t(a INT, v AS (a * 2), b INT, s AS (a * 3) STORED, c INT); INSERT INTO t(a, b, c) "
        "VALUES (1, 2, 3);");
    checkAgainstPython(path);
    Host host;
    SqliteSource source(optionsFor(path));
    REQUIRE(source.catalog(host).tables[0].columns.size() == 5);
    Item item;
    while (source.next(item))
        if (const auto* batch = std::get_if<BatchPtr>(&item)) {
            const auto row = (*batch)->row(0);
            REQUIRE(row.size() == 5);
            CHECK(row[0].integer() == 1);
            CHECK(row[1].isNull());
            CHECK(row[2].integer() == 2);
            CHECK(row[3].isNull());
            CHECK(row[4].integer() == 3);
        }
}

TEST_CASE("a full-text table's rows come with the rowid that others join it by") {
    const Folder folder;
    Host host;
    Database(folder.file("x.db"))
        .run(
            "CREATE VIRTUAL TABLE f USING fts5(a, b); INSERT INTO f(rowid, a, b) VALUES (7, 'x', 'y'), (3, "
            "'z', NULL);"
            "CREATE VIRTUAL TABLE o USING fts4(a); INSERT INTO o(docid, a) VALUES (9, 'w');"
            "CREATE VIRTUAL TABLE r USING rtree(id, x0, x1); INSERT INTO r VALUES (1, 2.5, 3.5);");
    CHECK(readAll(optionsFor(folder.file("x.db")), host) ==
          Reading{"T 66", "R i3 t7a n", "R i7 t78 t79", "T 6f", "R i9 t77", "T 72",
                  "R i1 r4004000000000000 r400c000000000000"});
}

TEST_CASE("a database without tables gives an empty catalog") {
    const Folder folder;
    Host host;
    Database(folder.file("x.db")).run("PRAGMA user_version = 1");
    CHECK(readAll(optionsFor(folder.file("x.db")), host).empty());
}
