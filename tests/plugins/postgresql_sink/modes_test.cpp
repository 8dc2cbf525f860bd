// What a load does with tables that exist, and with what stands around them.
#include <catch2/catch.hpp>
#include <string>

#include "plugins/postgresql_sink/restored.hpp"

using namespace roost;
using namespace roost::test;

namespace {

using sql::LoadMode;

constexpr const char* application = R"(
    CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL, boss int CONSTRAINT boss_key REFERENCES users);
    CREATE TABLE keys (id int PRIMARY KEY, user_id int NOT NULL CONSTRAINT owner_key REFERENCES users ON DELETE CASCADE);
    COMMENT ON CONSTRAINT owner_key ON keys IS 'it''s owned';
    CREATE TABLE migrations (id text PRIMARY KEY);
    INSERT INTO users VALUES (1, 'old', NULL), (2, 'older', 1); INSERT INTO keys VALUES (7, 1);
    INSERT INTO migrations VALUES ('now');)";

/// Children before parents, and a row that refers to a later one.
Content backup() {
    Content content;
    content.add("keys", {{"id", "int64"}, {"user_id", "int64"}}, {{number(10), number(3)}});
    content.add("users", {{"id", "int64"}, {"name", "text"}, {"boss", "int64"}},
                {{number(3), text("new"), number(4)}, {number(4), text("newer"), Cell::null()}});
    content.add("migrations", {{"id", "text"}}, {{text("then")}});
    return content;
}

Content users(std::vector<Content::Row> rows) {
    Content content;
    content.add("users", {{"id", "int64"}, {"name", "text"}}, std::move(rows));
    return content;
}

}  // namespace

TEST_CASE("replace brings the rows and leaves definitions, kept tables and constraints as they were") {
    const ScratchDatabase database(application);
    const std::string schema = dump(database, "--schema-only");
    SinkOptions options = into(database);
    options.keepTables = {"migr*"};
    Restored restored = restore(backup(), options);
    CHECK(restored.acceptance.destroys ==
          std::vector<std::string>{"table keys: 1 row", "table users: 2 rows"});
    CHECK(restored.acceptance.refusals.empty());
    CHECK(table(database, "SELECT * FROM users ORDER BY id") == "3|new|4\n4|newer|\\N");
    CHECK(table(database, "SELECT * FROM keys") == "10|3");
    CHECK(table(database, "SELECT * FROM migrations") == "now");
    CHECK(dump(database, "--schema-only") == schema);
    CHECK(table(database, "SELECT bool_and(convalidated) FROM pg_constraint WHERE contype = 'f'") == "t");
    REQUIRE(restored.summary.size() == 4);
    CHECK(restored.summary.back().first == "verified");
    restored.summary.pop_back();
    CHECK(restored.summary == std::vector<std::pair<std::string, std::string>>{
                                  {"rows", "3"}, {"tables replaced", "2"}, {"tables kept", "1"}});
}

TEST_CASE("rows that refer to nothing end the run, five of them by name") {
    const ScratchDatabase database(application);
    const std::string before = dump(database);
    Content content = backup();
    content.rows[0].clear();
    for (int i = 0; i < 7; ++i) content.rows[0].push_back({number(i), number(90 + i)});
    CHECK(failureOf(content, into(database)) ==
          "foreign key 'owner_key' of table keys cannot be put back: 7 rows refer to rows of table users "
          "that do not "
          "exist: id=0 (user_id=90), id=1 (user_id=91), id=2 (user_id=92), id=3 (user_id=93), id=4 "
          "(user_id=94) and 2 "
          "more");
    CHECK(dump(database) == before);
}

