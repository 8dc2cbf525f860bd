#include <catch2/catch.hpp>

#include "plugins/sqlite_sink/sink_test_support.hpp"

using namespace roost;
using namespace roost::sqlite;
using namespace roost::sqlite::testing;
using roost::testing::RecordingContext;

namespace {

/// A dry run as the engine does it; what it ended with.
std::string rehearse(const std::string& from, const SqliteSink::Options& options, RecordingContext& context) {
    context.dry = true;
    SqliteSink sink(options);
    const std::string error = writeErrorOf([&] {
        const Acceptance acceptance = run(sink, from, context, Until::prepared);
        CHECK(acceptance.rehearses);
        CHECK(std::filesystem::is_empty(context.temporaryFolder()));
    });
    sink.abort();
    return error;
}

constexpr const char* source = R"(
    CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT); INSERT INTO users VALUES (1, 'ann'), (2, NULL);
    CREATE TABLE big(id INTEGER PRIMARY KEY, v TEXT);
    WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 3000)
    INSERT INTO big SELECT n, hex(zeroblob(10000)) FROM c;)";

}  // namespace

TEST_CASE("a dry run loads everything into a copy and changes nothing") {
    const Folder folder;
    const std::string from = folder.file("from.db");
    const std::string to = folder.file("to.db");
    make(from, source);
    for (const std::string journal : {"DELETE", "WAL"}) {
        std::filesystem::remove(to);
        make(to, "PRAGMA journal_mode = " + journal +
                     "; CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT NOT NULL); INSERT INTO users "
                     "VALUES (9, 'old')");
        const std::string before = contentOf(to);
        RecordingContext context;
        CHECK(rehearse(from, sinkOptions(to), context) ==
              "table users, id = 2: NOT NULL constraint failed: users.name | change them at their source, or "
              "the types in the target, or let 'on-bad-value' decide");
        make(from, "UPDATE users SET name = 'bob' WHERE id = 2");
        CHECK(rehearse(from, sinkOptions(to), context).empty());
        make(from, "UPDATE users SET name = NULL WHERE id = 2");
        CHECK(contentOf(to) == before);
        CHECK(folder.names() == std::vector<std::string>{"from.db", "to.db"});
        CHECK(std::filesystem::is_empty(context.temporaryFolder()));
        CHECK(context.journalRecords.empty());
    }
}

TEST_CASE("a dry run checks keys against the rows that stay, and makes no file where none is") {
    const Folder folder;
    const std::string from = folder.file("from.db");
    const std::string to = folder.file("to.db");
    make(from, source);
    RecordingContext context;
    CHECK(rehearse(from, sinkOptions(to), context).empty());
    CHECK(folder.names() == std::vector<std::string>{"from.db"});
    make(to,
         "CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT UNIQUE); INSERT INTO users VALUES (9, 'ann'); "
         "CREATE TABLE big(id INTEGER PRIMARY KEY, v TEXT); CREATE TABLE kid(id INTEGER PRIMARY KEY, u "
         "REFERENCES users(id)); INSERT INTO kid VALUES (1, 9)");
    auto options = sinkOptions(to);
    CHECK(rehearse(from, options, context).find("table 'kid': 1 row refers by u to rows of table 'users'") ==
          0);
    options.mode = sql::LoadMode::merge;
    CHECK(rehearse(from, options, context) ==
          "table users, id = 1: UNIQUE constraint failed: users.name | change them at their source, or the "
          "types in the target, or let 'on-bad-value' decide");
}
