#include <catch2/catch.hpp>

#include "plugins/sqlite_sink/sink_test_support.hpp"

using namespace roost;
using namespace roost::sqlite;
using namespace roost::sqlite::testing;
using roost::testing::RecordingContext;

namespace {

using Texts = std::vector<std::string>;

constexpr const char* users = "CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT);";

struct Files {
    Folder folder;
    std::string from = folder.file("from.db");
    std::string to = folder.file("to.db");
    RecordingContext context;

    std::string load(OnOrphans onOrphans = OnOrphans::fail) {
        auto options = sinkOptions(to);
        options.onOrphans = onOrphans;
        context.warnings.clear();
        return move(from, options, context);
    }
};

}  // namespace

TEST_CASE("rows that dangle in a SQLite database itself are restored, with a warning") {
    Files files;
    make(files.from, std::string(users) + R"(INSERT INTO users VALUES (1, 'ann');
        CREATE TABLE notes(id INTEGER PRIMARY KEY, owner INTEGER REFERENCES users(id) ON DELETE CASCADE);
        INSERT INTO notes VALUES (1, 1), (2, 77), (3, 78), (4, 79), (5, 80), (6, NULL);
        CREATE TABLE lost(a REFERENCES nowhere(x)); INSERT INTO lost VALUES (1);)");
    for (int pass = 0; pass < 2; ++pass) {
        REQUIRE(files.load() == "");
        CHECK(readWithPython(files.to) == readWithPython(files.from));
        REQUIRE(files.context.warnings.size() == 2);
        CHECK(files.context.warnings[0] ==
              "table 'notes': 4 rows refer by owner to rows of table 'users' that are not there (id = 2; id "
              "= 3; id = "
              "4 and 1 more), as in the data that comes; they are kept");
    }
}

TEST_CASE("rows from elsewhere that contradict themselves are refused") {
    Files files;
    make(files.to, std::string(users) +
                       "CREATE TABLE notes(id INTEGER PRIMARY KEY, owner INTEGER REFERENCES users(id));");
    Content content;
    content.catalog.dialect = "postgresql";
    content.table("users", {{"id", "int64"}, {"name", "text"}});
    content.table("notes", {{"id", "int64"}, {"owner", "int64"}});
    content.row({Cell::integer(5), Cell::integer(9)});
    CHECK(move(content, sinkOptions(files.to), files.context) ==
          "table 'notes': 1 row refers by owner to rows of table 'users' that are not there (id = 5) | the "
          "data that "
          "comes contradicts itself; 'on-orphans: keep' loads it all the same");
    CHECK(query(files.to, "SELECT count(*) FROM notes") == "0");
}

TEST_CASE("rows of tables that do not come: refused, treated by their foreign key, or kept") {
    Files files;
    make(files.from, std::string(users) + "INSERT INTO users VALUES (1, 'ann');");
    make(files.to, std::string(users) + R"(INSERT INTO users VALUES (1, 'old'), (2, 'bob'), (3, 'cyd');
        CREATE TABLE posts(id INTEGER PRIMARY KEY, owner INTEGER REFERENCES users(id) ON DELETE CASCADE);
        INSERT INTO posts VALUES (10, 1), (20, 2), (30, 3), (40, NULL), (50, 99);
        CREATE TABLE likes(id INTEGER PRIMARY KEY, post INTEGER REFERENCES posts(id) ON DELETE CASCADE);
        INSERT INTO likes VALUES (100, 10), (200, 20), (500, 98);
        CREATE TABLE logs(id INTEGER PRIMARY KEY, who INTEGER DEFAULT 1 REFERENCES users(id) ON DELETE SET NULL);
        INSERT INTO logs VALUES (5, 1), (6, 2);
        CREATE TABLE tasks(id INTEGER PRIMARY KEY, who INTEGER DEFAULT 1 REFERENCES users(id) ON DELETE SET DEFAULT);
        INSERT INTO tasks VALUES (7, 3);)");
    const std::string before = contentOf(files.to);
    CHECK(files.load() ==
          "table 'posts': 2 rows refer by owner to rows of table 'users' that are not there (id = 20; id = "
          "30) any "
          "more: table 'posts' does not come | 'on-orphans: apply' does to those rows what their foreign key "
          "says (ON "
          "DELETE CASCADE), 'on-orphans: keep' leaves them as they are");
    CHECK(contentOf(files.to) == before);
    REQUIRE(files.load(OnOrphans::apply) == "");
    CHECK(query(files.to, "SELECT id FROM posts") == "10 40 50");
    CHECK(query(files.to, "SELECT id FROM likes") == "100 500");
    CHECK(query(files.to, "SELECT id || ifnull(who, '-') FROM logs") == "51 6-");
    CHECK(query(files.to, "SELECT id || who FROM tasks") == "71");
    const std::string gone = ", since what they referred to is gone (on-orphans: apply)";
    CHECK(files.context.warnings ==
          Texts{"foreign key (owner) of table 'posts': 2 rows were deleted" + gone,
                "foreign key (post) of table 'likes': 1 row was deleted" + gone,
                "foreign key (who) of table 'logs': 1 row was set to null" + gone,
                "foreign key (who) of table 'tasks': 1 row was set to the default" + gone});
    writeContent(files.to, before);
    REQUIRE(files.load(OnOrphans::keep) == "");
    CHECK(query(files.to, "SELECT id FROM posts") == "10 20 30 40 50");
    CHECK(files.context.warnings.size() == 3);
}