TEST_CASE("tables that do not come keep their rows, unless they would refer to nothing") {
    const ScratchDatabase database(std::string(application) + R"(
        CREATE TABLE jobs (id int PRIMARY KEY, user_id int DEFAULT 1 REFERENCES users ON DELETE CASCADE);
        CREATE TABLE notes (id int PRIMARY KEY, user_id int REFERENCES users ON DELETE SET NULL);
        CREATE TABLE logs (id int PRIMARY KEY, job int REFERENCES jobs ON DELETE CASCADE);
        INSERT INTO jobs VALUES (1, 1), (2, 2); INSERT INTO notes VALUES (1, 1), (2, 2); INSERT INTO logs VALUES (1, 1), (2, 2);)");
    SECTION("all parents come again") {
        static_cast<void>(restore(users({{number(1), text("a")}, {number(2), text("b")}}), [&] {
            SinkOptions options = into(database);
            options.onOrphans = postgresql::OnOrphans::apply;
            return options;
        }()));
        CHECK(table(database, "SELECT * FROM jobs ORDER BY id") == "1|1\n2|2");
        CHECK(table(database, "SELECT * FROM keys") == "7|1");
    }
    SECTION("by default their orphans are an error") {
        const std::string before = dump(database);
        CHECK(failureOf(users({{number(1), text("a")}}), into(database)) ==
              "foreign key 'jobs_user_id_fkey' of table jobs would not hold after the load: 1 row refers to "
              "rows of "
              "table users that do not exist: id=2 (user_id=2)");
        CHECK(dump(database) == before);
    }
    SECTION("on request ON DELETE is applied to exactly them") {
        SinkOptions options = into(database);
        options.onOrphans = postgresql::OnOrphans::apply;
        const Restored restored = restore(users({{number(1), text("a")}}), options);
        CHECK(table(database, "SELECT * FROM jobs") == "1|1");
        CHECK(table(database, "SELECT * FROM logs") == "1|1");
        CHECK(table(database, "SELECT * FROM notes ORDER BY id") == "1|1\n2|\\N");
        CHECK(restored.warned(
            "foreign key 'jobs_user_id_fkey' of table jobs: 1 row was deleted, since what they"));
        CHECK(restored.warned("foreign key 'notes_user_id_fkey' of table notes: 1 row was set to null"));
    }
}

TEST_CASE("drift of columns is refused by name, or gone along with") {
    const ScratchDatabase database(
        "CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL, extra int NOT NULL)");
    Content content;
    content.add("users", {{"id", "int64"}, {"name", "text"}, {"nick", "text"}}, {});
    CHECK(
        failureOf(content, into(database)) ==
        "table users of the target needs a value for column 'extra', which does not come and has no default; "
        "'on-schema-drift: warn' goes on without it\n"
        "table users of the target has no column 'nick'; 'on-schema-drift: warn' goes on without it");
    SinkOptions options = into(database);
    options.onSchemaDrift = sql::OnDrift::warn;
    const Restored restored = restore(content, options);
    CHECK(
        restored.acceptance.warnings ==
        std::vector<std::string>{"table users of the target needs a value for column 'extra', which does not "
                                 "come and has no default: rows will be refused by the database"});
    CHECK(restored.asides ==
          std::vector<std::pair<std::string, std::string>>{
              {"table users, column 'nick'", "its values are left out: the target has no such column"}});
}

