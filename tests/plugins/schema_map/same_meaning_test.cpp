// Conditions mean the same in both databases: each is asked of the same rows, in either's own words.
#include <sqlite3.h>

#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "lib/sql/mapping/expression_parser.hpp"
#include "lib/sql/mapping/expression_translation.hpp"
#include "lib/sql/mapping/mapping_state.hpp"
#include "plugins/postgresql/test_server.hpp"
#include "plugins/schema_map/mapped_databases.hpp"
#include "plugins/sqlite/sqlite_test_support.hpp"

using namespace roost;
using namespace roost::test;
using namespace roost::sql::mapping;

namespace {

constexpr const char* rows =
    "INSERT INTO t VALUES (1, 0, 10, 'Abc', 'ABC', '{\"a\": 1}', 2.5), (2, 7, NULL, '', 'x', '[]', -1), "
    "(3, -7, 3, 'a%b_c', 'É', 'null', 0), (4, NULL, 5000000000, 'ABC trailers', 'é', '1', 1e300), "
    "(5, 1, 1, NULL, NULL, NULL, NULL), (6, 9223372036854775807, 2, 'Zebra', 'abc', '\"s\"', 0.1), "
    "(7, 2, 2, 'äÄ\\x*?', 'ABC ', 'true', 3)";

/// "1:y 2:n 3:?": the rows' numbers with true, false or NULL.
std::string inSqlite(sqlite3* database, const std::string& condition) {
    std::string answer;
    const std::string query = "SELECT id, (" + condition + ") FROM t ORDER BY id";
    sqlite3_stmt* raw = nullptr;
    REQUIRE(sqlite3_prepare_v2(database, query.c_str(), -1, &raw, nullptr) == SQLITE_OK);
    const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement(raw, &sqlite3_finalize);
    while (sqlite3_step(raw) == SQLITE_ROW) {
        const bool unknown = sqlite3_column_type(raw, 1) == SQLITE_NULL;
        answer += std::to_string(sqlite3_column_int(raw, 0)) + (unknown                              ? ":? "
                                                                : sqlite3_column_double(raw, 1) != 0 ? ":y "
                                                                                                     : ":n ");
    }
    return answer;
}

std::string inPostgresql(Session& session, const std::string& condition) {
    std::string answer;
    for (const auto& row : session.rows("SELECT id, (" + condition + ")::boolean FROM t ORDER BY id"))
        answer += row[0] + (row[1] == Session::null ? ":? " : row[1] == "t" ? ":y " : ":n ");
    return answer;
}

/// The table with its rows in both databases.
struct Both {
    sqlite::testing::Folder folder;
    sqlite::testing::Database lite{folder.file("t.db")};
    ScratchDatabase server;
    Catalog catalog;

    Both() {
        lite.run(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, m INTEGER, s TEXT, c TEXT COLLATE NOCASE, j "
            "TEXT, r REAL)");
        lite.run(rows);
        server.run(
            "CREATE TABLE t (id bigint PRIMARY KEY, n bigint, m bigint, s text, c text, j text, r double "
            "precision)");
        server.run(rows);
    }
};

}  // namespace

