// LoadMode::users, and the numbers that are free.
#include <catch2/catch.hpp>

#include "lib/sql/sqlite/connection.hpp"
#include "plugins/sqlite_sink/sink_test_support.hpp"

using namespace roost;
using namespace roost::sqlite;
using namespace roost::sqlite::testing;
using roost::testing::RecordingContext;

namespace {

using Texts = std::vector<std::string>;

Cell text(std::string_view words) { return Cell::view(CellKind::text, words); }

RowCondition matching(const std::string& column, TableId parent, const std::string& parentColumn,
                      RowCondition rows) {
    RowCondition made;
    made.kind = RowCondition::Kind::matching;
    made.columns = {column};
    made.table = parent;
    made.targetColumns = {parentColumn};
    made.parts.push_back(std::move(rows));
    return made;
}

/// User 7, her two documents and a page, her logins by name, and a plan that is nobody's.
Content ann() {
    Content content;
    content.catalog.dialect = "sqlite";
    content.table("plans", {{"id", "int64"}, {"title", "text"}});
    content.row({Cell::integer(1), text("free")});
    content.table("users", {{"id", "int64"}, {"name", "text"}, {"plan", "int64"}}).foreignKeys = {
        {"", {"plan"}, "", "plans", {"id"}}};
    content.row({Cell::integer(7), text("ann"), Cell::integer(1)});
    content.table("docs", {{"id", "int64"}, {"owner", "int64"}, {"body", "text"}});
    content.row({Cell::integer(1), Cell::integer(7), text("one")});
    content.row({Cell::integer(2), Cell::integer(7), text("two")});
    content.table("pages", {{"id", "int64"}, {"doc", "int64"}});
    content.row({Cell::integer(1), Cell::integer(2)});
    content.table("logins", {{"id", "int64"}, {"name", "text"}});
    content.row({Cell::integer(1), text("ann")});
    const RowCondition users = RowCondition::valuesAmong({"id"}, {{Value(Cell::integer(7))}});
    const RowCondition docs = matching("owner", 1, "id", users);
    auto& tables = content.catalog.tables;
    tables[0].ownership = {RowCondition::nothing(), RowCondition::everything()};
    tables[1].ownership = {users, RowCondition::nothing()};
    tables[2].ownership = {docs, RowCondition::nothing()};
    tables[3].ownership = {matching("doc", 2, "id", docs), RowCondition::nothing()};
    tables[4].ownership = {matching("name", 1, "name", users), RowCondition::nothing()};
    for (Table& table : tables) table.partial = true;
    content.catalog.chosenUsers =
        ChosenUsers{1, {"id"}, {"name"}, {{Value(Cell::integer(7)), Value(text("ann"))}}};
    return content;
}

constexpr const char* tables = R"(
    CREATE TABLE Plans(id INTEGER PRIMARY KEY, title TEXT);
    CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT UNIQUE, plan INTEGER REFERENCES plans(id));
    CREATE TABLE docs(id INTEGER PRIMARY KEY AUTOINCREMENT, Owner INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE, body TEXT);
    CREATE TABLE pages(id INTEGER PRIMARY KEY, doc INTEGER NOT NULL REFERENCES docs(id) ON DELETE CASCADE);
    CREATE TABLE logins(id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE log(line TEXT);
    CREATE TRIGGER stamp AFTER DELETE ON docs BEGIN INSERT INTO log VALUES ('gone ' || old.id); END;
    INSERT INTO plans VALUES (1, 'renamed'), (2, 'other');)";

struct Server {
    explicit Server(const std::string& rows) { make(to, tables + rows); }
    Folder folder;
    std::string to = folder.file("to.db");
    RecordingContext context;