TEST_CASE("a foreign key that allows nothing is never broken by apply") {
    Files files;
    make(files.from, users);
    make(files.to, std::string(users) + R"(INSERT INTO users VALUES (1, 'old');
        CREATE TABLE posts(id INTEGER PRIMARY KEY, owner INTEGER REFERENCES users(id)); INSERT INTO posts VALUES (10, 1);)");
    CHECK(files.load(OnOrphans::apply) ==
          "table 'posts': 1 row refers by owner to rows of table 'users' that are not there (id = 10) any "
          "more, and "
          "their foreign key allows nothing (ON DELETE NO ACTION) | remove those rows, or set 'on-orphans: "
          "keep'");
    CHECK(query(files.to, "SELECT name FROM users") == "old");
    make(files.to,
         "DROP TABLE posts; CREATE TABLE posts(id INTEGER PRIMARY KEY, owner INTEGER NOT NULL REFERENCES "
         "users(id) ON DELETE SET NULL); INSERT INTO posts VALUES (10, 1)");
    CHECK(files.load(OnOrphans::apply).find("NOT NULL constraint failed: posts.owner") != std::string::npos);
    CHECK(query(files.to, "SELECT name FROM users") == "old");
}

TEST_CASE("rows that come and refer to a table that does not come need their parents there") {
    Files files;
    make(files.from,
         "CREATE TABLE posts(id INTEGER PRIMARY KEY, owner INTEGER REFERENCES users(id)); INSERT INTO posts "
         "VALUES (1, 5)");
    make(files.to, std::string(users) + "INSERT INTO users VALUES (4, 'ann')");
    CHECK(files.load() ==
          "table 'posts': 1 row refers by owner to rows of table 'users' that are not there (id = 1) | load "
          "table "
          "'users', too, or set 'on-orphans: keep'");
    CHECK(query(files.to, "SELECT count(*) FROM sqlite_schema") == "1");
    make(files.to, "INSERT INTO users VALUES (5, 'bob')");
    REQUIRE(files.load() == "");
    CHECK(query(files.to, "SELECT owner FROM posts") == "5");
}

TEST_CASE("no parent is removed by a cascade, and cycles need no order") {
    Files files;
    make(files.from, R"(
        CREATE TABLE staff(id INTEGER PRIMARY KEY, store INTEGER NOT NULL REFERENCES store(id) ON DELETE CASCADE);
        CREATE TABLE store(id INTEGER PRIMARY KEY, manager INTEGER NOT NULL REFERENCES staff(id) ON DELETE CASCADE);
        CREATE TABLE tree(id INTEGER PRIMARY KEY, up INTEGER REFERENCES tree(id) ON DELETE CASCADE);
        INSERT INTO staff VALUES (1, 1); INSERT INTO store VALUES (1, 1); INSERT INTO tree VALUES (1, 2), (2, NULL);)");
    for (int pass = 0; pass < 2; ++pass) {
        REQUIRE(files.load() == "");
        CHECK(readWithPython(files.to) == readWithPython(files.from));
        CHECK(files.context.warnings.empty());
    }
}

TEST_CASE("a foreign key that SQLite cannot check is told of") {
    Files files;
    make(files.from, R"(CREATE TABLE p(id INTEGER PRIMARY KEY, code TEXT); INSERT INTO p VALUES (1, 'x');
        CREATE TABLE c(id INTEGER PRIMARY KEY, code TEXT REFERENCES p(code)); INSERT INTO c VALUES (1, 'x');)");
    REQUIRE(files.load() == "");
    CHECK(
        files.context.warnings ==
        Texts{
            "the references of table 'c' cannot be checked: foreign key mismatch - \"c\" referencing \"p\""});
}
