// LoadMode::users, and the numbers that are free.
#include <catch2/catch.hpp>
#include <string>

#include "plugins/postgresql_sink/restored.hpp"

using namespace roost;
using namespace roost::test;

namespace {

using Texts = std::vector<std::string>;

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

/// User 7, her two documents and a page, and a plan that is nobody's; children come first.
Content ann() {
    Content content;
    content.add("pages", {{"doc", "int64"}, {"number", "int64"}}, {{number(2), number(1)}});
    content.add("docs", {{"id", "int64"}, {"owner", "int64"}, {"body", "text"}},
                {{number(1), number(7), text("one")}, {number(2), number(7), text("two")}});
    content.add("users", {{"id", "int64"}, {"name", "text"}, {"plan", "int64"}},
                {{number(7), text("ann"), number(1)}});
    content.add("plans", {{"id", "int64"}, {"title", "text"}}, {{number(1), text("free")}});
    auto& tables = content.catalog.tables;
    tables[2].foreignKeys = {{"", {"plan"}, "", "plans", {"id"}}};
    const RowCondition users = RowCondition::valuesAmong({"id"}, {{Value(number(7))}});
    const RowCondition docs = matching("owner", 2, "id", users);
    tables[0].ownership = {matching("doc", 1, "id", docs), RowCondition::nothing()};
    tables[1].ownership = {docs, RowCondition::nothing()};
    tables[2].ownership = {users, RowCondition::nothing()};
    tables[3].ownership = {RowCondition::nothing(), RowCondition::everything()};
    for (Table& table : tables) table.partial = true;
    content.catalog.chosenUsers = ChosenUsers{2, {"id"}, {"name"}, {{Value(number(7)), Value(text("ann"))}}};
    return content;
}

/// Pages have no key, and are kept in partitions; whatever watches or forbids is in the way.
constexpr const char* application = R"(
    CREATE TABLE plans (id int PRIMARY KEY, title text);
    CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE, plan int CONSTRAINT plan_key REFERENCES plans);
    CREATE TABLE docs (id serial PRIMARY KEY, owner bigint NOT NULL CONSTRAINT owner_key REFERENCES users ON DELETE CASCADE, body text);
    CREATE TABLE pages (doc int NOT NULL REFERENCES docs ON DELETE CASCADE, number int NOT NULL) PARTITION BY LIST (number);
    CREATE TABLE pages_1 PARTITION OF pages FOR VALUES IN (1);
    CREATE TABLE pages_rest PARTITION OF pages DEFAULT;
    CREATE TABLE likes (id int PRIMARY KEY, doc int CONSTRAINT like_key REFERENCES docs ON DELETE SET NULL);
    CREATE TABLE log (line text);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.log VALUES (TG_OP); RETURN NULL; END $$;
    CREATE TRIGGER watch AFTER INSERT OR DELETE ON docs FOR EACH ROW EXECUTE FUNCTION note();
    CREATE RULE keep AS ON DELETE TO docs DO INSTEAD NOTHING;
    ALTER TABLE docs ENABLE ROW LEVEL SECURITY; ALTER TABLE docs FORCE ROW LEVEL SECURITY;
    INSERT INTO plans VALUES (1, 'renamed'), (2, 'other');
    INSERT INTO users OVERRIDING SYSTEM VALUE VALUES (8, 'bob', NULL), (7, 'ann', 2);
    INSERT INTO docs VALUES (5, 8, 'bobs'), (1, 7, 'changed'), (6, 7, 'since'); SELECT setval('docs_id_seq', 20);
    INSERT INTO pages VALUES (5, 9), (6, 1), (6, 2), (6, 1);
    INSERT INTO likes VALUES (1, 5), (2, 1);
    TRUNCATE log;)";

SinkOptions users(const ScratchDatabase& database) {
    SinkOptions options = into(database);
    options.mode = sql::LoadMode::users;
    return options;
}

void checkAnn(const ScratchDatabase& database) {
    CHECK(table(database, "SELECT * FROM users ORDER BY id") == "7|ann|1\n8|bob|\\N");
    CHECK(table(database, "SELECT * FROM docs ORDER BY id") == "1|7|one\n2|7|two\n5|8|bobs");
    CHECK(table(database, "SELECT * FROM pages ORDER BY doc") == "2|1\n5|9");
    CHECK(table(database, "SELECT * FROM plans ORDER BY id") == "1|renamed\n2|other");
    CHECK(table(database, "SELECT count(*) FROM log") == "0");
}

}  // namespace