TEST_CASE("merge updates by key, adds the rest and follows cycles of references") {
    const ScratchDatabase database(R"(
        CREATE TABLE a (id int PRIMARY KEY, b int, n int GENERATED ALWAYS AS IDENTITY, twice int GENERATED ALWAYS AS (id * 2) STORED);
        CREATE TABLE b (id int PRIMARY KEY, a int CONSTRAINT to_a REFERENCES a);
        ALTER TABLE a ADD CONSTRAINT to_b FOREIGN KEY (b) REFERENCES b;
        CREATE TABLE only_key (id int PRIMARY KEY);
        INSERT INTO a (id) VALUES (1), (2); INSERT INTO b VALUES (1, 1); UPDATE a SET b = 1 WHERE id = 1;
        CREATE RULE quiet AS ON INSERT TO a DO INSTEAD NOTHING;)");
    const std::string schema = dump(database, "--schema-only");
    Content content;
    content.add("a", {{"id", "int64"}, {"b", "int64"}, {"n", "int64"}},
                {{number(2), number(9), number(50)}, {number(3), number(9), number(51)}});
    content.add("b", {{"id", "int64"}, {"a", "int64"}}, {{number(9), number(3)}});
    content.add("only_key", {{"id", "int64"}}, {{number(4)}});
    SinkOptions options = into(database);
    options.mode = LoadMode::merge;
    static_cast<void>(restore(content, options));
    CHECK(table(database, "SELECT * FROM a ORDER BY id") == "1|1|1|2\n2|9|50|4\n3|9|51|6");
    CHECK(table(database, "SELECT * FROM b ORDER BY id") == "1|1\n9|3");
    CHECK(table(database, "SELECT * FROM only_key") == "4");
    CHECK(dump(database, "--schema-only") == schema);
    CHECK(table(database, "SELECT nextval('a_n_seq')") == "52");

    Content twice;
    twice.add("only_key", {{"id", "int64"}}, {{number(5)}});
    twice.catalog.tables[0].name = "none";
    CHECK(failureOf(twice, options) == "table none does not exist in the target; 'mode: auto' creates it");
}

TEST_CASE("add inserts what is not there and leaves what is") {
    const ScratchDatabase database(
        "CREATE TABLE a (id bigint PRIMARY KEY, name text UNIQUE, n bigint GENERATED ALWAYS AS IDENTITY);"
        "INSERT INTO a (id, name) VALUES (1, 'one'), (2, 'two')");
    Content content("postgresql");
    content.add("a", {{"id", "int64"}, {"name", "text"}},
                {{number(2), text("other")}, {number(3), text("three")}});
    Table& made = content.add("made", {{"id", "int64"}}, {{number(7)}});
    made.primaryKey = {"id"};
    made.columns[0].nativeType = "bigint";
    SinkOptions options = into(database);
    options.mode = LoadMode::add;
    options.verify = false;
    using Summary = std::vector<std::pair<std::string, std::string>>;
    CHECK(
        restore(content, options).summary ==
        Summary{{"rows", "2"}, {"rows there already", "1"}, {"tables created", "1"}, {"tables merged", "1"}});
    CHECK(table(database, "SELECT id, name FROM a ORDER BY id") == "1|one\n2|two\n3|three");
    CHECK(table(database, "SELECT * FROM made") == "7");
    CHECK(restore(content, options).summary ==
          Summary{{"rows", "0"}, {"rows there already", "3"}, {"tables merged", "2"}});
    CHECK(table(database, "SELECT id, name FROM a ORDER BY id") == "1|one\n2|two\n3|three");

    Content taken("postgresql");
    taken.add("a", {{"id", "int64"}, {"name", "text"}}, {{number(9), text("one")}});
    CHECK(failureOf(taken, options).find("Key (name)=(one) already exists") != std::string::npos);
    CHECK(dump(database, "--table=a --schema-only").find("GENERATED ALWAYS AS IDENTITY") !=
          std::string::npos);
    CHECK(table(database, "SELECT id, name FROM a ORDER BY id") == "1|one\n2|two\n3|three");
}

TEST_CASE("modes refuse what they are not for") {
    const ScratchDatabase database(application);
    SinkOptions options = into(database);
    options.mode = LoadMode::create;
    CHECK(failureOf(users({}), options)
              .starts_with("table users exists in the target; 'mode: replace' replaces"));
    Content content;
    content.add("missing", {{"id", "int64"}}, {});
    options.mode = LoadMode::automatic;
    CHECK(failureOf(content, options) ==
          "table missing would have to be made from sqlite's definitions: add '- plugin: schema-map' to the "
          "transforms");
    database.run("CREATE VIEW missing AS SELECT 1");
    content.catalog.dialect = "postgresql";
    CHECK(failureOf(content, options) == "table missing cannot be made: the target has a view of that name");
}

