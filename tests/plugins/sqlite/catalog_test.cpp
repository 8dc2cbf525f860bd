#include "lib/sql/sqlite/catalog_reader.hpp"

#include <catch2/catch.hpp>

#include "plugins/sqlite/sqlite_test_support.hpp"

using namespace roost;
using namespace roost::sqlite;
using namespace roost::sqlite::testing;

namespace {

using Names = std::vector<std::string>;

/// The catalog of a database made with `sql`.
class Made {
public:
    explicit Made(const std::string& sql, const SqliteSource::Options& extra = {}, bool exact = false) {
        Database(folder_.file("x.db")).run(sql);
        SqliteSource::Options options = extra;
        options.url = Location::parse("sqlite:" + folder_.file("x.db"));
        host_.dry = exact;
        catalog = SqliteSource(options).catalog(host_);
    }
    [[nodiscard]] const Table& table(const std::string& name) const {
        const Table* found = catalog.find("", name);
        REQUIRE(found != nullptr);
        return *found;
    }
    [[nodiscard]] Names tables() const {
        Names names;
        for (const Table& table : catalog.tables) names.push_back(table.name);
        return names;
    }
    Catalog catalog;

private:
    Folder folder_;
    Host host_;
};

}  // namespace

TEST_CASE("a table's columns carry type, nullability and default as declared") {
    const Made made(
        R"(CREATE TABLE t(id INTEGER PRIMARY KEY, a VARCHAR(10) NOT NULL DEFAULT 'it''s', b numeric DEFAULT true,
        c DATETIME DEFAULT CURRENT_TIMESTAMP, d TEXT DEFAULT "none", e INT DEFAULT (1 + 2), f, g INTEGER DEFAULT -7))");
    const Table& table = made.table("t");
    CHECK(table.id == 0);
    CHECK(table.schema.empty());
    REQUIRE(table.columns.size() == 8);
    CHECK(table.columns[0].nativeType == "INTEGER");
    CHECK_FALSE(table.columns[0].nullable);
    CHECK(table.columns[1].nativeType == "VARCHAR(10)");
    CHECK(format(table.columns[1].type) == "text(10)");
    CHECK_FALSE(table.columns[1].nullable);
    CHECK(table.columns[1].defaultValue == "'it''s'");
    CHECK(format(table.columns[2].type) == "boolean");
    CHECK(table.columns[2].typeOrigin == TypeOrigin::inferred);
    CHECK(table.columns[2].nullable);
    CHECK(table.columns[3].defaultValue == "CURRENT_TIMESTAMP");
    CHECK(table.columns[4].defaultValue == "\"none\"");
    CHECK(table.columns[5].defaultValue == "1 + 2");
    CHECK(table.columns[6].nativeType.empty());
    CHECK_FALSE(table.columns[6].defaultValue);
    CHECK(table.columns[7].defaultValue == "-7");
    CHECK(table.nativeSql.starts_with("CREATE TABLE t(id INTEGER PRIMARY KEY"));
    CHECK(made.catalog.dialect == "sqlite");
}

