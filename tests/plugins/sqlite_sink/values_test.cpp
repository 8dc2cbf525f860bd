#include <catch2/catch.hpp>
#include <cmath>

#include "plugins/sqlite_sink/sink_test_support.hpp"

using namespace roost;
using namespace roost::sqlite;
using namespace roost::sqlite::testing;
using roost::testing::RecordingContext;

namespace {

Cell text(std::string_view value) { return Cell::view(CellKind::text, value); }

}  // namespace

TEST_CASE("rows of another database arrive in the application's own tables") {
    const Folder folder;
    const std::string target = folder.file("a.db");
    make(target,
         R"(CREATE TABLE users(id uuid, name text NOT NULL, is_admin numeric DEFAULT false, page_dpi real,
                    created_at datetime, balance NUMERIC, photo BLOB, PRIMARY KEY(id)))");
    Content content;
    content.catalog.dialect = "postgresql";
    content.table("users", {{"id", "uuid"},
                            {"name", "text"},
                            {"is_admin", "boolean"},
                            {"page_dpi", "decimal"},
                            {"created_at", "timestamptz"},
                            {"balance", "decimal"},
                            {"photo", "bytes"}});
    const std::string uuid("\x11\x11\x11\x11\x22\x22\x33\x33\x44\x44\x55\x55\x55\x55\x55\x55", 16);
    content.row({Cell::view(CellKind::uuid, uuid), text("ann"), Cell::boolean(true),
                 Cell::view(CellKind::decimal, "226.50"), Cell::timestamp(9527 * 86'400'000'000 + 1'500'000),
                 Cell::view(CellKind::decimal, "12.00"), Cell::view(CellKind::bytes, {"\0\xff", 2})});
    content.row({text("11111111-2222-3333-4444-666666666666"), text("bob"), Cell::null(), Cell::null(),
                 Cell::null(), Cell::null(), Cell::null()});
    RecordingContext context;
    REQUIRE(move(content, sinkOptions(target), context).empty());
    CHECK(
        query(target,
              "SELECT id || '|' || name || '|' || is_admin || '|' || page_dpi || '|' || created_at || '|' || "
              "balance || '|' || hex(photo) FROM users LIMIT 1") ==
        "11111111-2222-3333-4444-555555555555|ann|1|226.5|2026-01-31 00:00:01.5+00:00|12|00FF");
    CHECK(
        query(target,
              "SELECT typeof(id) || typeof(is_admin) || typeof(page_dpi) || typeof(balance) || typeof(photo) "
              "FROM users") == "textintegerrealintegerblob textnullnullnullnull");
    CHECK(context.warnings.empty());
}

TEST_CASE("a value that the column would change ends the load, naming table, row, column and value") {
    const Folder folder;
    const std::string target = folder.file("a.db");
    make(target,
         "CREATE TABLE t(id INTEGER PRIMARY KEY, code NUMERIC, n REAL); INSERT INTO t VALUES (1, 1, 1)");
    const std::string before = contentOf(target);
    Content content;
    content.catalog.dialect = "postgresql";
    content.table("t", {{"id", "int64"}, {"code", "text"}, {"n", "int64"}});
    content.row({Cell::integer(5), text("ok"), Cell::integer(1)});
    content.row({Cell::integer(6), text("00123"), Cell::integer(1)});
    RecordingContext context;
    CHECK(move(content, sinkOptions(target), context) ==
          "table t, id = 6: column 'code' cannot hold '00123': the column would turn the text "
          "into another "
          "number | change them at their source, or the types in the target, or let 'on-bad-value' decide");
    content.rows[0] = {{Cell::integer(7), Cell::null(), Cell::integer(9007199254740993)}};
    CHECK(move(content, sinkOptions(target), context) ==
          "table t, id = 7: column 'n' cannot hold 9007199254740993: a column of reals cannot "
          "hold all its "
          "digits | change them at their source, or the types in the target, or let 'on-bad-value' decide");
    content.rows[0] = {{Cell::null(), Cell::null(), Cell::null()}};
    CHECK(move(content, sinkOptions(target), context) ==
          "table t, id = NULL: column 'id' cannot hold NULL: an INTEGER PRIMARY KEY takes no "
          "NULL; SQLite "
          "would number the row anew | change them at their source, or the types in the target, or let "
          "'on-bad-value' decide");
    CHECK(contentOf(target) == before);
    CHECK(folder.names() == std::vector<std::string>{"a.db"});
}

