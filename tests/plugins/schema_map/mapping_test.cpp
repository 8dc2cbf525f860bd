// Whole catalogs: what becomes of them, and that a real database of the other kind takes the result.
#include "lib/sql/mapping/schema_mapping.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <vector>

#include "plugins/schema_map/mapped_databases.hpp"
#include "plugins/sqlite/sqlite_test_support.hpp"
#include "roost/error.hpp"

using namespace roost;
using namespace roost::test;
using sql::mapping::Dialect;
using sql::mapping::mapSchema;

namespace {

using Lines = std::vector<std::string>;

/// The SQLite database that `sql` makes, for PostgreSQL; a server has taken it.
Catalog toPostgresql(const std::string& sql) {
    Catalog catalog = sqliteCatalog(sql);
    mapSchema(catalog, Dialect::sqlite, Dialect::postgresql);
    ScratchDatabase database;
    createPostgresql(database, catalog);
    return catalog;
}

/// The other way round.
Catalog toSqlite(const std::string& sql) {
    ScratchDatabase database(sql);
    Catalog catalog = readPostgresql(database);
    mapSchema(catalog, Dialect::postgresql, Dialect::sqlite);
    const sqlite::testing::Folder folder;
    createSqlite(folder.file("made.db"), catalog);
    return catalog;
}

std::string nativeType(const Catalog& catalog, const std::string& column) {
    return columnOf(catalog, "t", column).nativeType;
}

std::string messageOf(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.what() + std::string(" | ") + error.hint();
    }
    return {};
}

}  // namespace

TEST_CASE("types of SQLite become PostgreSQL's") {
    const Catalog catalog = toPostgresql(
        "CREATE TABLE t (flag BOOLEAN, gorm numeric DEFAULT true, tiny tinyint(1), i INT, i4 int4, i2 "
        "smallint, "
        "big BIGINT, r REAL, d DECIMAL(10,2), n numeric, huge decimal(2000,2), v VARCHAR(20), s TEXT, raw "
        "BLOB, "
        "id uuid, day DATE, clock TIME, at DATETIME, js JSON, jb jsonb_text, span duration_text, exact "
        "decimal_blob(30,5), ident uuid_text, doc json_text, odd GEOMETRY, single real4, padded bpchar(3), "
        "ip inet_text, list I4_array_text, prices decimal_array_text(10, 2), seen timestamp_array_text(3))");
    CHECK(catalog.dialect == "postgresql");
    const std::vector<std::pair<const char*, const char*>> expected{
        {"flag", "boolean"},
        {"gorm", "boolean"},
        {"tiny", "boolean"},
        {"i", "bigint"},
        {"i4", "integer"},
        {"i2", "smallint"},
        {"big", "bigint"},
        {"r", "double precision"},
        {"d", "numeric(10,2)"},
        {"n", "numeric"},
        {"huge", "numeric"},
        {"v", "varchar(20)"},
        {"s", "text"},
        {"raw", "bytea"},
        {"id", "uuid"},
        {"day", "date"},
        {"clock", "time without time zone"},
        {"at", "timestamp without time zone"},
        {"js", "json"},
        {"jb", "jsonb"},
        {"span", "interval"},
        {"exact", "numeric(30,5)"},
        {"ident", "uuid"},
        {"doc", "json"},
        {"odd", "numeric"},
        {"single", "real"},
        {"padded", "char(3)"},
        {"ip", "inet"},
        {"list", "integer[]"},
        {"prices", "numeric(10,2)[]"},
        {"seen", "timestamp(3) without time zone[]"}};
    for (const auto& [column, type] : expected) {
        INFO(column);
        CHECK(nativeType(catalog, column) == type);
    }
    CHECK(columnOf(catalog, "t", "gorm").defaultValue == "true");
    CHECK(lossesOf(catalog) ==
          Lines{"t: column huge: PostgreSQL has no decimal(2000,2): it becomes numeric, without a limit"});
}