TEST_CASE("keys that number themselves tell how and what comes next") {
    const Made made(R"(
        CREATE TABLE plain(id INTEGER PRIMARY KEY, a); INSERT INTO plain VALUES (7, 1), (41, 2);
        CREATE TABLE empty(id INTEGER PRIMARY KEY);
        CREATE TABLE never(id INTEGER PRIMARY KEY AUTOINCREMENT);
        CREATE TABLE used(a, "the id" INTEGER, PRIMARY KEY("the id" AUTOINCREMENT));
        INSERT INTO used VALUES (1, 500); DELETE FROM used;
        CREATE TABLE moved(id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO moved VALUES (3);
        UPDATE sqlite_sequence SET seq = 99 WHERE name = 'moved';
        CREATE TABLE full(id INTEGER PRIMARY KEY); INSERT INTO full VALUES (9223372036854775807);
        CREATE TABLE negative(id INTEGER PRIMARY KEY); INSERT INTO negative VALUES (-5);
        CREATE TABLE textual(id TEXT PRIMARY KEY);
        CREATE TABLE descending(id INTEGER PRIMARY KEY DESC);
        CREATE TABLE intkey(id INT PRIMARY KEY);
        CREATE TABLE norowid(id INTEGER PRIMARY KEY) WITHOUT ROWID;
    )");
    const auto id = [&](const std::string& name) { return made.table(name).columns[name == "used" ? 1 : 0]; };
    CHECK(id("plain").identity == Identity::byDefault);
    CHECK(id("plain").nextValue == 42);
    CHECK(id("empty").nextValue == 1);
    CHECK(id("never").identity == Identity::autoincrement);
    CHECK(id("never").nextValue == 1);
    CHECK(id("used").identity == Identity::autoincrement);
    CHECK(id("used").nextValue == 501);
    CHECK(made.table("used").primaryKey == Names{"the id"});
    CHECK(id("moved").nextValue == 100);
    CHECK(id("full").identity == Identity::byDefault);
    CHECK_FALSE(id("full").nextValue);
    CHECK(id("negative").nextValue == 1);
    for (const char* name : {"textual", "descending", "intkey", "norowid"}) {
        CAPTURE(name);
        CHECK(id(name).identity == Identity::none);
        CHECK_FALSE(id(name).nextValue);
        CHECK(made.table(name).primaryKey == Names{"id"});
    }
    CHECK(id("textual").nullable);
    CHECK_FALSE(id("norowid").nullable);
    CHECK(made.catalog.find("", "sqlite_sequence") == nullptr);
}

TEST_CASE("foreign keys are grouped, in order, with their targets resolved") {
    const Made made(R"(
        CREATE TABLE "Pa rent"(x INTEGER, y TEXT, z UNIQUE, PRIMARY KEY(y, x));
        CREATE TABLE c(a, b, d REFERENCES "pa RENT"(Z) ON DELETE SET NULL ON UPDATE CASCADE, e REFERENCES nowhere,
            self INTEGER REFERENCES c(a) ON DELETE RESTRICT ON UPDATE SET DEFAULT,
            CONSTRAINT both FOREIGN KEY(a, b) REFERENCES "pa rent" ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED);
    )");
    const auto& keys = made.table("c").foreignKeys;
    REQUIRE(keys.size() == 4);
    CHECK(keys[0] == ForeignKey{"", {"d"}, "", "Pa rent", {"z"}, "CASCADE", "SET NULL", false, false});
    CHECK(keys[1] == ForeignKey{"", {"e"}, "", "nowhere", {}, "NO ACTION", "NO ACTION", false, false});
    CHECK(keys[3] ==
          ForeignKey{"both", {"a", "b"}, "", "Pa rent", {"y", "x"}, "NO ACTION", "CASCADE", true, true});
    CHECK(keys[2] == ForeignKey{"", {"self"}, "", "c", {"a"}, "SET DEFAULT", "RESTRICT", false, false});
}

TEST_CASE("a foreign key without columns is resolved also where its target is left out") {
    SqliteSource::Options options;
    options.tables = {"c"};
    const Made made("CREATE TABLE p(id TEXT PRIMARY KEY); CREATE TABLE c(p REFERENCES p);", options);
    CHECK(made.tables() == Names{"c"});
    CHECK(made.table("c").foreignKeys[0].targetColumns == Names{"id"});
}

TEST_CASE("uniques and indexes come in the order in which they were made, with their own text") {
    const Made made(R"(
        CREATE TABLE t(a UNIQUE, b, c, CONSTRAINT pair UNIQUE(c, b));
        CREATE INDEX plain ON t(b, c DESC);
        CREATE UNIQUE INDEX part ON t(c) WHERE b IS NOT NULL;
        CREATE INDEX "ex""pr" ON t(lower(a), b);
    )");
    const Table& table = made.table("t");
    CHECK(table.uniques == std::vector<UniqueConstraint>{{"", {"a"}}, {"pair", {"c", "b"}}});
    REQUIRE(table.indexes.size() == 3);
    CHECK(table.indexes[0] == Index{"plain", false, {"b", "c"}, "CREATE INDEX plain ON t(b, c DESC)"});
    CHECK(table.indexes[1] ==
          Index{"part", true, {"c"}, "CREATE UNIQUE INDEX part ON t(c) WHERE b IS NOT NULL"});
    CHECK(table.indexes[2] == Index{"ex\"pr", false, {}, "CREATE INDEX \"ex\"\"pr\" ON t(lower(a), b)"});
}

TEST_CASE("checks, collations and generated columns are read from the statement, also after it was altered") {
    const Made made(R"(
        CREATE TABLE t(a TEXT COLLATE NOCASE CONSTRAINT short CHECK (length(a) < 5), b INT, v AS (b * 2),
            s TEXT GENERATED ALWAYS AS (a || ')') STORED, CHECK (b > 0));
        ALTER TABLE t ADD COLUMN later REAL DEFAULT 1.5 COLLATE RTRIM;
        ALTER TABLE t RENAME COLUMN b TO "b c";
    )");
    const Table& table = made.table("t");
    CHECK(table.checks == std::vector<CheckConstraint>{{"short", "length(a) < 5"}, {"", "\"b c\" > 0"}});
    REQUIRE(table.columns.size() == 5);
    CHECK(table.columns[0].collation == "NOCASE");
    CHECK(table.columns[1].name == "b c");
    CHECK(table.columns[2].generated == "\"b c\" * 2");
    CHECK_FALSE(table.columns[2].generatedStored);
    CHECK(table.columns[3].generated == "a || ')'");
    CHECK(table.columns[3].generatedStored);
    CHECK(table.columns[3].nativeType == "TEXT");
    CHECK(table.columns[4].collation == "RTRIM");
    CHECK_FALSE(table.columns[0].generated);
}

TEST_CASE("views and triggers are native objects, a broken view among them") {
    SqliteSource::Options options;
    options.excludeTables = {"gone"};
    const Made made(R"(
        CREATE TABLE t(a); CREATE TABLE gone(a);
        CREATE VIEW v AS SELECT a FROM t; CREATE VIEW broken AS SELECT * FROM nowhere;
        CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END;
        CREATE TRIGGER onview INSTEAD OF INSERT ON v BEGIN SELECT 2; END;
        CREATE TRIGGER left AFTER INSERT ON gone BEGIN SELECT 3; END;
    )",
                    options);
    const auto& objects = made.catalog.objects;
    REQUIRE(objects.size() == 4);
    CHECK(objects[0] == NativeObject{"view", "", "v", "", "CREATE VIEW v AS SELECT a FROM t", {}});
    CHECK(objects[1].name == "broken");
    CHECK(objects[2] ==
          NativeObject{
              "trigger", "", "tr", "t", "CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END", {}});
    CHECK(objects[3].table == "v");
    CHECK(made.tables() == Names{"t"});
}

