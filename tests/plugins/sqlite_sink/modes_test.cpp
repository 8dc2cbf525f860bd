#include <catch2/catch.hpp>

#include "plugins/sqlite_sink/sink_test_support.hpp"

using namespace roost;
using namespace roost::sqlite;
using namespace roost::sqlite::testing;
using roost::testing::RecordingContext;

namespace {

using Texts = std::vector<std::string>;

constexpr const char* source = R"(
    CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, age INTEGER);
    INSERT INTO users VALUES (1, 'ann', 30), (2, 'bob', NULL);
    CREATE TABLE notes(id INTEGER PRIMARY KEY, body TEXT); INSERT INTO notes VALUES (1, 'n');)";

struct Files {
    Files() { make(from, source); }
    Folder folder;
    std::string from = folder.file("from.db");
    std::string to = folder.file("to.db");
    RecordingContext context;

    std::string load(const SqliteSink::Options& options) { return move(from, options, context); }
    [[nodiscard]] SqliteSink::Options options(sql::LoadMode mode) const {
        SqliteSink::Options made = sinkOptions(to);
        made.mode = mode;
        return made;
    }
    Acceptance accepted(const SqliteSink::Options& options) {
        SqliteSink sink(options);
        return run(sink, from, context, Until::accepted);
    }
};

}  // namespace

TEST_CASE("auto creates what is missing and replaces the rest, keeping the target's own definitions") {
    Files files;
    make(files.to, R"(
        CREATE TABLE users(name VARCHAR(9) NOT NULL, id INTEGER PRIMARY KEY, note TEXT DEFAULT 'own', AGE REAL);
        INSERT INTO users(id, name) VALUES (7, 'old'), (8, 'older');
        CREATE TABLE other(x); INSERT INTO other VALUES (1);)");
    const Acceptance acceptance = files.accepted(files.options(sql::LoadMode::automatic));
    CHECK(acceptance.refusals.empty());
    CHECK(acceptance.destroys == Texts{"table users: 2 rows"});
    CHECK(acceptance.target == files.to);
    REQUIRE(files.load(files.options(sql::LoadMode::automatic)) == "");
    CHECK(query(files.to, "SELECT id || name || note || ifnull(age, '-') FROM users ORDER BY id") ==
          "1annown30.0 2bobown-");
    CHECK(query(files.to, "SELECT body FROM notes") == "n");
    CHECK(query(files.to, "SELECT x FROM other") == "1");
    CHECK(query(files.to, "SELECT sql FROM sqlite_schema WHERE name = 'users'").find("VARCHAR(9)") !=
          std::string::npos);
}

TEST_CASE("create refuses a table that exists, replace one that does not") {
    Files files;
    make(files.to, "CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT, age INTEGER)");
    const std::string before = contentOf(files.to);
    CHECK(files.load(files.options(sql::LoadMode::create)) ==
          "table users exists in the target; 'mode: replace' replaces its rows, 'mode: merge' adds to them");
    CHECK(files.load(files.options(sql::LoadMode::replace)) ==
          "table notes does not exist in the target; 'mode: auto' creates it");
    CHECK(contentOf(files.to) == before);
    CHECK(files.folder.names() == Texts{"from.db", "to.db"});
}

TEST_CASE("merge inserts and updates by primary key, and other keys stay unique") {
    Files files;
    make(files.to, R"(
        CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, age INTEGER, note TEXT DEFAULT 'own');
        INSERT INTO users VALUES (2, 'old bob', 50, 'kept'), (9, 'zoe', 20, 'kept');
        CREATE TABLE notes(id INTEGER PRIMARY KEY, body TEXT);)");
    const auto options = files.options(sql::LoadMode::merge);
    CHECK(files.accepted(options).destroys ==
          Texts{"table users: those of its 2 rows whose key comes again"});
    REQUIRE(files.load(options) == "");
    CHECK(query(files.to, "SELECT id || name || ifnull(age, '-') || note FROM users ORDER BY id") ==
          "1ann30own 2bob-kept 9zoe20kept");
    make(files.from, "UPDATE users SET name = 'zoe' WHERE id = 1");
    CHECK(files.load(options) ==
          "table users, id = 1: UNIQUE constraint failed: users.name | change them at their source, or the "
          "types in the target, or let 'on-bad-value' decide");
    CHECK(query(files.to, "SELECT id || name FROM users ORDER BY id") == "1ann 2bob 9zoe");
}

