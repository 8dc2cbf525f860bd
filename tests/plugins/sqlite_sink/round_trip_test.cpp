#include <catch2/catch.hpp>

#include "plugins/sqlite_sink/sink_test_support.hpp"

using namespace roost;
using namespace roost::sqlite;
using namespace roost::sqlite::testing;
using roost::testing::RecordingContext;

namespace {

/// Moves `from` into a new file, then the same again into that file; both must hold every cell and
/// definition.
void checkBothWays(const std::string& from) {
    const Folder folder;
    const std::string target = folder.file("copy.db");
    const Reading expected = readWithPython(from);
    const std::string schema = schemaOf(from);
    for (int pass = 0; pass < 2; ++pass) {
        RecordingContext context;
        REQUIRE(move(from, sinkOptions(target), context) == "");
        CHECK(readWithPython(target) == expected);
        CHECK(schemaOf(target) == schema);
        CHECK(query(target, "PRAGMA integrity_check") == "ok");
        CHECK(folder.names() == std::vector<std::string>{"copy.db"});
    }
}

}  // namespace

TEST_CASE("databases of real applications come out equal in every cell and definition, new and replaced") {
    for (const char* name :
         {"aviary/aviary.db", "chinook/Chinook_Sqlite.sqlite", "sakila/sakila-sqlite.db"}) {
        const auto path = fixture(name);
        if (path.empty()) continue;
        INFO(name);
        checkBothWays(path);
    }
}

TEST_CASE("values of every class in columns of every affinity come out to the bit") {
    const Folder folder;
    const std::string from = folder.file("a.db");
    make(from, R"(
        CREATE TABLE v(id INTEGER PRIMARY KEY, i INTEGER, t TEXT, b BLOB, r REAL, n NUMERIC, u uuid, x);
        WITH c(id, value) AS (VALUES (1, NULL), (2, 0), (3, -9223372036854775808), (4, 9223372036854775807), (5, 2.5),
            (6, -0.0), (7, 1e300), (8, 9e999), (9, -9e999), (10, 5e-324), (11, 0.1 + 0.2), (12, ''), (13, 'text'),
            (14, 'a' || char(0) || 'b'), (15, CAST(x'ff80fe' AS TEXT)), (16, x''), (17, x'00ff'), (18, '00123'),
            (19, '1e5'), (20, ' 12'), (21, '2026-01-31 12:34:56.789+02:00'), (22, zeroblob(5000)), (23, 5.0),
            (24, char(0x1F600)), (25, '5f3a0000-0000-4000-8000-000000000000'), (26, 'Infinity'), (27, true))
        INSERT INTO v SELECT id, value, value, value, value, value, value, value FROM c;
        CREATE TABLE s(a INT, b ANY, c REAL, PRIMARY KEY(a)) STRICT, WITHOUT ROWID;
        INSERT INTO s VALUES (1, '00123', 2), (2, 1.0, 0.5), (3, x'31', NULL);
        CREATE TABLE "we""ird na'me"("a b" TEXT, "select" INTEGER, "ä" BLOB);
        INSERT INTO "we""ird na'me" VALUES ('x', 1, x'01'), (NULL, NULL, NULL);
        CREATE TABLE empty(a, b);)");
    checkBothWays(from);
}