    [[nodiscard]] SqliteSink::Options options() const {
        SqliteSink::Options made = sinkOptions(to);
        made.mode = sql::LoadMode::users;
        return made;
    }
    std::string load(const Content& content) { return move(content, options(), context); }
    [[nodiscard]] std::string rows(const std::string& table, const std::string& columns) const {
        return query(to, "SELECT " + columns + " FROM " + table + " ORDER BY id");
    }
    void checkAnn() const {
        CHECK(rows("users", "id || name || ifnull(plan, '-')") == "7ann1 8bob-");
        CHECK(rows("docs", "id || '/' || owner || body") == "1/7one 2/7two 5/8bobs");
        CHECK(rows("pages", "id || '/' || doc") == "1/2 9/5");
        CHECK(rows("logins", "id || name") == "1ann 4bob");
        CHECK(rows("plans", "id || title") == "1renamed 2other");
        CHECK(query(to, "SELECT count(*) FROM log") == "0");
    }
};

constexpr const char* bob =
    R"(INSERT INTO users VALUES (8, 'bob', NULL); INSERT INTO docs VALUES (5, 8, 'bobs');
    INSERT INTO pages VALUES (9, 5); INSERT INTO logins VALUES (4, 'bob');)";

}  // namespace

TEST_CASE("users' rows take the place of those they have, and nobody else's are touched") {
    Server server(
        std::string(bob) +
        R"(INSERT INTO users VALUES (7, 'ann', 2); INSERT INTO docs VALUES (1, 7, 'changed'), (6, 7, 'since');
        INSERT INTO pages VALUES (3, 6); INSERT INTO logins VALUES (2, 'ann');)");
    SqliteSink sink(server.options());
    const Acceptance acceptance = run(sink, ann(), server.context);
    CHECK(acceptance.destroys ==
          Texts{"table users: 1 row of the users that come", "table docs: 2 rows of the users that come",
                "table pages: 1 row of the users that come", "table logins: 1 row of the users that come"});
    CHECK(acceptance.refusals.empty());
    server.checkAnn();
    auto summary = sink.summary();
    CHECK(std::ranges::find(summary, std::pair<std::string, std::string>{"rows", "5"}) != summary.end());
    CHECK(std::ranges::find(summary, std::pair<std::string, std::string>{"rows there already", "1"}) !=
          summary.end());
    CHECK(std::ranges::find(summary, std::pair<std::string, std::string>{"rows removed", "5"}) !=
          summary.end());
    make(server.to, "INSERT INTO docs(owner) VALUES (8)");
    CHECK(query(server.to, "SELECT max(id) FROM docs") == "7");
}

TEST_CASE("rows are found although the user is gone, was renamed, or a table between is empty") {
    SECTION("gone, without the cascades") {
        Server server(
            std::string(bob) +
            "INSERT INTO docs VALUES (1, 7, 'left'), (6, 7, 'left'); INSERT INTO pages VALUES (1, 6); INSERT "
            "INTO logins VALUES (1, 'ann');");
        REQUIRE(server.load(ann()) == "");
        server.checkAnn();
    }
    SECTION("renamed, of an earlier name") {
        Content content = ann();
        content.catalog.chosenUsers->names.clear();
        content.catalog.tables[4].ownership->chosen.targetColumns = {"name"};
        content.catalog.chosenUsers->names = {"name"};
        Server server(std::string(bob) +
                      "INSERT INTO users VALUES (7, NULL, 2); INSERT INTO logins VALUES (1, 'ann');");
        REQUIRE(server.load(content) == "");
        server.checkAnn();
    }
    SECTION("pages of a document that is gone and comes back") {
        Server server(std::string(bob) +
                      "INSERT INTO users VALUES (7, 'ann', 2); INSERT INTO pages VALUES (1, 2), (3, 2);");
        REQUIRE(server.load(ann()) == "");
        server.checkAnn();
    }
}