TEST_CASE("types of PostgreSQL become declared ones that change no value in SQLite") {
    const Catalog catalog = toSqlite(
        "CREATE TYPE mood AS ENUM ('sad', 'it''s ok');"
        "CREATE DOMAIN year AS integer DEFAULT 2000 NOT NULL CHECK (VALUE >= 1901 AND VALUE <= 2155);"
        "CREATE TYPE two AS (a integer, b text);"
        "CREATE DOMAIN late AS year CHECK (VALUE > 2000);"
        "CREATE TABLE t (flag boolean DEFAULT false, i2 smallint, i4 integer, i8 bigint, f4 real, f8 double "
        "precision,"
        " d numeric(10,2), wide numeric(20,2), free numeric, cash money, v varchar(20), c char(3), s text, "
        "raw bytea, "
        "id uuid, day date, clock time, at timestamp, zoned timestamptz, span interval, js json, jb jsonb, "
        "how mood "
        "DEFAULT 'sad', y year, l late, ip inet, list integer[] DEFAULT '{1,2}', pair two, moods mood[])");
    const std::vector<std::pair<const char*, const char*>> expected{{"flag", "boolean"},
                                                                    {"i2", "smallint"},
                                                                    {"i4", "int4"},
                                                                    {"i8", "bigint"},
                                                                    {"f4", "real4"},
                                                                    {"f8", "double precision"},
                                                                    {"d", "decimal(10,2)"},
                                                                    {"wide", "decimal_blob(20,2)"},
                                                                    {"free", "decimal_blob"},
                                                                    {"cash", "decimal_blob(19,2)"},
                                                                    {"v", "varchar(20)"},
                                                                    {"c", "bpchar(3)"},
                                                                    {"s", "text"},
                                                                    {"raw", "blob"},
                                                                    {"id", "uuid_text"},
                                                                    {"day", "date"},
                                                                    {"clock", "time"},
                                                                    {"at", "timestamp"},
                                                                    {"zoned", "datetime"},
                                                                    {"span", "duration_text"},
                                                                    {"js", "json_text"},
                                                                    {"jb", "jsonb_text"},
                                                                    {"how", "text"},
                                                                    {"y", "int4"},
                                                                    {"l", "int4"},
                                                                    {"ip", "inet_text"},
                                                                    {"list", "i4_array_text"},
                                                                    {"pair", "text"},
                                                                    {"moods", "text"}};
    for (const auto& [column, type] : expected) {
        INFO(column);
        CHECK(nativeType(catalog, column) == type);
    }
    CHECK(columnOf(catalog, "t", "how").defaultValue == "'sad'");
    CHECK(columnOf(catalog, "t", "y").defaultValue == "2000");
    CHECK_FALSE(columnOf(catalog, "t", "l").nullable);
    const Table& table = tableOf(catalog, "t");
    REQUIRE(table.checks.size() == 4);
    CHECK(table.checks[0].expression == "\"how\" IN ('sad', 'it''s ok')");
    CHECK(table.checks[1].expression == "((\"y\" >= 1901) AND (\"y\" <= 2155))");
    CHECK(table.checks[2].expression == "(\"l\" > 2000)");
    CHECK(table.checks[3].expression == "((\"l\" >= 1901) AND (\"l\" <= 2155))");
    CHECK(lossesOf(catalog) ==
          Lines{"t: column pair: its type public.two has no counterpart and becomes text",
                "t: column moods: its type public.mood[] has no counterpart and becomes text",
                "composite type 'two' is left out"});
    CHECK(columnOf(catalog, "t", "list").defaultValue == "'{1,2}'");
    CHECK(catalog.objects.empty());
}

TEST_CASE("a generated column that can't be carried keeps the values that come") {
    Catalog catalog = sqliteCatalog(
        "CREATE TABLE t (a INT, shown TEXT NOT NULL AS (printf('%d', a)), twice INT AS (a + a))");
    for (Column& column : catalog.tables[0].columns) column.generatedRead = column.generated.has_value();
    mapSchema(catalog, Dialect::sqlite, Dialect::postgresql);
    CHECK_FALSE(columnOf(catalog, "t", "shown").generated);
    CHECK_FALSE(columnOf(catalog, "t", "shown").generatedRead);
    CHECK_FALSE(columnOf(catalog, "t", "shown").nullable);
    CHECK(columnOf(catalog, "t", "twice").generated);
    CHECK(lossesOf(catalog) ==
          Lines{"t: generated column shown becomes an ordinary one, with the values that it "
                "has now: the function printf() has no translation"});
}