TEST_CASE("users' rows take the place of those they have, and nobody else's are touched") {
    const ScratchDatabase database(application);
    const std::string schema = dump(database, "--schema-only");
    const Restored restored = restore(ann(), users(database));
    CHECK(restored.acceptance.refusals.empty());
    CHECK(restored.acceptance.destroys == Texts{"table pages: 3 rows of the users that come",
                                                "table docs: 2 rows of the users that come",
                                                "table users: 1 row of the users that come"});
    checkAnn(database);
    CHECK(table(database, "SELECT * FROM likes ORDER BY id") == "1|5\n2|1");
    CHECK(dump(database, "--schema-only") == schema);
    CHECK(table(database, "SELECT bool_and(convalidated) FROM pg_constraint WHERE contype = 'f'") == "t");
    REQUIRE(restored.summary.size() == 5);
    CHECK(restored.summary.back().first == "verified");
    CHECK(restored.summary.back().second.find("4 rows read back") ==
          0);  // the plan that stayed is not compared
    CHECK(restored.summary[0] == std::pair<std::string, std::string>{"rows", "4"});
    CHECK(restored.summary[1] == std::pair<std::string, std::string>{"rows there already", "1"});
    CHECK(restored.summary[3] == std::pair<std::string, std::string>{"rows removed", "6"});
    CHECK(table(database, "SELECT nextval('docs_id_seq')") == "21");
    CHECK(table(database, "INSERT INTO users (name) VALUES ('new') RETURNING id") == "9");
}

TEST_CASE("a dry run of a users' load changes nothing, and finds what a run would refuse") {
    const ScratchDatabase database(application);
    const std::string before = dump(database);
    CHECK(restore(ann(), users(database), true).acceptance.refusals.empty());
    CHECK(dump(database) == before);
    database.run("UPDATE public.docs SET owner = 8 WHERE id = 1");
    const std::string taken = dump(database);
    CHECK_THROWS_WITH(restore(ann(), users(database), true),
                      "table docs: 1 row that comes has the primary key of a row that is not theirs in the "
                      "target (id = 1)");
    CHECK_THROWS_WITH(restore(ann(), users(database)),
                      "table docs: 1 row that comes has the primary key of a row that is not theirs in the "
                      "target (id = 1)");
    CHECK(dump(database) == taken);
}

TEST_CASE("others' rows that refer to what goes are refused, or get what their key says") {
    const ScratchDatabase database(application);
    database.run("INSERT INTO likes VALUES (3, 6)");
    const std::string before = dump(database);
    CHECK(
        failureOf(ann(), users(database)) ==
        "foreign key 'like_key' of table likes would not hold after the load: 1 row refers to rows of table "
        "docs that do not exist: id=3 (doc=6)");
    CHECK(dump(database) == before);
    SinkOptions options = users(database);
    options.onOrphans = postgresql::OnOrphans::apply;
    const Restored restored = restore(ann(), options);
    CHECK(restored.warned("foreign key 'like_key' of table likes: 1 row was set to null"));
    CHECK(table(database, "SELECT * FROM likes ORDER BY id") == "1|5\n2|1\n3|\\N");
    checkAnn(database);
}

TEST_CASE("clearing references of rows that come leaves those of others alone") {
    const ScratchDatabase database(application);
    database.run("UPDATE users SET plan = 2 WHERE id = 8");
    Content content = ann();
    content.rows[2][0][2] = number(99);
    content.rows[3].clear();
    CHECK(failureOf(content, users(database))
              .find("1 row refers to rows of table plans that do not exist: id=7 "
                    "(plan=99), and come so") != std::string::npos);
    SinkOptions options = users(database);
    options.onBadValue = sql::OnBadValue::null;
    static_cast<void>(restore(content, options));
    CHECK(table(database, "SELECT * FROM users ORDER BY id") == "7|ann|\\N\n8|bob|2");
}

TEST_CASE("free numbers lie behind all that a column has and its sequences have given out") {
    const ScratchDatabase database(R"(
        CREATE TABLE a (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, other bigint, name text);
        INSERT INTO a (other) VALUES (40), (2); DELETE FROM a WHERE id = 2;
        CREATE TABLE b (id serial, n smallint); CREATE TABLE c (id bigint); INSERT INTO c VALUES (9223372036854775807);
        CREATE SCHEMA app; CREATE TABLE app.a (id int); INSERT INTO app.a VALUES (70), (-3);)");
    roost::testing::RecordingContext context;
    const auto free = [&](const std::string& name, const std::string& column,
                          const std::string& schema = {}) {
        Table wanted;
        wanted.schema = schema;
        wanted.name = name;
        postgresql::PostgresqlSink sink(into(database));
        return sink.firstFree(wanted, column, context);
    };
    CHECK(free("a", "id") == 3);
    CHECK(free("a", "other") == 41);
    CHECK(free("a", "id", "app") == 71);
    CHECK(free("b", "id") == 1);
    CHECK(free("b", "n") == 1);
    CHECK(free("a", "missing") == 1);
    CHECK(free("missing", "id") == 1);
    CHECK_THROWS_WITH(free("a", "name"),
                      "table 'a', column 'name' is not one of whole numbers in the target");
    CHECK_THROWS_WITH(free("c", "id"), "table 'c', column 'id': no number is free behind the highest");
}