TEST_CASE("tables of virtual tables are left out, and a full-text table that keeps its rows is a table") {
    const Made made(R"(
        CREATE TABLE src(id INTEGER PRIMARY KEY, body); INSERT INTO src VALUES (1, 'x');
        CREATE VIRTUAL TABLE own USING fts5(title, body);
        CREATE VIRTUAL TABLE ext USING fts5(body, content='src', content_rowid='id');
        CREATE VIRTUAL TABLE none USING fts5(body, content='');
        CREATE VIRTUAL TABLE old USING fts4(body);
        CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1);
    )");
    CHECK(made.tables() == Names{"src", "own", "old", "boxes"});
    const Table& own = made.table("own");
    REQUIRE(own.columns.size() == 3);
    CHECK(own.columns[0].name == "rowid");
    CHECK(own.columns[2].name == "body");
    CHECK(own.primaryKey == Names{"rowid"});
    CHECK(own.nativeSql == "CREATE VIRTUAL TABLE own USING fts5(title, body)");
    CHECK(own.columns.back().type.kind == TypeKind::text);  // though it has no rows
    CHECK(made.table("boxes").columns.size() == 3);
    REQUIRE(made.catalog.objects.size() == 2);
    CHECK(made.catalog.objects[0] ==
          NativeObject{"virtual table",
                       "",
                       "ext",
                       "",
                       "CREATE VIRTUAL TABLE ext USING fts5(body, content='src', content_rowid='id')",
                       {}});
    CHECK(made.catalog.warnings == Names{"table 'own' is a virtual one (fts5): its rows are read through it, "
                                         "its index has to be built again",
                                         "virtual table 'ext' (fts5) keeps no rows of its own: only its "
                                         "definition is carried, its index has to be "
                                         "built again",
                                         "virtual table 'none' (fts5) keeps no rows of its own: only its "
                                         "definition is carried, its index has to be "
                                         "built again",
                                         "table 'old' is a virtual one (fts4): its rows are read through it, "
                                         "its index has to be built again",
                                         "table 'boxes' is a virtual one (rtree): its rows are read through "
                                         "it, its index has to be built again"});
}