TEST_CASE("limits of PostgreSQL's that SQLite doesn't have are told, or come back") {
    const Catalog catalog = toSqlite(
        "CREATE TABLE t (up numeric(5,-2), low numeric(3,5), at timestamp(3), t time(0), span interval day "
        "to "
        "second, free timestamp)");
    CHECK(nativeType(catalog, "up") == "decimal_blob(5,-2)");
    CHECK(nativeType(catalog, "low") == "decimal_blob(3,5)");
    CHECK(
        lossesOf(catalog) ==
        Lines{"t: column at keeps what timestamp(3) without time zone cuts off: SQLite's times have no limit",
              "t: column t keeps what time(0) without time zone cuts off: SQLite's times have no limit",
              "t: column span keeps what interval day to second cuts off: SQLite's times have no limit"});
    const Catalog back = toPostgresql("CREATE TABLE t (up decimal_blob(5,-2), low decimal_blob(3,5))");
    CHECK(nativeType(back, "up") == "numeric(5,-2)");
    CHECK(nativeType(back, "low") == "numeric(3,5)");
    CHECK(lossesOf(back) == Lines{});
}

TEST_CASE("a sequence with other steps is told") {
    const Catalog catalog = toSqlite(
        "CREATE TABLE a (\"the id\" int GENERATED ALWAYS AS IDENTITY (INCREMENT 5) PRIMARY KEY, s text "
        "DEFAULT ' AS "
        "IDENTITY (INCREMENT BY 7');"
        "CREATE SEQUENCE down INCREMENT -3; CREATE TABLE b (id int PRIMARY KEY DEFAULT nextval('down'));"
        "CREATE TABLE c (id serial PRIMARY KEY);"
        "CREATE TABLE d (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, n int DEFAULT 4)");
    CHECK(lossesOf(catalog) == Lines{"a: column the id numbers its rows in steps of 1, no longer of 5",
                                     "b: column id numbers its rows in steps of 1, no longer of -3"});
}

TEST_CASE("numbering goes with the column") {
    const Catalog catalog = toPostgresql(
        "CREATE TABLE a (id INTEGER PRIMARY KEY, v); INSERT INTO a VALUES (7, 1);"
        "CREATE TABLE b (id INTEGER PRIMARY KEY AUTOINCREMENT, v);"
        "INSERT INTO b VALUES (500, 1); DELETE FROM b;"
        "CREATE TABLE c (id TEXT PRIMARY KEY, v)");
    CHECK(columnOf(catalog, "a", "id").identity == Identity::byDefault);
    CHECK(columnOf(catalog, "a", "id").nextValue == 8);
    CHECK(columnOf(catalog, "b", "id").identity == Identity::byDefault);
    CHECK(columnOf(catalog, "b", "id").nextValue == 501);
    CHECK_FALSE(columnOf(catalog, "c", "id").nullable);
    CHECK(lossesOf(catalog) ==
          Lines{"c: the primary key's id may be NULL in SQLite and not in PostgreSQL: a row "
                "that has NULL there is refused"});

    const Catalog back = toSqlite(
        "CREATE TABLE a (id serial PRIMARY KEY); SELECT nextval('a_id_seq') FROM generate_series(1, 9);"
        "CREATE TABLE b (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);"
        "CREATE SEQUENCE own START 40; SELECT nextval('own');"
        "CREATE TABLE c (id integer PRIMARY KEY DEFAULT nextval('own'));"
        "CREATE TABLE d (id serial, part integer, PRIMARY KEY (id, part));"
        "CREATE TABLE e (id bigint PRIMARY KEY);");
    for (const char* table : {"a", "b", "c"}) {
        CHECK(columnOf(back, table, "id").identity == Identity::autoincrement);
        CHECK(columnOf(back, table, "id").nativeType == "INTEGER");
        CHECK_FALSE(columnOf(back, table, "id").defaultValue);
    }
    CHECK(columnOf(back, "a", "id").nextValue == 10);
    CHECK(columnOf(back, "b", "id").nextValue == 1);
    CHECK(columnOf(back, "c", "id").nextValue == 41);
    CHECK(columnOf(back, "d", "id").identity == Identity::none);
    // A column of that name and type alone would number its rows.
    CHECK(columnOf(back, "e", "id").nativeType == "bigint");
    CHECK(lossesOf(back) ==
          Lines{"d: column id no longer numbers its rows: in SQLite only a whole number that is the "
                "whole primary key does",
                "sequence 'd_id_seq' is left out"});
}