TEST_CASE("add inserts what is not there and leaves what is") {
    Files files;
    make(files.to, R"(
        CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, age INTEGER, note TEXT DEFAULT 'own');
        INSERT INTO users VALUES (2, 'old bob', 50, 'kept'), (9, 'zoe', 20, 'kept');)");
    auto options = files.options(sql::LoadMode::add);
    options.verify = false;
    const Acceptance acceptance = files.accepted(options);
    CHECK(acceptance.refusals.empty());
    CHECK(acceptance.destroys.empty());
    SqliteSink sink(options);
    run(sink, files.from, files.context, Until::committed);
    CHECK(sink.summary() == std::vector<std::pair<std::string, std::string>>{{"database", files.to},
                                                                             {"rows", "2"},
                                                                             {"rows there already", "1"},
                                                                             {"tables created", "1"},
                                                                             {"tables merged", "1"}});
    CHECK(query(files.to, "SELECT id || name || ifnull(age, '-') || note FROM users ORDER BY id") ==
          "1ann30own 2old bob50kept 9zoe20kept");
    CHECK(query(files.to, "SELECT id || body FROM notes") == "1n");
    const std::string before =
        query(files.to, "SELECT * FROM users") + query(files.to, "SELECT * FROM notes");
    REQUIRE(files.load(options) == "");
    CHECK(query(files.to, "SELECT * FROM users") + query(files.to, "SELECT * FROM notes") == before);
    make(files.from, "INSERT INTO users VALUES (3, 'zoe', 1)");
    CHECK(files.load(options) ==
          "table users, id = 3: UNIQUE constraint failed: users.name | a row with that value is there "
          "under another primary key");
    CHECK(query(files.to, "SELECT * FROM users") + query(files.to, "SELECT * FROM notes") == before);
}

TEST_CASE("add refuses a table without a key, and leaves the rows of one that makes its own") {
    Files files;
    make(files.from, R"(
        CREATE TABLE bare(v TEXT); INSERT INTO bare VALUES ('x');
        CREATE VIRTUAL TABLE f USING fts5(t); INSERT INTO f(rowid, t) VALUES (1, 'fresh'), (2, 'second');)");
    make(files.to, R"(
        CREATE TABLE bare(v TEXT);
        CREATE VIRTUAL TABLE f USING fts5(t); INSERT INTO f(rowid, t) VALUES (1, 'stale');)");
    CHECK(files.load(files.options(sql::LoadMode::add)) ==
          "table bare cannot be added to: it has no primary key");
    make(files.from, "DROP TABLE bare");
    REQUIRE(files.load(files.options(sql::LoadMode::add)) == "");
    CHECK(query(files.to, "SELECT t FROM f ORDER BY rowid") == "stale second");
}

TEST_CASE("merge by a key of several columns, without rowid, and into a full-text table") {
    Files files;
    make(files.from, R"(
        CREATE TABLE w(a TEXT, b INTEGER, v TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID; INSERT INTO w VALUES ('x', 1, 'new'), ('y', 1, 'n');
        CREATE VIRTUAL TABLE f USING fts5(t); INSERT INTO f(rowid, t) VALUES (1, 'fresh'), (2, 'second');
        CREATE TABLE k(a TEXT PRIMARY KEY); INSERT INTO k VALUES ('p');)");
    REQUIRE(files.load(files.options(sql::LoadMode::automatic)) == "");
    make(files.to,
         "UPDATE w SET v = 'old'; INSERT INTO w VALUES ('z', 1, 'own'); UPDATE f SET t = 'stale' WHERE rowid "
         "= 1");
    REQUIRE(files.load(files.options(sql::LoadMode::merge)) == "");
    CHECK(query(files.to, "SELECT a || v FROM w ORDER BY a") == "xnew yn zown");
    CHECK(query(files.to, "SELECT t FROM f ORDER BY rowid") == "fresh second");
    CHECK(query(files.to, "SELECT a FROM k") == "p");
}

TEST_CASE("drift between the columns is refused by name, or told of") {
    Files files;
    make(files.to, R"(
        CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT, tenant TEXT NOT NULL);
        CREATE TABLE notes(id INTEGER PRIMARY KEY, body TEXT);)");
    auto options = files.options(sql::LoadMode::automatic);
    CHECK(files.load(options) ==
          "table users of the target needs a value for column 'tenant', which does not come and has no "
          "default; "
          "'on-schema-drift: warn' goes on without it; table users of the target has no column 'age'; "
          "'on-schema-drift: warn' goes on without it");
    options.onSchemaDrift = sql::OnDrift::warn;
    CHECK(files.accepted(options).warnings ==
          Texts{"table users of the target needs a value for column 'tenant', which does not come and has no "
                "default: "
                "rows will be refused by the database"});
    CHECK(files.context.asides ==
          std::vector<std::pair<std::string, std::string>>{
              {"table users, column 'age'", "its values are left out: the target has no such column"}});
    CHECK(files.load(options) ==
          "2 values do not fit the target:\n  table users: 2 rows\n"
          "    id = 1: NOT NULL constraint failed: users.tenant\n"
          "    id = 2: NOT NULL constraint failed: users.tenant | change them at their source, or the types "
          "in the target, or let 'on-bad-value' decide");
    make(files.to, "DROP TABLE users; CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT)");
    REQUIRE(files.load(options) == "");
    CHECK(query(files.to, "SELECT name FROM users ORDER BY id") == "ann bob");
}