TEST_CASE("a virtual table of an unknown module is carried as its definition, its tables as ordinary ones") {
    const Made made(R"(
        CREATE TABLE vec_chunks(id INTEGER PRIMARY KEY, data BLOB); INSERT INTO vec_chunks VALUES (1, x'00');
        PRAGMA writable_schema = ON;
        INSERT INTO sqlite_schema VALUES ('table', 'vec', 'vec', 0, 'CREATE VIRTUAL TABLE vec USING vec0(a)');
    )");
    CHECK(made.tables() == Names{"vec_chunks"});
    REQUIRE(made.catalog.objects.size() == 1);
    CHECK(made.catalog.objects[0].type == "virtual table");
    CHECK(made.catalog.warnings == Names{"virtual table 'vec' (vec0) is carried as its definition only; rows "
                                         "that it keeps in other tables here come "
                                         "with those"});
}

TEST_CASE("rows are estimated for a run and counted for a dry run") {
    const std::string sql =
        "CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES (10), (11), (19);"
        "CREATE TABLE w(k TEXT PRIMARY KEY) WITHOUT ROWID; INSERT INTO w VALUES ('a'), ('b');"
        "CREATE TABLE e(a); CREATE TABLE far(id INTEGER PRIMARY KEY);"
        "INSERT INTO far VALUES (-9000000000000000000), (9000000000000000000);";
    const Made run(sql);
    CHECK(run.table("t").rows == 10);
    CHECK(run.table("w").rows == 2);
    CHECK(run.table("e").rows == 0);
    CHECK(run.table("far").rows < 100'000);
    const Made dry(sql, {}, true);
    CHECK(dry.table("t").rows == 3);
    CHECK(dry.table("w").rows == 2);
    CHECK(dry.table("far").rows == 2);
    const Made analyzed(sql + "ANALYZE; INSERT INTO t VALUES (1000);");
    CHECK(analyzed.table("t").rows == 3);
    CHECK(analyzed.tables() == Names{"t", "w", "e", "far"});
}

TEST_CASE("the usual spelling of times is found, and an offset makes an instant") {
    SqliteSource::Options options;
    options.types = {{"t.stamp", "timestamp"}, {"t.flag", "boolean"}};
    const Made made(R"(
        CREATE TABLE t(local datetime, zoned datetime, stamp text, none datetime, flag numeric, iso timestamp);
        INSERT INTO t VALUES ('2026-01-02 03:04:05', '2026-01-02 03:04:05.123+02:00', '2026-01-02T03:04:05Z', NULL, 1, 'bad');
        INSERT INTO t VALUES ('2026-01-02 03:04:06', '2026-01-02 03:04:05+00:00', NULL, NULL, 0, '2026-01-02T03:04:05');
        INSERT INTO t VALUES ('2026-01-02T03:04:06', '2026-01-02 03:04:05', NULL, 17, 0, 12345);
        CREATE TABLE only(seen timestamptz_like, empty datetime2, full datetime2);
        INSERT INTO only VALUES ('x', NULL, '2026-01-02 03:04:05-05:00');
    )",
                    options);
    const Table& table = made.table("t");
    CHECK(table.columns[0].spelling == "YYYY-MM-DD HH:MM:SS");
    CHECK(format(table.columns[0].type) == "timestamp");
    CHECK(table.columns[1].spelling == "YYYY-MM-DD HH:MM:SS+hh:mm");
    CHECK(format(table.columns[1].type) == "timestamptz");
    CHECK(table.columns[1].typeOrigin == TypeOrigin::inferred);
    CHECK(table.columns[2].spelling == "YYYY-MM-DDTHH:MM:SS+hh:mm");
    CHECK(format(table.columns[2].type) == "timestamp");
    CHECK(table.columns[2].typeOrigin == TypeOrigin::set);
    CHECK(table.columns[3].spelling.empty());
    CHECK(format(table.columns[3].type) == "timestamp");
    CHECK(table.columns[4].typeOrigin == TypeOrigin::set);
    CHECK(table.columns[5].spelling == "YYYY-MM-DDTHH:MM:SS");
    const Table& only = made.table("only");
    CHECK(format(only.columns[0].type) == "text");
    CHECK(format(only.columns[1].type) == "timestamptz");
    CHECK(format(only.columns[2].type) == "timestamptz");
}