TEST_CASE("a condition of SQLite's holds for the same rows in PostgreSQL") {
    Both both;
    Session session(both.server.name());
    Catalog mapped = readSqlite(both.folder.file("t.db"));
    MappingState state(mapped, Dialect::sqlite, Dialect::postgresql);
    state.names = targetNames(state.before, Dialect::postgresql);
    const ExpressionScope scope = scopeOf(state, 0);
    for (const char* condition : {"n > 0",
                                  "n",
                                  "NOT n",
                                  "n = m OR n IS NULL",
                                  "n IS m",
                                  "n IS NOT m",
                                  "n IN (0, 7, NULL)",
                                  "n NOT IN (1, 2)",
                                  "n BETWEEN 0 AND 7",
                                  "n NOT BETWEEN 0 AND 7",
                                  "m * 2 > n",
                                  "n - m + 1 < 0",
                                  "-m < n",
                                  "abs(m) = 3",
                                  "s > 'B'",
                                  "s < 'a'",
                                  "s = s",
                                  "c = 'abc'",
                                  "c IN ('ABC', 'É')",
                                  "c <> 'abc'",
                                  "s COLLATE NOCASE = 'abc'",
                                  "s LIKE 'abc%'",
                                  "s NOT LIKE '%B\\_%'",
                                  "s LIKE '%\\X%'",
                                  "s LIKE 'ÄÄ%'",
                                  "s LIKE 'äÄ%'",
                                  "s LIKE 'a_c'",
                                  "s GLOB 'A*'",
                                  "s GLOB '*[*][?]'",
                                  "s GLOB 'a%b_c'",
                                  "length(s) = 3",
                                  "length(s) > 5",
                                  "lower(s) = 'abc'",
                                  "upper(s) = 'ÄÄ\\X*?'",
                                  "lower(c) = 'é'",
                                  "trim(c) = 'abc'",
                                  "rtrim(s) = s",
                                  "substr(s, 2, 1) = 'b'",
                                  "substr(s, 2) = ''",
                                  "replace(s, 'b', 'x') = 'Axc'",
                                  "instr(s, 'b') > 0",
                                  "ifnull(s, 'none') = 'none'",
                                  "nullif(n, 1) IS NULL",
                                  "coalesce(n, m, 5) > 4",
                                  "s || c = 'AbcABC'",
                                  "j IS NULL OR json_valid(j)",
                                  "j IS NOT NULL AND json_valid(j) = 1 AND n > 0",
                                  "r > 2",
                                  "r = 0.1",
                                  "r * 2 >= 5",
                                  "s = 5",
                                  "(n > 0) = (m > 2)",
                                  "n > 1 IS TRUE",
                                  "(n > 1) IS NOT TRUE",
                                  "n = 1 AND m = 1 OR s = ''"}) {
        INFO(condition);
        const std::string translated =
            translateCondition(parseExpression(condition, Dialect::sqlite), scope, Dialect::postgresql).sql;
        INFO(translated);
        CHECK(inPostgresql(session, translated) == inSqlite(both.lite.handle(), condition));
    }
}

TEST_CASE("a condition of PostgreSQL's holds for the same rows in SQLite") {
    Both both;
    Session session(both.server.name());
    for (const char* condition : {"n > 0",
                                  "n IS NOT DISTINCT FROM m",
                                  "n IS DISTINCT FROM m",
                                  "n IN (0, 7)",
                                  "n NOT IN (1, 2)",
                                  "s IN ('Abc', 'Zebra')",
                                  "s <> 'Abc' AND n BETWEEN 0 AND 9",
                                  "s COLLATE \"C\" > 'B'",
                                  "s LIKE 'A%'",
                                  "s NOT LIKE 'a\\%b\\_%'",
                                  "s LIKE '%*?'",
                                  "s LIKE '___'",
                                  "lower(s COLLATE \"C\") = 'abc'",
                                  "length(s) > 3",
                                  "btrim(c) = 'ABC'",
                                  "trim(c) = 'ABC'",
                                  "strpos(s, 'b') > 0",
                                  "coalesce(n, 5) = 5",
                                  "m * 2 > n - 1",
                                  "(n > 1) IS TRUE",
                                  "(n > 1) IS NOT TRUE",
                                  "substr(s, 2, 1) = 'b'",
                                  "r >= 2.5::real",
                                  "n = '-7'::integer",
                                  "abs(m) = 3"}) {
        INFO(condition);
        // What the server makes of it is what a catalog holds.
        session.run("ALTER TABLE t ADD CONSTRAINT asked CHECK (" + std::string(condition) + ") NOT VALID");
        const std::string kept =
            session.value("SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint WHERE conname = 'asked'");
        session.run("ALTER TABLE t DROP CONSTRAINT asked");
        INFO(kept);
        Catalog mapped = readPostgresql(both.server);
        MappingState state(mapped, Dialect::postgresql, Dialect::sqlite);
        state.names = targetNames(state.before, Dialect::sqlite);
        const std::string translated =
            translateCondition(parseExpression(kept, Dialect::postgresql), scopeOf(state, 0), Dialect::sqlite)
                .sql;
        INFO(translated);
        CHECK(inSqlite(both.lite.handle(), translated) == inPostgresql(session, condition));
    }
}