TEST_CASE("tables that are kept stay as they are, and are created where they are missing") {
    Files files;
    auto options = files.options(sql::LoadMode::automatic);
    options.keepTables = {"NOT*"};
    REQUIRE(files.load(options) == "");
    CHECK(query(files.to, "SELECT body FROM notes") == "n");
    make(files.to, "UPDATE notes SET body = 'own'");
    const Acceptance acceptance = files.accepted(options);
    CHECK(acceptance.destroys == Texts{"table users: 2 rows"});
    SqliteSink sink(options);
    run(sink, files.from, files.context);
    CHECK(query(files.to, "SELECT body FROM notes") == "own");
    using Pair = std::pair<std::string, std::string>;
    auto summary = sink.summary();
    REQUIRE(summary.size() == 5);
    CHECK(summary.back().first == "verified");
    summary.pop_back();
    CHECK(summary ==
          std::vector<Pair>{
              {"database", files.to}, {"rows", "2"}, {"tables replaced", "1"}, {"tables kept", "1"}});
}

TEST_CASE("triggers do not run for a load unless that is asked for, and are never lost") {
    Files files;
    REQUIRE(files.load(files.options(sql::LoadMode::automatic)) == "");
    make(files.to, R"(
        CREATE TABLE log(id INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT);
        CREATE TRIGGER added AFTER INSERT ON users BEGIN INSERT INTO log(what) VALUES ('+' || new.name); END;
        CREATE TRIGGER gone AFTER DELETE ON users BEGIN INSERT INTO log(what) VALUES ('-' || old.name); END;
        CREATE TRIGGER never BEFORE INSERT ON notes BEGIN SELECT raise(ABORT, 'no more notes'); END;)");
    const std::string schema = schemaOf(files.to);
    REQUIRE(files.load(files.options(sql::LoadMode::automatic)) == "");
    CHECK(query(files.to, "SELECT count(*) FROM log") == "0");
    CHECK(schemaOf(files.to) == schema);
    auto options = files.options(sql::LoadMode::automatic);
    options.triggers = Triggers::fire;
    CHECK(files.load(options) ==
          "table notes, id = 1: no more notes | change them at their source, or the types in the target, or "
          "let 'on-bad-value' decide");
    make(files.to, "DROP TRIGGER never");
    REQUIRE(files.load(options) == "");
    CHECK(query(files.to, "SELECT what FROM log ORDER BY id") == "-ann -bob +ann +bob");
}

TEST_CASE("numbers go on behind the highest that was ever used, here or there") {
    Files files;
    make(files.from,
         "CREATE TABLE a(id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO a VALUES (10), (20); DELETE FROM "
         "a WHERE id = 20");
    make(files.to,
         "CREATE TABLE a(id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO a VALUES (15); CREATE TABLE "
         "users(id, name, age); CREATE TABLE notes(id, body)");
    REQUIRE(files.load(files.options(sql::LoadMode::automatic)) == "");
    CHECK(query(files.to, "SELECT id FROM a") == "10");
    CHECK(query(files.to, "SELECT seq FROM sqlite_sequence WHERE name = 'a'") == "20");
    make(files.to, "INSERT INTO a VALUES (99); DELETE FROM a WHERE id = 99");
    REQUIRE(files.load(files.options(sql::LoadMode::automatic)) == "");
    CHECK(query(files.to, "SELECT seq FROM sqlite_sequence WHERE name = 'a'") == "99");
    make(files.to, "DELETE FROM sqlite_sequence");
    make(files.from, "DELETE FROM a");
    REQUIRE(files.load(files.options(sql::LoadMode::automatic)) == "");
    CHECK(query(files.to, "SELECT seq FROM sqlite_sequence WHERE name = 'a'") == "20");
}

TEST_CASE("a table's own ON CONFLICT clauses drop no row in silence") {
    Files files;
    make(files.to, R"(
        CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT, age INTEGER UNIQUE ON CONFLICT IGNORE,
                           extra TEXT NOT NULL ON CONFLICT IGNORE DEFAULT 'x');
        CREATE TABLE notes(id INTEGER PRIMARY KEY, body TEXT NOT NULL ON CONFLICT IGNORE);)");
    make(files.from, "UPDATE notes SET body = NULL");
    CHECK(files.load(files.options(sql::LoadMode::automatic)) ==
          "table notes, id = 1: NOT NULL constraint failed: notes.body | change them at their source, or the "
          "types in the target, or let 'on-bad-value' decide");
    make(files.from, "UPDATE users SET age = 30; UPDATE notes SET body = 'x'");
    CHECK(files.load(files.options(sql::LoadMode::automatic)) ==
          "table users, id = 2: UNIQUE constraint failed: users.age | change them at their source, or the "
          "types in the target, or let 'on-bad-value' decide");
}