TEST_CASE(
    "special tables: autoincrement, without rowid, generated columns, full text, r-trees, cycles, views") {
    const Folder folder;
    const std::string from = folder.file("a.db");
    make(from, R"(
        CREATE TABLE auto(id INTEGER PRIMARY KEY AUTOINCREMENT, v);
        INSERT INTO auto VALUES (500, 'gone'), (3, 'x'); DELETE FROM auto WHERE id = 500;
        CREATE TABLE unused(id INTEGER PRIMARY KEY AUTOINCREMENT);
        CREATE TABLE w(a TEXT, b TEXT, n, PRIMARY KEY (b, a)) WITHOUT ROWID;
        INSERT INTO w VALUES ('1', 'z', 5), ('2', 'y', 6);
        CREATE TABLE g(a INTEGER, twice AS (a * 2), kept TEXT AS ('k' || a) STORED, z TEXT);
        INSERT INTO g(a, z) VALUES (1, 'p'), (2, 'q');
        CREATE VIRTUAL TABLE doc USING fts5(title, body);
        INSERT INTO doc(rowid, title, body) VALUES (7, 'one', 'hello world'), (9, 'two', 'good bye');
        CREATE VIRTUAL TABLE area USING rtree(id, x0, x1); INSERT INTO area VALUES (1, 0, 2), (2, 5, 6);
        CREATE TABLE left(id INTEGER PRIMARY KEY, r INTEGER REFERENCES right(id), up INTEGER REFERENCES left(id));
        CREATE TABLE right(id INTEGER PRIMARY KEY, l INTEGER NOT NULL REFERENCES left(id) DEFERRABLE INITIALLY DEFERRED);
        INSERT INTO left VALUES (1, 1, 2), (2, NULL, 1), (3, NULL, 3); INSERT INTO right VALUES (1, 1);
        CREATE INDEX part ON w(n) WHERE n > 5; CREATE UNIQUE INDEX expr ON left(id + 1 DESC);
        CREATE VIEW seen AS SELECT v FROM auto; CREATE VIEW seen2 AS SELECT * FROM seen;
        CREATE TABLE log(what TEXT);
        CREATE TRIGGER note AFTER INSERT ON auto BEGIN INSERT INTO log VALUES ('insert'); END;
        CREATE TRIGGER removed AFTER DELETE ON auto BEGIN INSERT INTO log VALUES ('delete'); END;
        CREATE TRIGGER through INSTEAD OF INSERT ON seen BEGIN INSERT INTO auto(v) VALUES (new.v); END;)");
    checkBothWays(from);
    const std::string target = folder.file("copy.db");
    RecordingContext context;
    for (int pass = 0; pass < 2; ++pass) {
        REQUIRE(move(from, sinkOptions(target), context) == "");
        CHECK(query(target, "SELECT name || seq FROM sqlite_sequence ORDER BY name") == "auto500");
        CHECK(query(target, "SELECT twice || kept FROM g ORDER BY a") == "2k1 4k2");
        CHECK(query(target, "SELECT rowid FROM doc WHERE doc MATCH 'bye'") == "9");
        CHECK(query(target, "SELECT id FROM area WHERE x1 > 4") == "2");
        CHECK(query(target, "SELECT count(*) FROM log") == "0");
    }
}

TEST_CASE("a full-text table that indexes another table's rows is built again") {
    const Folder folder;
    const std::string from = folder.file("a.db");
    make(from, R"(
        CREATE TABLE note(id INTEGER PRIMARY KEY, body TEXT); INSERT INTO note VALUES (1, 'alpha'), (2, 'beta');
        CREATE VIRTUAL TABLE note_index USING fts5(body, content='note', content_rowid='id');
        INSERT INTO note_index(note_index) VALUES ('rebuild');
        CREATE TRIGGER note_new AFTER INSERT ON note BEGIN
            INSERT INTO note_index(rowid, body) VALUES (new.id, new.body); END;)");
    const std::string target = folder.file("copy.db");
    RecordingContext context;
    REQUIRE(move(from, sinkOptions(target), context) == "");
    CHECK(query(target, "SELECT rowid FROM note_index WHERE note_index MATCH 'beta'") == "2");
    make(from, "UPDATE note SET body = 'gamma' WHERE id = 2");
    REQUIRE(move(from, sinkOptions(target), context) == "");
    CHECK(query(target, "SELECT count(*) FROM note_index WHERE note_index MATCH 'beta'") == "0");
    CHECK(query(target, "SELECT rowid FROM note_index WHERE note_index MATCH 'gamma'") == "2");
}

TEST_CASE("tables larger than a batch, with indexes that are made again") {
    const Folder folder;
    const std::string from = folder.file("a.db");
    make(from, R"(
        CREATE TABLE big(id TEXT PRIMARY KEY, n INTEGER, body TEXT);
        CREATE INDEX by_n ON big(n); CREATE UNIQUE INDEX by_body ON big(body) WHERE n <> 7;
        WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 60000)
        INSERT INTO big SELECT hex(n * 7919 % 60013) || '-' || n, n, 'text number ' || n FROM c;
        ANALYZE;)");
    const std::string target = folder.file("copy.db");
    RecordingContext context;
    REQUIRE(move(from, sinkOptions(target), context) == "");
    CHECK(readWithPython(target) == readWithPython(from));
    make(target, "ANALYZE; UPDATE sqlite_stat1 SET stat = '1 2 3' WHERE idx = 'by_n'");
    REQUIRE(move(from, sinkOptions(target), context) == "");
    CHECK(readWithPython(target) == readWithPython(from));
    CHECK(schemaOf(target).find("CREATE INDEX by_n ON big(n)") != std::string::npos);
    CHECK(query(target, "SELECT stat FROM sqlite_stat1 WHERE idx = 'by_n'") == "1 2 3");
    CHECK(query(target, "SELECT count(*) FROM sqlite_stat1") == "3");
    CHECK(query(target, "PRAGMA integrity_check") == "ok");
}