TEST_CASE("NaN does not fit a column of numbers: on-bad-value decides, and each is listed") {
    const Folder folder;
    const std::string target = folder.file("a.db");
    make(target, "CREATE TABLE t(id INTEGER PRIMARY KEY, r REAL, d NUMERIC)");
    Content content;
    content.catalog.dialect = "postgresql";
    content.table("t", {{"id", "int64"}, {"r", "float64"}, {"d", "decimal"}});
    content.row({Cell::integer(1), Cell::real(std::nan("")), Cell::view(CellKind::decimal, "NaN")});
    content.row({Cell::integer(2), Cell::real(HUGE_VAL), Cell::view(CellKind::decimal, "-Infinity")});
    RecordingContext context;
    SqliteSink::Options options = sinkOptions(target);
    CHECK(move(content, options, context)
              .starts_with(
                  "2 values do not fit the target:\n  table t, column 'd': 1 value\n    id = 1: column "
                  "'d' cannot hold NaN: SQLite has no value for it but NULL\n"));
    options.onBadValue = sql::OnBadValue::null;
    REQUIRE(move(content, options, context).empty());
    using Pair = std::pair<std::string, std::string>;
    CHECK(
        context.asides ==
        std::vector<Pair>{{"table t, id = 1: column 'r' cannot hold nan: SQLite has no value for it but NULL",
                           "is NULL now"},
                          {"table t, id = 1: column 'd' cannot hold NaN: SQLite has no value for it but NULL",
                           "is NULL now"}});
    CHECK(query(target, "SELECT typeof(r) || ifnull(r, '') || typeof(d) || ifnull(d, '') FROM t") ==
          "nullnull realInfreal-Inf");
}

TEST_CASE("text from SQLite that is a number for the target's column is stored as one, and told of") {
    const Folder folder;
    const std::string from = folder.file("from.db");
    const std::string to = folder.file("to.db");
    make(from,
         "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, '12'), (2, '1.5'), (3, "
         "'x')");
    make(to, "CREATE TABLE t(id INTEGER PRIMARY KEY, v NUMERIC)");
    RecordingContext context;
    REQUIRE(move(from, sinkOptions(to), context).empty());
    CHECK(query(to, "SELECT typeof(v) || v FROM t") == "integer12 real1.5 textx");
    CHECK(context.warnings ==
          std::vector<std::string>{
              "table 't': 2 texts that are numbers were stored as numbers, as the types of the "
              "columns want it"});
}

TEST_CASE("times of an archive without a schema are written as the application does") {
    const Folder folder;
    const std::string target = folder.file("a.db");
    make(target, "CREATE TABLE t(id INTEGER PRIMARY KEY, at datetime, note TEXT)");
    Content content;
    content.table("t", {{"id", "int64"}, {"at", "text"}, {"note", "text"}});
    content.row(
        {Cell::integer(1), text("2026-01-02T03:04:05.123456789+02:00"), text("2026-01-02T03:04:05Z")});
    RecordingContext context;
    auto options = sinkOptions(target);
    REQUIRE(move(content, options, context).empty());
    CHECK(query(target, "SELECT at || '|' || note FROM t") ==
          "2026-01-02 03:04:05.123456789+02:00|2026-01-02T03:04:05Z");
    options.timestampFormat = "YYYY-MM-DDTHH:MM:SS.fff";
    content.rows[0][0][1] = text("2026-01-02T03:04:05Z");
    REQUIRE(move(content, options, context).empty());
    CHECK(query(target, "SELECT at FROM t") == "2026-01-02T03:04:05");
}

TEST_CASE("strict tables, untyped columns and databases in UTF-16") {
    const Folder folder;
    const std::string target = folder.file("a.db");
    make(target, R"(PRAGMA encoding = 'UTF-16le';
        CREATE TABLE t(id INTEGER PRIMARY KEY, n INT, x ANY) STRICT; CREATE TABLE u(id TEXT PRIMARY KEY, x);)");
    Content content;
    content.catalog.dialect = "postgresql";
    content.table("t", {{"id", "int64"}, {"n", "text"}, {"x", "text"}});
    content.row({Cell::integer(1), text("12"), text("00123")});
    content.table("u", {{"id", "text"}, {"x", "text"}});
    content.row({text("\xC3\xA4"), text("1e5")});
    RecordingContext context;
    REQUIRE(move(content, sinkOptions(target), context).empty());
    CHECK(query(target, "SELECT typeof(n) || n || typeof(x) || x FROM t") == "integer12text00123");
    CHECK(query(target, "SELECT id || typeof(x) || x FROM u") == "\xC3\xA4text1e5");
    content.rows[0][0][1] = text("no number");
    CHECK(move(content, sinkOptions(target), context) ==
          "table t, id = 1: cannot store TEXT value in INT column t.n | change them at their source, or the "
          "types in the target, or let 'on-bad-value' decide");
    content.rows[0].clear();
    content.rows[1][0][1] = text("\xED\xA0\x80");
    CHECK(move(content, sinkOptions(target), context) ==
          "table u, id = '\xC3\xA4': column 'x' cannot hold '\\xed\\xa0\\x80': it is not UTF-8, "
          "which a "
          "database in UTF-16 cannot hold | change them at their source, or the types in the target, or let "
          "'on-bad-value' decide");
}
