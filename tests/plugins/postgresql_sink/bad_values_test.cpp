// Values and rows that the target cannot hold, by policy.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include <string>

#include "plugins/postgresql_sink/restored.hpp"

using namespace roost;
using namespace roost::test;
using roost::testing::TemporaryFolder;
using sql::OnBadValue;

namespace {

constexpr const char* application =
    "CREATE TABLE t (id int PRIMARY KEY, n int, name varchar(5) UNIQUE, must text NOT NULL, "
    "CONSTRAINT positive CHECK (n > 0)); INSERT INTO t VALUES (77, 7, 'old', 'x')";

/// Five rows, of which 2 has a text in n, 3 one that is too long, 4 no `must`, 5 breaks the check.
Content rows() {
    Content content;
    content.add("t", {{"id", "int64"}, {"n", "int64"}, {"name", "text"}, {"must", "text"}},
                {{number(1), number(1), text("a"), text("m")},
                 {number(2), text("abc"), text("b"), text("m")},
                 {number(3), number(3), text("toolong"), text("m")},
                 {number(4), number(4), text("d"), Cell::null()},
                 {number(5), number(-5), text("e"), text("m")},
                 {number(6), number(6), text("f"), text("m")}});
    return content;
}

std::string contentOf(const std::filesystem::path& file) {
    std::ifstream stream(file);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

using Asides = std::vector<std::pair<std::string, std::string>>;

}  // namespace

TEST_CASE("fail names all values and rows that do not fit, of every table, and changes nothing") {
    const ScratchDatabase database(std::string(application) + "; CREATE TABLE u (id int)");
    const std::string before = dump(database);
    Content content = rows();
    content.add("u", {{"id", "int64"}}, {{number(1)}, {text("x")}, {Cell::real(2.5)}});
    CHECK(failureOf(content, into(database)) ==
          "6 values do not fit the target:\n"
          "  table t: 1 row\n"
          "    row id=5: new row for relation \"t\" violates check constraint \"positive\" (Failing row "
          "contains (5, -5, e, m).)\n"
          "  table t, column 'must': 1 value\n"
          "    row id=4: column 'must' cannot hold null: null value in column \"must\" of relation \"t\" "
          "violates not-null constraint (Failing row contains (4, 4, d, null).)\n"
          "  table t, column 'n': 1 value\n"
          "    row id=2: column 'n' cannot hold 'abc': it is no integer\n"
          "  table t, column 'name': 1 value\n"
          "    row id=3: column 'name' cannot hold 'toolong': it has 7 characters, more than character "
          "varying(5) takes\n"
          "  table u, column 'id': 2 values\n"
          "    row 2: column 'id' cannot hold 'x': it is no integer\n"
          "    row 3: column 'id' cannot hold 2.5: it is no integer");
    CHECK(dump(database) == before);
}

TEST_CASE("reject-file leaves such rows out, in a file, and loads the others") {
    const ScratchDatabase database(application);
    const TemporaryFolder folder;
    SinkOptions options = into(database);
    options.onBadValue = OnBadValue::rejectFile;
    options.rejectFile = folder / "rejected.jsonl";
    const Restored restored = restore(rows(), options);
    CHECK(table(database, "SELECT * FROM t ORDER BY id") == "1|1|a|m\n6|6|f|m");
    CHECK(
        contentOf(options.rejectFile) ==
        R"~({"table":"t","key":{"id":2},"column":"n","value":{"$text":"abc"},"reason":"it is no integer","row":{"id":2,"n":{"$text":"abc"},"name":"b","must":"m"}}
{"table":"t","key":{"id":3},"column":"name","value":"toolong","reason":"it has 7 characters, more than character varying(5) takes","row":{"id":3,"n":3,"name":"toolong","must":"m"}}
{"table":"t","key":{"id":4},"column":"must","value":null,"reason":"null value in column \"must\" of relation \"t\" violates not-null constraint (Failing row contains (4, 4, d, null).)","row":{"id":4,"n":4,"name":"d","must":null}}
{"table":"t","key":{"id":5},"column":null,"value":null,"reason":"new row for relation \"t\" violates check constraint \"positive\" (Failing row contains (5, -5, e, m).)","row":{"id":5,"n":-5,"name":"e","must":"m"}}
)~");
    struct stat info {};
    REQUIRE(::stat(options.rejectFile.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
    CHECK(restored.asides.size() == 4);
    CHECK(restored.asides.front() ==
          std::pair<std::string, std::string>(
              "table t, row id=2: column 'n' cannot hold 'abc': it is no integer", "left out"));
    CHECK(failureOf(rows(), options) ==
          "the file for rejected rows, '" + options.rejectFile + "', exists already: name another one");
}

TEST_CASE("a run that fails after all leaves no file of rejected rows") {
    const ScratchDatabase database(std::string(application) +
                                   "; CREATE TABLE outside (t int REFERENCES t (id)); INSERT INTO outside "
                                   "VALUES (77)");
    const TemporaryFolder folder;
    SinkOptions options = into(database);
    options.onBadValue = OnBadValue::rejectFile;
    options.rejectFile = folder / "rejected.jsonl";
    CHECK(failureOf(rows(), options).starts_with("foreign key 'outside_t_fkey' of table outside would not"));
    CHECK(std::filesystem::is_empty(folder.path()));
    CHECK(table(database, "SELECT id FROM t") == "77");
}

TEST_CASE("null clears what does not fit where NULL may stand, and else fails") {
    const ScratchDatabase database(application);
    SinkOptions options = into(database);
    options.onBadValue = OnBadValue::null;
    Content content = rows();
    content.rows[0].erase(content.rows[0].begin() + 3, content.rows[0].begin() + 5);
    const Restored restored = restore(content, options);
    CHECK(table(database, "SELECT * FROM t ORDER BY id") == "1|1|a|m\n2|\\N|b|m\n3|3|\\N|m\n6|6|f|m");
    CHECK(restored.asides ==
          Asides{{"table t, row id=2: column 'n' cannot hold 'abc': it is no integer", "is NULL now"},
                 {"table t, row id=3: column 'name' cannot hold 'toolong': it has 7 characters, more than "
                  "character varying(5) takes",
                  "is NULL now"}});
    content.rows[0][0][0] = text("x");
    CHECK(failureOf(content, options) ==
          "table t, row id='x': column 'id' cannot hold 'x': it is no integer");
}

TEST_CASE("a value that the server's own type refuses is cleared by null, too") {
    const ScratchDatabase database("CREATE TABLE t (id int PRIMARY KEY, a inet, j json)");
    SinkOptions options = into(database);
    options.onBadValue = OnBadValue::null;
    Content content;
    content.add("t", {{"id", "int64"}, {"a", "text"}, {"j", "text"}},
                {{number(1), text("10.0.0.1"), text("{}")},
                 {number(2), text("nowhere"), text("{}")},
                 {number(3), text("10.0.0.3"), text("{nothing}")},
                 {number(4), text("no"), text("no")}});
    static_cast<void>(restore(content, options));
    CHECK(table(database, "SELECT * FROM t ORDER BY id") ==
          "1|10.0.0.1|{}\n2|\\N|{}\n3|10.0.0.3|\\N\n4|\\N|\\N");
}

TEST_CASE("text makes columns of new tables wide enough, and bytes that are no text hexadecimal") {
    const ScratchDatabase database;
    SinkOptions options = into(database);
    options.onBadValue = OnBadValue::text;
    Content content("postgresql");
    Table& made = content.add(
        "t", {{"id", "int64"}, {"n", "int64"}, {"when", "timestamp"}, {"name", "text"}, {"yes", "boolean"}},
        {{number(1), number(5), text("2026-01-31 12:00:00"), text("a"), number(1)},
         {number(2), text("abc"), text("2026-02-30"), Cell::view(CellKind::bytes, "\xff\x01"), number(0)},
         {number(3), number(7), text("2026-01-31T12:00:01"), text(std::string_view("a\0b", 3)),
          text("maybe")},
         {number(4), Cell::null(), Cell::null(), text("much too long"), Cell::null()}});
    const char* const types[] = {"bigint", "bigint", "timestamp", "varchar(5)", "boolean"};
    for (std::size_t i = 0; i < made.columns.size(); ++i) made.columns[i].nativeType = types[i];
    made.columns[1].defaultValue = "3";
    made.primaryKey = {"id"};
    const Restored restored = restore(content, options);
    CHECK(table(database, "SELECT id, n, \"when\", name, yes FROM t ORDER BY id") ==
          "1|5|2026-01-31 12:00:00|a|true\n2|abc|2026-02-30|\\xff01|false\n"
          "3|7|2026-01-31 12:00:01|\\x610062|maybe\n4|\\N|\\N|much too long|\\N");
    CHECK(table(database,
                "SELECT string_agg(data_type, ' ' ORDER BY ordinal_position) FROM "
                "information_schema.columns WHERE table_name = 't'") == "bigint text text text text");
    CHECK(restored.asides.size() == 6);
    CHECK(restored.asides.front().second == "is kept as text: the column is one of text now");
}

TEST_CASE("text changes no column of a table that is there") {
    const ScratchDatabase database(application);
    SinkOptions options = into(database);
    options.onBadValue = OnBadValue::text;
    Content content = rows();
    content.rows[0].resize(2);
    CHECK(failureOf(content, options) == "table t, row id=2: column 'n' cannot hold 'abc': it is no integer");
}

TEST_CASE("one bad row among many costs none of the good ones, wherever it stands") {
    const ScratchDatabase database("CREATE TABLE t (id int PRIMARY KEY, n text CHECK (n <> 'bad'))");
    const TemporaryFolder folder;
    SinkOptions options = into(database);
    options.onBadValue = OnBadValue::rejectFile;
    options.rejectFile = folder / "rejected.jsonl";
    Content content;
    std::vector<Content::Row> many;
    const std::string filling(500, 'x');
    // More than a piece of the COPY; the bad ones at its edges, alone and in a row, duplicates among them.
    constexpr int all = 60'000;
    for (int i = 0; i < all; ++i) {
        const bool bad = i == 0 || i == all - 1 || i == 20'000 || (i >= 30'000 && i < 30'050);
        many.push_back({number(i == 40'000 ? 39'999 : i), bad ? text("bad") : text(filling)});
    }
    content.add("t", {{"id", "int64"}, {"n", "text"}}, std::move(many));
    const Restored restored = restore(content, options);
    CHECK(restored.asides.size() == 54);
    CHECK(table(database,
                "SELECT count(*), min(id), max(id), count(*) FILTER (WHERE n = repeat('x', 500)) "
                "FROM t") == "59946|1|59998|59946");
    const std::string text = contentOf(options.rejectFile);
    CHECK(std::ranges::count(text, '\n') == 54);
    CHECK(
        text.find(R"({"table":"t","key":{"id":39999},"column":null,"value":null,"reason":"duplicate key )") !=
        std::string::npos);
}

TEST_CASE("rows that refer to nothing are cleared or left out, and what refers to them, too") {
    const std::string schema =
        "CREATE TABLE p (id int PRIMARY KEY, up int REFERENCES p (id) ON DELETE CASCADE);"
        "CREATE TABLE c (id int PRIMARY KEY, p int NOT NULL REFERENCES p (id), q int REFERENCES p (id))";
    Content content;
    content.add("p", {{"id", "int64"}, {"up", "int64"}},
                {{number(1), Cell::null()}, {number(2), number(9)}, {number(3), number(2)}});
    content.add("c", {{"id", "int64"}, {"p", "int64"}, {"q", "int64"}},
                {{number(1), number(1), number(8)}, {number(2), number(3), Cell::null()}});
    const TemporaryFolder folder;
    SECTION("reject-file") {
        const ScratchDatabase database(schema);
        SinkOptions options = into(database);
        options.onBadValue = OnBadValue::rejectFile;
        options.rejectFile = folder / "rejected.jsonl";
        const Restored restored = restore(content, options);
        CHECK(table(database, "SELECT id FROM p ORDER BY id") == "1");
        CHECK(table(database, "SELECT id FROM c").empty());
        CHECK(restored.asides.size() == 4);
        CHECK(
            contentOf(options.rejectFile)
                .find(
                    R"({"table":"p","key":{"id" : 2},"column":"up","value":9,"reason":"{\"up\" : 9} refers to no )"
                    R"(row of table p","row":{"id":2,"up":9}})") != std::string::npos);
    }
    SECTION("null, where all can be cleared") {
        const ScratchDatabase database(schema);
        SinkOptions options = into(database);
        options.onBadValue = OnBadValue::null;
        const Restored restored = restore(content, options);
        CHECK(table(database, "SELECT id, up FROM p ORDER BY id") == "1|\\N\n2|\\N\n3|2");
        CHECK(table(database, "SELECT * FROM c ORDER BY id") == "1|1|\\N\n2|3|\\N");
        CHECK(restored.asides ==
              Asides{{"table p, row {\"id\" : 2}: {\"up\" : 9} refers to no row of table p",
                      "the reference is NULL now"},
                     {"table c, row {\"id\" : 1}: {\"q\" : 8} refers to no row of table p",
                      "the reference is NULL now"}});
    }
    SECTION("fail names all keys of tables that are made") {
        const ScratchDatabase database;
        Content made("postgresql");
        for (const auto& [name, columns] : {std::pair{"p", std::vector<std::string>{"id", "up"}},
                                            std::pair{"c", std::vector<std::string>{"id", "p", "q"}}}) {
            std::vector<std::pair<std::string, std::string>> typed;
            for (const std::string& column : columns) typed.emplace_back(column, "int32");
            Table& table = made.add(name, typed, content.rows[made.catalog.tables.size()]);
            for (Column& column : table.columns) column.nativeType = "integer";
            table.primaryKey = {"id"};
            for (std::size_t i = 1; i < columns.size(); ++i)
                table.foreignKeys.push_back({std::string("fk_") + columns[i], {columns[i]}, "", "p", {"id"}});
        }
        CHECK(
            failureOf(made, into(database)) ==
            "the rows do not hold together, as the keys ask for:\n"
            "foreign key 'fk_up' of table p: 1 row refers to rows of table p that do not exist: id=2 (up=9)\n"
            "foreign key 'fk_q' of table c: 1 row refers to rows of table p that do not exist: id=1 (q=8)");
        SinkOptions options = into(database);
        options.onBadValue = OnBadValue::rejectFile;
        options.rejectFile = folder / "made.jsonl";
        static_cast<void>(restore(made, options));
        CHECK(table(database, "SELECT id FROM p") == "1");
        CHECK(table(database, "SELECT id FROM c").empty());
        CHECK(table(database, "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated") ==
              "3");
    }
}

TEST_CASE("a row whose parent is left out goes, too, also where its own key was looked at before") {
    const ScratchDatabase database(
        "CREATE TABLE b (id int PRIMARY KEY, up int REFERENCES b (id));"
        "CREATE TABLE a (id int PRIMARY KEY, b int NOT NULL REFERENCES b (id))");
    const TemporaryFolder folder;
    SinkOptions options = into(database);
    options.onBadValue = OnBadValue::rejectFile;
    options.rejectFile = folder / "rejected.jsonl";
    Content content;
    content.add("a", {{"id", "int64"}, {"b", "int64"}}, {{number(1), number(1)}, {number(2), number(2)}});
    content.add("b", {{"id", "int64"}, {"up", "int64"}}, {{number(1), Cell::null()}, {number(2), number(9)}});
    CHECK(restore(content, options).asides.size() == 2);
    CHECK(table(database, "SELECT id FROM a") == "1");
    CHECK(table(database, "SELECT id FROM b") == "1");
}
