#include "lib/sql/sqlite/ddl_guard.hpp"

#include <catch2/catch.hpp>

#include "plugins/sqlite_sink/sink_test_support.hpp"

using namespace roost;
using namespace roost::sqlite;
using namespace roost::sqlite::testing;

namespace {

/// What creating ends with; the schema afterwards in `schema`.
std::string created(const Creation& wanted, const std::string& sql, std::string* schema = nullptr) {
    const Folder folder;
    const std::string path = folder.file("a.db");
    make(path, "CREATE TABLE other(id INTEGER PRIMARY KEY, secret TEXT); INSERT INTO other VALUES (1, 'x')");
    std::string error;
    {
        Connection connection(path, Connection::Mode::readWrite, "a.db");
        error = writeErrorOf([&] { create(connection, wanted, sql); });
    }
    if (schema != nullptr)
        *schema = query(path,
                        "SELECT name FROM sqlite_schema WHERE name <> 'other' AND name NOT LIKE 'f\\_%' "
                        "ESCAPE '\\' ORDER BY name");
    CHECK(query(path, "SELECT secret FROM other") == "x");
    CHECK(folder.names() == std::vector<std::string>{"a.db"});
    return error;
}

std::string refusal(const std::string& what) {
    return "the definition of " + what +
           " that comes with the data is refused: it does not just create that | an archive from a stranger "
           "may hold "
           "harmful statements; look at its schema.json";
}

}  // namespace

TEST_CASE("statements that create what they should are run") {
    std::string schema;
    CHECK(created({CreatedKind::table, "t", ""},
                  "CREATE TABLE IF NOT EXISTS \"T\"(id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT DEFAULT "
                  "\"x\" CHECK(length(a) < 5), "
                  "b UNIQUE, c AS (upper(a)) STORED, FOREIGN KEY (b) REFERENCES other(id)); -- done",
                  &schema)
              .empty());
    CHECK(schema == "T sqlite_autoindex_T_1 sqlite_sequence");
    CHECK(
        created({CreatedKind::table, "t", ""}, "CREATE TABLE main.t(a, PRIMARY KEY(a)) WITHOUT ROWID, STRICT")
            .find("missing datatype") != std::string::npos);
    CHECK(created({CreatedKind::index, "i", "other"},
                  "CREATE UNIQUE INDEX i ON other(lower(secret) DESC) WHERE id > 0", &schema)
              .empty());
    CHECK(schema == "i");
    CHECK(created({CreatedKind::view, "v", ""}, "CREATE VIEW v AS SELECT count(*) FROM other; ", &schema)
              .empty());
    CHECK(schema == "v");
    CHECK(created({CreatedKind::trigger, "g", "other"},
                  "CREATE TRIGGER g AFTER INSERT ON other BEGIN DELETE FROM other; SELECT 1; END", &schema)
              .empty());
    CHECK(schema == "g");
    for (const char* module : {"fts5(a, b)", "fts4(a)", "rtree(id, x0, x1)"})
        CHECK(created({CreatedKind::virtualTable, "f", ""},
                      std::string("CREATE VIRTUAL TABLE f USING ") + module)
                  .empty());
}

TEST_CASE("statements that do anything else are refused") {
    const Creation table{CreatedKind::table, "t", ""};
    std::string schema;
    for (const char* sql :
         {"", "DROP TABLE other", "ATTACH 'x.db' AS x", "PRAGMA journal_mode = WAL", "CREATE TABLE u(a)",
          "CREATE TABLE t(a); DROP TABLE other", "CREATE TABLE t(a); SELECT 1", "CREATE TEMP TABLE t(a)",
          "CREATE TEMPORARY TABLE t(a)", "CREATE TABLE temp.t(a)", "CREATE TABLE t AS SELECT * FROM other",
          "CREATE TABLE t as select (1)", "CREATE VIRTUAL TABLE t USING fts5(a)", "CREATE VIEW t AS SELECT 1",
          "VACUUM INTO 'x.db'", "SELECT load_extension('x')", "CREATE INDEX t ON other(id)"}) {
        INFO(sql);
        CHECK(created(table, sql, &schema) == refusal("table 't'"));
        CHECK(schema.empty());
    }
    CHECK(created(table, std::string("CREATE TABLE t(a)\0; DROP TABLE other", 37)) == refusal("table 't'"));
    CHECK(created({CreatedKind::index, "i", "t"}, "CREATE INDEX i ON other(id)") ==
          refusal("index 'i' of table 't'"));
    CHECK(created({CreatedKind::index, "i", "other"}, "CREATE INDEX j ON other(id)") ==
          refusal("index 'i' of table 'other'"));
    CHECK(created({CreatedKind::view, "v", ""}, "CREATE VIEW w AS SELECT 1") == refusal("view 'v'"));
    CHECK(created({CreatedKind::view, "v", ""}, "CREATE TEMP VIEW v AS SELECT 1") == refusal("view 'v'"));
    CHECK(created({CreatedKind::trigger, "g", "t"},
                  "CREATE TRIGGER g AFTER INSERT ON other BEGIN SELECT 1; END") ==
          refusal("trigger 'g' of table 't'"));
    CHECK(created({CreatedKind::trigger, "g", "other"},
                  "CREATE TRIGGER g AFTER INSERT ON other BEGIN SELECT 1; END; DROP TABLE other") ==
          refusal("trigger 'g' of table 'other'"));
    for (const char* module : {"dbstat", "fts3tokenize(simple)", "sqlite_stmt", "bytecode"})
        CHECK(created({CreatedKind::virtualTable, "f", ""},
                      std::string("CREATE VIRTUAL TABLE f USING ") + module) == refusal("virtual table 'f'"));
}

TEST_CASE("a statement that SQLite does not take is an error in its words") {
    CHECK(created({CreatedKind::table, "t", ""}, "CREATE TABLE t(a CHECK (nosuch(a)))").find("t(") ==
          std::string::npos);
    CHECK(created({CreatedKind::table, "t", ""}, "CREATE TABLE t(a, a)") ==
          "database 'a.db': cannot create table 't': duplicate column name: a");
    CHECK(created({CreatedKind::index, "i", "other"}, "CREATE INDEX i ON other(nosuch(id))") ==
          "database 'a.db': cannot create index 'i' of table 'other': no such function: nosuch");
}