TEST_CASE("tables are made from a catalog's own words") {
    const ScratchDatabase database(application);
    Content content("postgresql");
    Table& made = content.add(
        "pets", {{"id", "int64"}, {"name", "text"}, {"owner", "int64"}, {"age", "int64"}, {"old", "boolean"}},
        {{number(4), text("Rex"), number(1), number(12), Cell::null()}});
    const char* types[] = {"bigint", "text", "integer", "smallint", "boolean"};
    for (std::size_t i = 0; i < made.columns.size(); ++i) made.columns[i].nativeType = types[i];
    made.columns[0].identity = Identity::byDefault;
    made.columns[0].nextValue = 9;
    made.columns[0].nullable = false;
    made.columns[1].defaultValue = "'nobody'";
    made.columns[4].generated = "age > 10";
    made.columns[4].generatedStored = true;
    made.primaryKey = {"id"};
    made.uniques = {{"pets_name", {"name", "owner"}}};
    made.checks = {{"aged", "age >= 0"}};
    made.indexes = {{"on_owner", false, {"owner"}, ""}};
    made.foreignKeys = {{"of", {"owner"}, "", "users", {"id"}, "NO ACTION", "CASCADE", true, false},
                        {"gone", {"age"}, "", "nowhere", {"id"}}};
    made.comment = "beasts";
    content.catalog.losses = {{"", "pets", "CHECK (age glob 'x') is left out", ""},
                              {"", "other", "not told", ""}};
    const Restored restored = restore(content, into(database));
    CHECK(restored.warned("table pets: CHECK (age glob 'x') is left out"));
    CHECK_FALSE(restored.warned("not told"));
    CHECK(restored.warned("foreign key 'gone' of table 'pets' (to 'nowhere')"));
    CHECK(table(database, "SELECT * FROM pets") == "4|Rex|1|12|t");
    CHECK(table(database, "INSERT INTO pets (owner) VALUES (2) RETURNING id, name") == "9|nobody");
    CHECK(
        table(
            database,
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'pets'::regclass "
            "ORDER BY conname") ==
        "aged|CHECK ((age >= 0))\nof|FOREIGN KEY (owner) REFERENCES users(id) ON DELETE CASCADE DEFERRABLE\n"
        "pets_name|UNIQUE (name, owner)\npets_pkey|PRIMARY KEY (id)");
    CHECK(table(database, "SELECT indexdef FROM pg_indexes WHERE indexname = 'on_owner'") ==
          "CREATE INDEX on_owner ON public.pets USING btree (owner)");
    CHECK(table(database, "SELECT obj_description('pets'::regclass)") == "beasts");
}

TEST_CASE("into a database with tables only what is missing is made, the rest is named") {
    ScratchDatabase original(std::string(application) + R"(
        CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TABLE feelings (id serial PRIMARY KEY, m mood);
        CREATE INDEX on_mood ON feelings (m); INSERT INTO feelings (m) VALUES ('b');
        CREATE VIEW everyone AS SELECT * FROM users;
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER felt BEFORE UPDATE ON feelings FOR EACH ROW EXECUTE FUNCTION f();)");
    const ScratchDatabase target(application);
    const Restored restored = copyDatabase(original, into(target));
    CHECK(restored.warned("the archive also holds what is not made here: view 'everyone'"));
    CHECK(table(target, "SELECT * FROM feelings") == "1|b");
    CHECK(table(target, "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal") == "felt");
    CHECK(table(target, "SELECT nextval('feelings_id_seq')") == "2");
    CHECK(table(target, "SELECT count(*) FROM pg_views WHERE viewname = 'everyone'") == "0");
}