TEST_CASE("constraints that are understood are carried, others are told") {
    const Catalog catalog = toPostgresql(
        "CREATE TABLE t (n INTEGER CHECK (n > 0), s TEXT CONSTRAINT short CHECK (length(s) < 9), "
        "k TEXT CHECK (k GLOB '[a-z]*'), total AS (n * 2), big INT AS (n > 9), odd AS (n % 2) STORED, "
        "j TEXT CHECK (json_valid(j)), at DATETIME DEFAULT (date('now', '+1 day')), "
        "CONSTRAINT rating CHECK (s IN ('a','b')))");
    const Table& table = tableOf(catalog, "t");
    REQUIRE(table.checks.size() == 4);
    CHECK(table.checks[0] == CheckConstraint{"", "(\"n\" > 0)"});
    CHECK(table.checks[1] == CheckConstraint{"short", "(length(\"s\") < 9)"});
    CHECK(table.checks[2] == CheckConstraint{"", "(CAST(\"j\" AS json) IS NOT NULL OR NULL)"});
    CHECK(table.checks[3] == CheckConstraint{"rating", "(\"s\" IN ('a', 'b'))"});
    CHECK(lossesOf(catalog) ==
          Lines{"t: generated column odd becomes an ordinary one, without values: '%' has no translation",
                "t: column at has no default any more: the function date() has no translation",
                "t: a check is left out: a set of characters in GLOB has no translation",
                "t: a check: NULL is taken, which json_valid() refuses before SQLite 3.45"});
    CHECK(catalog.losses[2].sql == "CHECK (k GLOB '[a-z]*')");
    CHECK(columnOf(catalog, "t", "total").nativeType == "bigint");
    CHECK(columnOf(catalog, "t", "total").generated == "(CAST(\"n\" AS bigint) * 2)");
    CHECK(columnOf(catalog, "t", "big").generated == "CAST((\"n\" > 9) AS integer)");
    CHECK_FALSE(columnOf(catalog, "t", "at").defaultValue);
}

TEST_CASE("a collation that folds keeps texts unique by an index") {
    const Catalog catalog = toPostgresql(
        "CREATE TABLE t (name TEXT COLLATE NOCASE PRIMARY KEY, mail TEXT COLLATE NOCASE UNIQUE, n INT, pad "
        "TEXT COLLATE "
        "RTRIM, UNIQUE (n, pad)); CREATE TABLE u (mail TEXT REFERENCES t (mail));"
        "CREATE UNIQUE INDEX i ON t (mail COLLATE BINARY); CREATE INDEX j ON t (name COLLATE NOCASE, n);");
    const Table& table = tableOf(catalog, "t");
    CHECK(table.primaryKey == Lines{"name"});
    // The foreign key needs this one.
    CHECK(table.uniques == std::vector<UniqueConstraint>{{"t_mail_key", {"mail"}}});
    REQUIRE(table.indexes.size() == 5);
    CHECK(table.indexes[0].nativeSql ==
          "CREATE UNIQUE INDEX \"t_name_folded\" ON \"public\".\"t\" (lower(\"name\" COLLATE \"C\"))");
    CHECK(table.indexes[1].nativeSql ==
          "CREATE UNIQUE INDEX \"t_mail_folded\" ON \"public\".\"t\" (lower(\"mail\" COLLATE \"C\"))");
    CHECK(table.indexes[2].nativeSql ==
          "CREATE UNIQUE INDEX \"t_n_pad_folded\" ON \"public\".\"t\" (\"n\", rtrim(\"pad\", ' '))");
    CHECK(table.indexes[3] == Index{"i", true, {"mail"}, ""});
    CHECK(table.indexes[4] == Index{"j", false, {"name", "n"}, ""});
    CHECK(tableOf(catalog, "u").foreignKeys.size() == 1);
    CHECK(lossesOf(catalog)[0] ==
          "t: column name compares its texts as they are: PostgreSQL has no COLLATE NOCASE; what is unique "
          "stays so by "
          "an index");
}

