#include <catch2/catch.hpp>

#include "plugins/sqlite_sink/sink_test_support.hpp"

using namespace roost;
using namespace roost::sqlite;
using namespace roost::sqlite::testing;
using roost::testing::RecordingContext;

namespace {

using Texts = std::vector<std::string>;

Content oneTable(const std::string& nativeSql) {
    Content content;
    content.catalog.dialect = "sqlite";
    Table& table = content.table("t", {{"id", "int64"}, {"v", "text"}});
    table.nativeSql = nativeSql;
    table.columns[0].nativeType = "INTEGER";
    table.columns[1].nativeType = "TEXT";
    content.row({Cell::integer(1), Cell::view(CellKind::text, "x")});
    return content;
}

}  // namespace

TEST_CASE("tables are made from the catalog's fields where a transform has changed their columns") {
    const Folder folder;
    Content content = oneTable("CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT, dropped TEXT NOT NULL)");
    content.catalog.tables[0].columns[0].identity = Identity::autoincrement;
    content.catalog.tables[0].columns[0].nextValue = 42;
    content.catalog.tables[0].indexes = {{"by_v", true, {"v"}, ""}};
    RecordingContext context;
    REQUIRE(move(content, sinkOptions(folder.file("a.db")), context).empty());
    CHECK(query(folder.file("a.db"), "SELECT group_concat(name) FROM pragma_table_info('t')") == "id,v");
    CHECK(query(folder.file("a.db"), "SELECT seq FROM sqlite_sequence") == "41");
    CHECK(query(folder.file("a.db"), "SELECT sql FROM sqlite_schema WHERE name = 'by_v'") ==
          "CREATE UNIQUE INDEX \"by_v\" ON \"t\" (\"v\")");
}

TEST_CASE("harmful definitions leave nothing behind") {
    const Folder folder;
    const std::string target = folder.file("a.db");
    RecordingContext context;
    const auto refused = [](const std::string& what) {
        return "the definition of " + what +
               " that comes with the data is refused: it does not just create that | an archive from a "
               "stranger may "
               "hold harmful statements; look at its schema.json";
    };
    const std::string attach = "ATTACH '" + folder.file("evil.db") + "' AS e";
    for (const std::string& sql :
         {attach, std::string("CREATE TABLE t(id, v); ") + attach, std::string("CREATE TABLE u(id, v)"),
          std::string("CREATE TABLE t AS SELECT 1 AS id, 2 AS v")})
        CHECK(move(oneTable(sql), sinkOptions(target), context) == refused("table 't'"));
    Content content = oneTable("CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT)");
    content.catalog.tables[0].indexes = {{"i", false, {"v"}, "CREATE INDEX i ON t(v); " + attach}};
    CHECK(move(content, sinkOptions(target), context) == refused("index 'i' of table 't'"));
    content.catalog.tables[0].indexes.clear();
    content.catalog.objects = {{"view", "", "w", "", "DROP TABLE t", {}}};
    CHECK(move(content, sinkOptions(target), context) == refused("view 'w'"));
    content.catalog.objects = {
        {"trigger", "", "g", "t", "CREATE TRIGGER g AFTER INSERT ON other BEGIN SELECT 1; END", {}}};
    CHECK(move(content, sinkOptions(target), context) ==
          "database '" + target + "': cannot create trigger 'g' of table 't': no such table: main.other");
    content.catalog.objects = {{"virtual table", "", "z", "", "CREATE VIRTUAL TABLE z USING dbstat", {}}};
    CHECK(move(content, sinkOptions(target), context) == refused("virtual table 'z'"));
    CHECK(move(oneTable("CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT DEFAULT (load_extension('x')))"),
               sinkOptions(target), context)
              .empty());
    CHECK(query(target, "SELECT v FROM t") == "x");
    std::filesystem::remove(target);
    CHECK(folder.names().empty());
}

TEST_CASE("a definition whose columns are not those that come is refused by name") {
    const Folder folder;
    RecordingContext context;
    Content content = oneTable("CREATE VIRTUAL TABLE t USING fts5(other)");
    CHECK(move(content, sinkOptions(folder.file("a.db")), context)
              .find("table t of the target has no column 'id'") != std::string::npos);
    CHECK(folder.names().empty());
}

TEST_CASE("tables of another database are not made without a map of their types") {
    const Folder folder;
    const std::string target = folder.file("a.db");
    RecordingContext context;
    Content content = oneTable("");
    content.catalog.dialect = "postgresql";
    CHECK(move(content, sinkOptions(target), context) ==
          "table 't' would have to be created from a definition of postgresql; add '- plugin: schema-map' to "
          "the transforms");
    content.catalog.dialect = "";
    CHECK(move(content, sinkOptions(target), context) ==
          "table 't' does not exist in the target, and what comes does not say how it is defined; start the "
          "application "
          "once on an empty database, so that it makes its tables");
    content.catalog.dialect = "sqlite";
    content.catalog.tables[0].schema = "app";
    CHECK(move(content, sinkOptions(target), context) ==
          "table app.t: SQLite has no schemas; add '- plugin: schema-map' to the transforms");
    content.catalog.tables[0].schema = "";
    content.table("T", {{"id", "int64"}});
    CHECK(move(content, sinkOptions(target), context) == "tables 't' and 'T' are one table for SQLite");
    content.catalog.tables.pop_back();
    content.catalog.tables[0].name = "sqlite_x";
    CHECK(move(content, sinkOptions(target), context) ==
          "table 'sqlite_x' cannot be created: SQLite or roost keeps that name for itself");
    content.catalog.tables[0].name = "_roost_commit";
    CHECK(move(content, sinkOptions(target), context) ==
          "table '_roost_commit' cannot be created: SQLite or roost keeps that name for itself");
    CHECK(folder.names().empty());
}

TEST_CASE(
    "views and triggers come only with an empty database, else those that lack are listed; losses of what is "
    "created, too") {
    const Folder folder;
    const std::string target = folder.file("a.db");
    make(target, "CREATE TABLE mine(x); CREATE VIEW seen AS SELECT x FROM mine");
    Content content = oneTable("CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT)");
    content.catalog.objects = {{"view", "", "SEEN", "", "CREATE VIEW SEEN AS SELECT 1", {}},
                               {"view", "", "w", "", "CREATE VIEW w AS SELECT 1", {}}};
    content.catalog.losses = {{"", "t", "check c cannot be expressed", ""},
                              {"", "else", "not created here", ""},
                              {"", "", "function f is left out", ""}};
    RecordingContext context;
    SqliteSink sink(sinkOptions(target));
    CHECK(run(sink, content, context).losses ==
          std::vector<Loss>{{"", "t", "check c cannot be expressed", ""},
                            {"", "", "function f is left out", ""},
                            {"", "", "view 'w' is not created: the database has its own definitions",
                             "CREATE VIEW w AS SELECT 1"}});
    CHECK(query(target, "SELECT name FROM sqlite_schema WHERE type = 'view'") == "seen");
}