TEST_CASE("columns without a telling declaration are typed by their values where all agree") {
    const Made made(R"(
        CREATE TABLE t(i, r, s, b, mixed, none, addr inet);
        INSERT INTO t VALUES (1, 1.5, 'x', x'00', 1, NULL, '10.0.0.1'), (2, 2.5, 'y', x'01', 'x', NULL, NULL);
    )");
    const auto& columns = made.table("t").columns;
    CHECK(format(columns[0].type) == "int64");
    CHECK(format(columns[1].type) == "float64");
    CHECK(format(columns[2].type) == "text");
    CHECK(format(columns[3].type) == "bytes");
    CHECK(format(columns[4].type) == "bytes");
    CHECK(format(columns[5].type) == "bytes");
    CHECK(format(columns[6].type) == "text");
    for (const Column& column : columns) CHECK(column.typeOrigin == TypeOrigin::inferred);
}

TEST_CASE("strict tables and tables without rowid are described like others") {
    const Made made(
        "CREATE TABLE s(a INT PRIMARY KEY, b ANY, c TEXT NOT NULL) STRICT;"
        "CREATE TABLE w(a TEXT, b INT, c, PRIMARY KEY(b, a)) WITHOUT ROWID;");
    CHECK(made.table("s").columns[1].nativeType == "ANY");
    CHECK_FALSE(made.table("s").columns[0].nullable);
    CHECK(made.table("w").primaryKey == Names{"b", "a"});
    CHECK_FALSE(made.table("w").columns[0].nullable);
    CHECK(made.table("w").columns[2].nullable);
}

TEST_CASE("a schema may use functions that SQLite does not count as harmless in schemas of strangers") {
    const Made made(
        "CREATE TABLE t(a TEXT CHECK (json_valid(a))); CREATE UNIQUE INDEX i ON t(a) WHERE json_valid(a);"
        "INSERT INTO t VALUES ('{}')");
    CHECK(made.tables() == Names{"t"});
    REQUIRE(made.table("t").indexes.size() == 1);
    CHECK(made.table("t").indexes[0].nativeSql == "CREATE UNIQUE INDEX i ON t(a) WHERE json_valid(a)");
}