TEST_CASE("an index is carried whole or not at all") {
    const Catalog catalog = toPostgresql(
        "CREATE TABLE t (a INT, b TEXT, gone BOOLEAN, made DATETIME);"
        "CREATE UNIQUE INDEX live ON t (a) WHERE gone = 0;"
        "CREATE UNIQUE INDEX fresh ON t (a) WHERE made > '2020-01-01';"
        "CREATE UNIQUE INDEX folded ON t (lower(b));"
        "CREATE INDEX late ON t (made DESC, a);"
        "CREATE INDEX part ON t (substr(b, a, 2));");
    const Table& table = tableOf(catalog, "t");
    REQUIRE(table.indexes.size() == 3);
    CHECK(table.indexes[0] ==
          Index{"live",
                true,
                {"a"},
                "CREATE UNIQUE INDEX \"live\" ON \"public\".\"t\" (\"a\") WHERE (\"gone\" = "
                "false)"});
    CHECK(table.indexes[1] ==
          Index{"folded",
                true,
                {},
                "CREATE UNIQUE INDEX \"folded\" ON \"public\".\"t\" ((lower(\"b\" COLLATE \"C\")))"});
    CHECK(table.indexes[2] == Index{"late",
                                    false,
                                    {"made", "a"},
                                    "CREATE INDEX \"late\" ON \"public\".\"t\" (\"made\" DESC, \"a\")"});
    CHECK(
        lossesOf(catalog) ==
        Lines{
            "t: the unique index 'fresh' is left out: it compares a time with a constant, which SQLite does "
            "by the "
            "text",
            "t: the index 'part' is left out: substr() with other than constant places has no translation"});
    CHECK(catalog.losses[0].sql == "CREATE UNIQUE INDEX fresh ON t (a) WHERE made > '2020-01-01'");

    Catalog conditional = sqliteCatalog("CREATE TABLE t (a INT, b TEXT)");
    conditional.tables[0].indexes.push_back(
        {"valid", false, {"a"}, "CREATE INDEX valid ON t (a) WHERE json_valid(b)"});
    mapSchema(conditional, Dialect::sqlite, Dialect::postgresql);
    CHECK(lossesOf(conditional) ==
          Lines{"t: the index 'valid' is left out: json_valid() has a translation in checks alone"});

    const Catalog back = toSqlite(
        "CREATE TABLE t (a int, b text, gone boolean, tags text[]);"
        "CREATE UNIQUE INDEX live ON t (a) INCLUDE (b) WHERE NOT gone;"
        "CREATE UNIQUE INDEX folded ON t (lower(b));"
        "CREATE INDEX tags ON t USING gin (tags);"
        "CREATE UNIQUE INDEX strict ON t (a) NULLS NOT DISTINCT;"
        "CREATE INDEX quick ON t (b text_pattern_ops, a DESC NULLS LAST);");
    const Table& lite = tableOf(back, "t");
    REQUIRE(lite.indexes.size() == 3);
    CHECK(lite.indexes[0].nativeSql == "CREATE UNIQUE INDEX \"folded\" ON \"t\" ((lower(\"b\")))");
    CHECK(lite.indexes[1].nativeSql == "CREATE UNIQUE INDEX \"live\" ON \"t\" (\"a\") WHERE (NOT \"gone\")");
    CHECK(lite.indexes[2].nativeSql == "CREATE INDEX \"quick\" ON \"t\" (\"b\", \"a\" DESC)");
    CHECK(lossesOf(back) ==
          Lines{"t: the index 'folded': lower() changes ASCII letters alone in SQLite",
                "t: the unique index 'strict' is left out: SQLite has no NULLS NOT DISTINCT",
                "t: the index 'tags' is left out: its method gin has no counterpart"});
}