TEST_CASE("a reference that dangled before is left, one that the load leaves dangling is not") {
    Server server(
        std::string(bob) +
        "INSERT INTO users VALUES (7, 'ann', 2); INSERT INTO docs VALUES (6, 7, 'since'); INSERT INTO pages "
        "VALUES (77, 4711);");
    REQUIRE(server.load(ann()) == "");
    CHECK(query(server.to, "SELECT doc FROM pages WHERE id = 77") == "4711");
    // a table of bob's that refers to a document that goes
    make(server.to,
         R"(CREATE TABLE likes(id INTEGER PRIMARY KEY, doc INTEGER REFERENCES docs(id) ON DELETE SET NULL);
        INSERT INTO docs VALUES (6, 7, 'since'); INSERT INTO likes VALUES (1, 6), (2, 1);)");
    const std::string before = contentOf(server.to);
    CHECK(server.load(ann()) ==
          "table 'likes': 1 row refers by doc to rows of table 'docs' that are not there (id = 1) any more: "
          "table "
          "'likes' does not come | 'on-orphans: apply' does to those rows what their foreign key says (ON "
          "DELETE "
          "SET NULL), 'on-orphans: keep' leaves them as they are");
    CHECK(contentOf(server.to) == before);
    SqliteSink::Options options = server.options();
    options.onOrphans = OnOrphans::apply;
    REQUIRE(move(ann(), options, server.context) == "");
    CHECK(query(server.to, "SELECT id || ifnull(doc, '-') FROM likes ORDER BY id") == "1- 21");
}

TEST_CASE("keys and unique values that are somebody else's end the run") {
    Server server(std::string(bob) + "INSERT INTO users VALUES (7, 'ann', 2);");
    make(server.to, "INSERT INTO docs VALUES (2, 8, 'bobs, too'); INSERT INTO logins VALUES (1, 'bob')");
    const std::string before = contentOf(server.to);
    CHECK(server.load(ann()).find("table docs: 1 row that comes has the primary key of a row that is not "
                                  "theirs in the target (id = 2) | ") == 0);
    make(server.to, "UPDATE docs SET id = 12 WHERE id = 2");
    CHECK(server.load(ann()).find("table logins: 1 row that comes has the primary key of a row that is not "
                                  "theirs in the target (id = 1)") == 0);
    make(server.to, "UPDATE docs SET id = 2 WHERE id = 12");
    CHECK(contentOf(server.to).size() == before.size());
    Content other = ann();
    other.rows[1][0][1] = text("bob");
    other.catalog.chosenUsers->names.clear();
    const std::string failed = server.load(other);
    CHECK(failed.find("UNIQUE constraint failed: users.name") != std::string::npos);
    CHECK(query(server.to, "SELECT name FROM users WHERE id = 7") == "ann");
}

TEST_CASE("a dry run of a users' load says what a run would, and changes nothing") {
    Server server(std::string(bob) + "INSERT INTO docs VALUES (2, 8, 'bobs, too');");
    const std::string before = contentOf(server.to);
    server.context.dry = true;
    SqliteSink sink(server.options());
    CHECK(writeErrorOf([&] {
              run(sink, ann(), server.context, Until::prepared);
          }).find("table docs: 1 row that comes") == 0);
    CHECK(contentOf(server.to) == before);
}

TEST_CASE("free numbers lie behind all that a column has and has given out") {
    Folder folder;
    RecordingContext context;
    const std::string path = folder.file("numbers.db");
    const auto free = [&](const std::string& table, const std::string& column) {
        Table wanted;
        wanted.name = table;
        SqliteSink sink(sinkOptions(path));
        return sink.firstFree(wanted, column, context);
    };
    CHECK(free("a", "id") == 1);
    make(
        path,
        R"(CREATE TABLE A(Id INTEGER PRIMARY KEY AUTOINCREMENT, other INTEGER); INSERT INTO a VALUES (3, 40), (9, -5); DELETE FROM a WHERE id = 9;
        CREATE TABLE b(id INTEGER PRIMARY KEY, x); INSERT INTO b VALUES (-4, 'z'), (-3, 2.5);
        CREATE TABLE full(id INTEGER PRIMARY KEY); INSERT INTO full VALUES (9223372036854775807);)");
    CHECK(free("a", "id") == 10);
    CHECK(free("a", "other") == 41);
    CHECK(free("a", "missing") == 1);
    CHECK(free("b", "ID") == 1);
    CHECK(free("b", "x") == 3);
    CHECK(free("c", "id") == 1);
    CHECK_THROWS_WITH(free("full", "id"), "table 'full', column 'id': no number is free behind the highest");
}
