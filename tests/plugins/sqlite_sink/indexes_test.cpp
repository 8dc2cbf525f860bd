#include <catch2/catch.hpp>

#include "plugins/sqlite_sink/sink_test_support.hpp"

using namespace roost;
using namespace roost::sqlite;
using namespace roost::sqlite::testing;
using roost::testing::RecordingContext;

namespace {

constexpr const char* manyRows = R"(
    CREATE TABLE t(id INTEGER PRIMARY KEY, code TEXT, n INTEGER, body TEXT);
    WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 50000)
    INSERT INTO t SELECT n, 'c' || (n - (n = 40000)), n, 'some text that makes the rows longer than nothing ' || n FROM c;)";

}  // namespace

TEST_CASE("a duplicate for a unique index is named, with the rows, however the index is made") {
    const Folder folder;
    const std::string from = folder.file("from.db");
    make(from, manyRows);
    for (const std::string index :
         {"CREATE UNIQUE INDEX one ON t(code)", "CREATE UNIQUE INDEX one ON t(upper(code) DESC, 0)",
          "CREATE UNIQUE INDEX one ON t(code COLLATE NOCASE) WHERE n > 39000"}) {
        const std::string to = folder.file("to.db");
        std::filesystem::remove(to);
        make(to, "CREATE TABLE t(id INTEGER PRIMARY KEY, code TEXT, n INTEGER, body TEXT);" + index);
        const std::string before = contentOf(to);
        RecordingContext context;
        CHECK(move(from, sinkOptions(to), context) ==
              "table 't': rows are not unique in its index 'one': id = 39999 and id = 40000");
        CHECK(contentOf(to) == before);
    }
}

TEST_CASE("a condition keeps rows out of a unique index, also when it is made again") {
    const Folder folder;
    const std::string from = folder.file("from.db");
    const std::string to = folder.file("to.db");
    make(from, manyRows);
    make(to,
         "CREATE TABLE t(id INTEGER PRIMARY KEY, code TEXT, n INTEGER, body TEXT); CREATE UNIQUE INDEX one "
         "ON t(code) WHERE n <> 40000");
    RecordingContext context;
    REQUIRE(move(from, sinkOptions(to), context).empty());
    CHECK(query(to, "SELECT count(*) FROM t INDEXED BY one WHERE n <> 40000") == "49999");
    CHECK(query(to, "PRAGMA integrity_check") == "ok");
}

TEST_CASE("merging many rows into a small table makes its indexes again, too") {
    const Folder folder;
    const std::string from = folder.file("from.db");
    const std::string to = folder.file("to.db");
    make(from, manyRows);
    make(to,
         "CREATE TABLE t(id INTEGER PRIMARY KEY, code TEXT, n INTEGER, body TEXT); CREATE INDEX by_code ON "
         "t(code); INSERT INTO t VALUES (7, 'own', 0, ''), (90000, 'own', 0, '')");
    auto options = sinkOptions(to);
    options.mode = sql::LoadMode::merge;
    RecordingContext context;
    REQUIRE(move(from, options, context).empty());
    CHECK(query(to, "SELECT count(*) FROM t INDEXED BY by_code WHERE code LIKE 'c%' OR code = 'own'") ==
          "50001");
    CHECK(query(to, "SELECT id FROM t INDEXED BY by_code WHERE code = 'own'") == "90000");
    CHECK(query(to, "PRAGMA integrity_check") == "ok");
}