TEST_CASE("foreign keys that PostgreSQL would refuse are told") {
    const Catalog catalog = toPostgresql(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT, num numeric UNIQUE);"
        "CREATE TABLE c (a INT CONSTRAINT good REFERENCES p (id) ON DELETE CASCADE ON UPDATE SET NULL "
        "DEFERRABLE "
        "INITIALLY DEFERRED, b TEXT REFERENCES p (id), d TEXT REFERENCES p (code), e INT REFERENCES gone "
        "(id), f "
        "INT REFERENCES p (num), me INT REFERENCES c (a))");
    CHECK(tableOf(catalog, "c").foreignKeys ==
          std::vector<ForeignKey>{{"good", {"a"}, "", "p", {"id"}, "SET NULL", "CASCADE", true, true},
                                  {"", {"f"}, "", "p", {"num"}, "NO ACTION", "NO ACTION", false, false}});
    CHECK(
        lossesOf(catalog) ==
        Lines{"c: the foreign key (b) to p (id) is left out: b is text, id there is int64",
              "c: the foreign key (d) to p (code) is left out: those columns are not unique there",
              "c: the foreign key (e) to gone (id) is left out: that table is not among those that are moved",
              "c: the foreign key (me) to c (a) is left out: those columns are not unique there"});
}

TEST_CASE("names fit the target, and clashes are refused") {
    const std::string shared(60, 'x');
    const Catalog catalog = toPostgresql(
        "CREATE TABLE \"" + shared + "_one\" (\"select\" INT, xmin INT, \"ä \"\" b\" TEXT UNIQUE);" +  //
        "CREATE TABLE \"" + shared + "_two\" (a INT);" + "CREATE TABLE taken (a INT UNIQUE);" +
        "CREATE INDEX taken_a_key ON taken (a); CREATE INDEX \"Taken_pkey\" ON taken (a);" +
        "CREATE TABLE child (id INT PRIMARY KEY, up INT REFERENCES child); CREATE INDEX child_pkey ON child "
        "(up)");
    const std::string one = catalog.tables[0].name;
    CHECK(one.size() == 63);
    CHECK(one.starts_with(std::string(54, 'x') + "_"));
    CHECK(one != catalog.tables[1].name);
    CHECK(catalog.tables[0].columns[0].name == "select");
    CHECK(catalog.tables[0].columns[1].name == "xmin_");
    CHECK(catalog.tables[0].columns[2].name == "ä \" b");
    CHECK(tableOf(catalog, "taken").uniques[0].name == "taken_a_key");
    CHECK(tableOf(catalog, "taken").indexes[0].name == "taken_a_key_2");
    CHECK(tableOf(catalog, "taken").indexes[1].name == "Taken_pkey");
    CHECK(tableOf(catalog, "child").indexes[0].name == "child_pkey_2");
    CHECK(lossesOf(catalog)[0] == one + ": table '" + shared + "_one' is called '" + one + "'");
    CHECK(lossesOf(catalog)[1] == one + ": column 'xmin' is called 'xmin_'");

    const Catalog flat = toSqlite(
        "CREATE SCHEMA shop; CREATE TABLE shop.item (id int PRIMARY KEY, \"Select\" text); CREATE TABLE item "
        "(id int "
        "REFERENCES shop.item); CREATE INDEX i ON item (id); CREATE INDEX i ON shop.item (id)");
    CHECK(tableOf(flat, "shop_item").schema.empty());
    CHECK(tableOf(flat, "item").foreignKeys[0].targetTable == "shop_item");
    CHECK(tableOf(flat, "item").indexes[0].name == "i");
    CHECK(tableOf(flat, "shop_item").indexes[0].name == "i_2");

    const auto refusal = [](const std::string& sql) {
        ScratchDatabase database(sql);
        Catalog made = readPostgresql(database);
        return messageOf([&] { mapSchema(made, Dialect::postgresql, Dialect::sqlite); });
    };
    CHECK(refusal("CREATE SCHEMA a; CREATE TABLE a.b (x int); CREATE TABLE \"A_b\" (x int)") ==
          "the tables a.b and A_b would have one name in SQLite: A_b | leave one of them out with "
          "exclude-tables of the "
          "source");
    CHECK(refusal("CREATE TABLE t (name int, \"Name\" int)") ==
          "the columns 'name' and 'Name' of table t would have one name in SQLite | rename one of them, or "
          "leave the "
          "table out with exclude-tables");
    CHECK(refusal("CREATE TABLE t ()") ==
          "table t has no columns, which SQLite doesn't allow | leave it out with exclude-tables of the "
          "source");
}