TEST_CASE("triggers do not fire unless asked for, and are as they were afterwards") {
    const ScratchDatabase database(R"(
        CREATE TABLE users (id int PRIMARY KEY, name text);
        CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE NOTICE ''x''; NEW.name := upper(NEW.name); RETURN NEW; END';
        CREATE TRIGGER one BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION shout();
        CREATE TRIGGER "Two" BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION shout(); ALTER TABLE users ENABLE ALWAYS TRIGGER "Two";
        CREATE TRIGGER three BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION shout(); ALTER TABLE users DISABLE TRIGGER three;
        ALTER TABLE users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;)");
    const std::string states = table(database, "SELECT tgname, tgenabled FROM pg_trigger ORDER BY tgname");
    SinkOptions options = into(database);
    static_cast<void>(restore(users({{number(1), text("a")}}), options));
    CHECK(table(database, "SELECT name FROM users") == "a");
    CHECK(table(database, "SELECT tgname, tgenabled FROM pg_trigger ORDER BY tgname") == states);
    CHECK(table(database, "SELECT relforcerowsecurity FROM pg_class WHERE relname = 'users'") == "t");
    options.triggers = postgresql::Triggers::fire;
    std::vector<Content::Row> rows;
    for (int i = 0; i < 20'000; ++i) rows.push_back({number(i), text("a")});
    static_cast<void>(restore(users(rows), options));
    CHECK(table(database, "SELECT name, count(*) FROM users GROUP BY name") == "A|20000");
}

TEST_CASE("sequences end up past the rows and where the source's stood") {
    const ScratchDatabase database(R"(
        CREATE TABLE users (id serial PRIMARY KEY, name text, down int GENERATED BY DEFAULT AS IDENTITY (INCREMENT -3 START -1 MINVALUE -100 MAXVALUE -1),
          tiny smallint GENERATED ALWAYS AS IDENTITY (MAXVALUE 5), round smallint GENERATED ALWAYS AS IDENTITY (MAXVALUE 5 CYCLE));
        CREATE TABLE kept (id serial PRIMARY KEY); SELECT setval('kept_id_seq', 400); SELECT setval('users_id_seq', 9000);)");
    Content content;
    Table& t = content.add(
        "users",
        {{"id", "int64"}, {"name", "text"}, {"down", "int64"}, {"tiny", "int64"}, {"round", "int64"}},
        {{number(6), text("a"), number(-5), number(5), number(5)}});
    t.columns[0].nextValue = 30;
    const Restored restored = restore(content, into(database));
    CHECK(table(database,
                "SELECT nextval('users_id_seq'), nextval('users_down_seq'), nextval('users_round_seq'), "
                "nextval('kept_id_seq')") == "30|-7|1|401");
    CHECK(restored.warned("sequence users_tiny_seq is exhausted"));
    CHECK_THROWS(Session(database.name()).value("SELECT nextval('users_tiny_seq')"));
    t.columns[0].nextValue = 3;  // said less than the rows have
    static_cast<void>(restore(content, into(database)));
    CHECK(table(database, "SELECT nextval('users_id_seq')") == "7");
}

TEST_CASE("partitioned tables are loaded through their root, heirs are left alone") {
    const ScratchDatabase database(R"(
        CREATE TABLE parts (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
        CREATE TABLE low PARTITION OF parts FOR VALUES FROM (0) TO (10); CREATE TABLE high PARTITION OF parts DEFAULT;
        CREATE TABLE uses (id int PRIMARY KEY, part int REFERENCES parts);
        INSERT INTO parts VALUES (1, 'old'), (20, 'old'); INSERT INTO uses VALUES (1, 20);
        CREATE TABLE parent (x int); CREATE TABLE heir () INHERITS (parent); INSERT INTO heir VALUES (5); INSERT INTO parent VALUES (4);)");
    const std::string schema = dump(database, "--schema-only");
    Content content;
    content.add("parts", {{"id", "int64"}, {"v", "text"}}, {{number(3), text("a")}, {number(20), text("b")}});
    content.add("parent", {{"x", "int64"}}, {{number(1)}});
    static_cast<void>(restore(content, into(database)));
    CHECK(table(database, "SELECT tableoid::regclass, * FROM parts ORDER BY id") == "low|3|a\nhigh|20|b");
    CHECK(table(database, "SELECT * FROM ONLY parent") == "1");
    CHECK(table(database, "SELECT * FROM heir") == "5");
    CHECK(dump(database, "--schema-only") == schema);
}