TEST_CASE("what has no counterpart is told with its text") {
    const Catalog catalog = toPostgresql(
        "CREATE TABLE t (a INT UNIQUE ON CONFLICT REPLACE); CREATE VIEW v AS SELECT a FROM t;"
        "CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END");
    CHECK(lossesOf(catalog) ==
          Lines{"t: its ON CONFLICT clauses are left out: PostgreSQL has them in INSERT alone",
                "view 'v' is left out", "t: trigger 'tr' is left out"});
    CHECK(catalog.losses[1].sql == "CREATE VIEW v AS SELECT a FROM t");
    CHECK(catalog.objects.empty());

    const Catalog back = toSqlite(
        "CREATE TABLE t (a int, b int, EXCLUDE USING btree (a WITH =)); COMMENT ON COLUMN t.a IS 'x';"
        "CREATE TABLE p (a int PRIMARY KEY); CREATE TABLE c (a int REFERENCES p MATCH FULL, b int);"
        "ALTER TABLE c ADD CONSTRAINT late FOREIGN KEY (b) REFERENCES p NOT VALID;"
        "CREATE TABLE child () INHERITS (p); CREATE TABLE parts (a int) PARTITION BY RANGE (a);"
        "CREATE TABLE parts1 PARTITION OF parts DEFAULT; CREATE TYPE unused AS ENUM ('a');"
        "CREATE VIEW v AS SELECT a FROM t");
    const Lines lines = lossesOf(back);
    for (const char* expected :
         {"t: exclusion constraint 't_a_excl' is left out", "t: its comments are left out: SQLite has none",
          "c: the foreign key 'late' (b) to p (a) is left out: it is NOT VALID, and rows may break it",
          "c: the foreign key 'c_a_fkey' (a) to p (a) no longer refuses a row that has some of its columns "
          "NULL: SQLite "
          "has no MATCH FULL",
          "child: it inherits from another table: SQLite has no inheritance, so that a query of that one no "
          "longer finds "
          "these rows",
          "parts: it is partitioned: in SQLite it is one table", "enum 'unused' is left out",
          "view 'v' is left out"}) {
        INFO(expected);
        CHECK(std::ranges::find(lines, expected) != lines.end());
    }
    CHECK(tableOf(back, "c").foreignKeys.size() == 1);
}

TEST_CASE("the default of a column whose numbers are times is a time, too") {
    Catalog catalog = sqliteCatalog(
        "CREATE TABLE t (a DATETIME DEFAULT (strftime('%s', 'now')), b DATETIME DEFAULT 0, c DATETIME "
        "DEFAULT "
        "1767323045678, d DATE DEFAULT 2460000, e DATE DEFAULT 86400, f DATE DEFAULT 86401, g TIMESTAMP "
        "DEFAULT 1767323045, h DATETIME DEFAULT CURRENT_TIMESTAMP, i DATETIME DEFAULT 5, j DATETIME DEFAULT "
        "9223372036854775807)");
    for (Column& column : catalog.tables[0].columns) {
        column.type.withZone = column.nativeType == "DATETIME";
        column.numbersAre = column.name == "c"   ? NumericTime::milliseconds
                            : column.name == "d" ? NumericTime::julianDay
                            : column.name == "i" ? NumericTime::none
                                                 : NumericTime::seconds;
    }
    mapSchema(catalog, Dialect::sqlite, Dialect::postgresql);
    ScratchDatabase database;
    createPostgresql(database, catalog);
    const auto defaultOf = [&](const char* column) {
        return columnOf(catalog, "t", column).defaultValue.value_or("none");
    };
    CHECK(defaultOf("a") == "CURRENT_TIMESTAMP");
    CHECK(defaultOf("b") == "'1970-01-01T00:00:00+00:00'");
    CHECK(defaultOf("c") == "'2026-01-02T03:04:05.678+00:00'");
    CHECK(defaultOf("d") == "none");  // noon: as a default it is no date
    CHECK(defaultOf("e") == "'1970-01-02'");
    CHECK(defaultOf("f") == "none");
    CHECK(defaultOf("g") == "'2026-01-02T03:04:05'");
    CHECK(defaultOf("h") == "CURRENT_TIMESTAMP");
    CHECK(defaultOf("i") == "none");
    CHECK(defaultOf("j") == "none");
    CHECK(catalog.losses.size() == 4);
}
