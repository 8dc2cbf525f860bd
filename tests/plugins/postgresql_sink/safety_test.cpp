// What a load must not do: wait without end, change anything when it fails or rehearses, run what is hidden
// in an archive, or lose track of its commit.
#include <catch2/catch.hpp>
#include <string>

#include "lib/sql/postgresql/native_statement.hpp"
#include "lib/sql/postgresql/transaction_record.hpp"
#include "plugins/postgresql_sink/cut_connection.hpp"
#include "plugins/postgresql_sink/restored.hpp"

using namespace roost;
using namespace roost::test;

namespace {

constexpr const char* application =
    "CREATE TABLE users (id serial PRIMARY KEY, name varchar(5) UNIQUE, boss int REFERENCES users, at "
    "timestamptz DEFAULT now());"
    "CREATE TABLE keys (id int PRIMARY KEY, user_id int REFERENCES users ON DELETE CASCADE);"
    "CREATE TABLE outside (id int PRIMARY KEY, user_id int REFERENCES users ON DELETE CASCADE);"
    "INSERT INTO users (name) VALUES ('old'); INSERT INTO keys VALUES (1, 1); INSERT INTO outside VALUES (1, "
    "1);";

Content backup(std::string_view name = "new") {
    Content content;
    content.add("users", {{"id", "int64"}, {"name", "text"}, {"boss", "int64"}},
                {{number(1), text(name), number(2)}, {number(2), text("b"), Cell::null()}});
    content.add("keys", {{"id", "int64"}, {"user_id", "int64"}}, {{number(5), number(2)}});
    return content;
}

std::string failureOfDryRun(const Content& content, const SinkOptions& options) {
    try {
        static_cast<void>(restore(content, options, true));
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

/// A sink that is ready to commit.
struct Prepared {
    explicit Prepared(const ScratchDatabase& database) : sink(into(database)) {
        const Acceptance acceptance = sink.accept(content.catalog, context);
        REQUIRE(acceptance.refusals.empty());
        sink.begin(content.catalog, context);
        for (std::size_t t = 0; t < content.rows.size(); ++t) {
            auto batch =
                std::make_shared<Batch>(static_cast<TableId>(t), content.catalog.tables[t].columns.size());
            for (const Content::Row& row : content.rows[t]) std::ranges::copy(row, batch->addRow().begin());
            Item begin = TableBegin{static_cast<TableId>(t)};
            Item rows = BatchPtr(std::move(batch));
            Item end = TableEnd{static_cast<TableId>(t), content.rows[t].size()};
            for (Item* item : {&begin, &rows, &end}) sink.write(*item);
        }
        sink.prepare();
    }

    testing::RecordingContext context;
    Content content = backup();
    postgresql::PostgresqlSink sink;
};

}  // namespace

TEST_CASE("a rehearsal finds what the load would, and changes nothing") {
    const ScratchDatabase database(application);
    const std::string before = dump(database);
    const Restored restored = restore(backup(), into(database), true);
    CHECK(restored.acceptance.rehearses);
    CHECK(restored.journal.empty());
    CHECK(dump(database) == before);
    CHECK(failureOfDryRun(backup("toolong"), into(database)) ==
          "table users, row id=1: column 'name' cannot hold 'toolong': it has 7 characters, more than "
          "character "
          "varying(5) takes");
    CHECK(
        failureOfDryRun(backup("b"), into(database)).find("duplicate key value violates unique constraint") !=
        std::string::npos);
    Content orphans = backup();
    orphans.rows[1][0][1] = number(77);
    CHECK(failureOfDryRun(orphans, into(database)) ==
          "foreign key 'keys_user_id_fkey' of table keys would not hold: 1 row refers to rows of table users "
          "that do "
          "not exist: id=5 (user_id=77)");
    Content others = backup();
    others.rows[0][0][0] = number(3);
    CHECK(failureOfDryRun(others, into(database)) ==
          "foreign key 'outside_user_id_fkey' of table outside would not hold: 1 row refers to rows of table "
          "users "
          "that do not exist: id=1 (user_id=1)");
    SinkOptions merging = into(database);
    merging.mode = sql::LoadMode::merge;
    CHECK(failureOfDryRun(backup(), merging).empty());
    CHECK(dump(database) == before);
}

TEST_CASE("a rehearsal waits for nobody") {
    const ScratchDatabase database(application);
    Session busy(database.name());
    busy.run("BEGIN; UPDATE users SET name = 'x'");
    CHECK(failureOfDryRun(backup(), into(database)).empty());
    busy.run("ROLLBACK");
}

TEST_CASE("a rehearsal makes tables that are missing, and takes them back") {
    const ScratchDatabase original(application);
    const ScratchDatabase target;
    const std::string before = dump(target);
    CHECK(copyDatabase(original, into(target), true).acceptance.rehearses);
    CHECK(dump(target) == before);
}

TEST_CASE("without the right to make a schema a dry run says that it checks less") {
    const ScratchDatabase database;
    const ScratchRole role(database, "owner", "");
    database.run("GRANT ALL ON SCHEMA public TO " + role.name() + "; SET ROLE " + role.name() + ";" +
                 application);
    SinkOptions options = into(database.url() + " user=" + role.name());
    const Restored restored = restore(backup(), options, true);
    CHECK_FALSE(restored.acceptance.rehearses);
    CHECK(restored.warned("the values are not checked against the target's types and keys in this dry run"));
    static_cast<void>(restore(backup(), options));
    CHECK(table(database, "SELECT name FROM users ORDER BY id") == "new\nb");
}

TEST_CASE("who does not own a table is told who does") {
    const ScratchDatabase database(application);
    const ScratchRole role(database, "guest", "");
    database.run("GRANT ALL ON ALL TABLES IN SCHEMA public TO " + role.name());
    const std::string failure = failureOf(backup(), into(database.url() + " user=" + role.name()));
    CHECK(failure.find("table users belongs to role 'roost', and '" + role.name() +
                       "' may not replace its rows: connect as 'roost' or as a superuser") !=
          std::string::npos);
}

TEST_CASE("a table that is in use is waited for as long as lock-timeout, and its user is named") {
    const ScratchDatabase database(application);
    Session busy(database.name(), "application_name=aviary");
    busy.run("BEGIN; SELECT * FROM users");
    SinkOptions options = into(database);
    options.lockTimeout = 300;
    const std::string pid = busy.value("SELECT pg_backend_pid()");
    CHECK(failureOf(backup(), options)
              .find("within lock-timeout: table users is in use by session " + pid +
                    " of user 'roost' (aviary), idle in transaction") != std::string::npos);
    busy.run("ROLLBACK");
    CHECK(table(database, "SELECT name FROM users") == "old");
}

TEST_CASE("the plan, too, names who holds a table that it has to wait for") {
    const ScratchDatabase database(application);
    Session busy(database.name(), "application_name=vacuum");
    busy.run("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE");
    const std::string pid = busy.value("SELECT pg_backend_pid()");
    SinkOptions options = into(database);
    options.lockTimeout = 300;
    const std::string failure = failureOf(backup(), options);
    CHECK(failure.find("table users is in use by session " + pid +
                       " of user 'roost' (vacuum), idle in transaction") != std::string::npos);
}

TEST_CASE("nothing is seen before the commit, and nothing is left of a load that is broken off") {
    const ScratchDatabase database(application);
    const std::string before = dump(database);
    Prepared prepared(database);
    prepared.sink.abort();
    CHECK(dump(database) == before);
}

TEST_CASE("the journal tells whether the transaction was committed, without a secret") {
    const ScratchDatabase database(application);
    Prepared committed(database);
    REQUIRE(committed.context.journalRecords.size() == 1);
    const std::string record = committed.context.journalRecords.front();
    CHECK(record.find("password") == std::string::npos);
    committed.sink.commit();
    CHECK(postgresql::PostgresqlSink::decision(record, committed.context) == Decision::committed);
    CHECK(postgresql::PostgresqlSink::recover(record, Decision::committed, committed.context)
              .ends_with(": the restore had been committed"));

    Prepared undone(database);
    const std::string other = undone.context.journalRecords.front();
    undone.sink.abort();
    CHECK(postgresql::PostgresqlSink::decision(other, undone.context) == Decision::undone);

    const ScratchDatabase elsewhere;
    std::string moved = record;
    moved.replace(moved.find("\"dbname\":\"") + 10, database.name().size(), elsewhere.name());
    CHECK_THROWS_WITH(postgresql::PostgresqlSink::decision(moved, undone.context),
                      Catch::Contains("is not the one that the interrupted run wrote to"));
    CHECK_THROWS_WITH(postgresql::PostgresqlSink::decision("{}", undone.context),
                      Catch::Contains("can't be read"));
}

TEST_CASE("a session that is ended before it commits has changed nothing") {
    const ScratchDatabase database(application);
    const std::string before = dump(database);
    Prepared prepared(database);
    Session("postgres")
        .run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + database.name() +
             "' AND application_name = 'roost'");
    CHECK_THROWS_WITH(prepared.sink.commit(),
                      Catch::Contains("broke before it had committed: the transaction was rolled back"));
    CHECK(dump(database) == before);
}

TEST_CASE("a commit whose answer is lost is found to have happened") {
    const ScratchDatabase database(application);
    CutConnection cut;
    SinkOptions options = into(database.url() + " host=" + cut.folder());
    CHECK(restore(backup(), options).summary.front().second == "3");
    CHECK(table(database, "SELECT name FROM users ORDER BY id") == "new\nb");
}

TEST_CASE("SQL of an archive is run only where it is what it says it is") {
    using sql::postgresql::statementsFor;
    const auto refused = [](const std::string& type, const std::string& sql) {
        NativeObject object{type, "", "thing", type == "view" || type == "enum" ? "" : "t", sql, {}};
        CHECK_THROWS_WITH(statementsFor(object), Catch::Contains("is not run"));
    };
    refused("view", "DROP TABLE users");
    refused("view", "CREATE VIEW public.thing AS SELECT 1; DROP TABLE users");
    refused("view", "CREATE VIEW public.thing AS SELECT 1 /* ; ");
    refused("view", "CREATE OR REPLACE VIEW public.thing AS SELECT 1");
    refused("view", "CREATE VIEW public.users AS SELECT 1");
    refused("enum", "CREATE TABLE public.thing (a int)");
    refused("index", "CREATE INDEX thing ON public.users (id)");
    refused("constraint", "ALTER TABLE public.users ADD CONSTRAINT x CHECK (true)");
    refused("constraint", "ALTER TABLE public.t ADD CONSTRAINT x CHECK (true), OWNER TO guest");
    refused("row security", "ALTER TABLE public.t DISABLE ROW LEVEL SECURITY");
    refused("trigger", "CREATE TRIGGER thing BEFORE INSERT ON public.users EXECUTE FUNCTION f()");
    refused("trigger",
            "CREATE TRIGGER thing BEFORE INSERT ON public.t EXECUTE FUNCTION f(); DELETE FROM users");
    refused("sequence", "CREATE SEQUENCE public.thing; SELECT pg_catalog.setval('public.other', 5, true)");
    refused("sequence", "CREATE SEQUENCE public.thing; SELECT pg_read_file('/etc/passwd')");
    refused("partition", "CREATE TABLE public.thing AS SELECT 1");
    refused("function", "DO $$ BEGIN END $$");
    refused("event trigger", "CREATE EVENT TRIGGER thing ON ddl_command_start EXECUTE FUNCTION f()");
    Table table;
    table.name = "thing";
    table.nativeSql = "CREATE TABLE \"public\".\"thing\" (a) AS SELECT pg_read_file('/etc/passwd')";
    CHECK_THROWS_WITH(sql::postgresql::createTableStatement(table),
                      Catch::Contains("is no CREATE TABLE of it"));
    CHECK(statementsFor(
              {"view", "", "a;b", "", "CREATE VIEW public.\"a;b\" AS SELECT ';--' AS x, $a$;$a$;", {}}) ==
          std::vector<std::string>{"CREATE VIEW public.\"a;b\" AS SELECT ';--' AS x, $a$;$a$"});
}

TEST_CASE("a second statement that hides in an archive is never run") {
    const ScratchDatabase database("CREATE TABLE users (id int)");
    Content content("postgresql");
    Table& made = content.add("thing", {{"a", "int64"}}, {});
    made.columns[0].nativeType = "int); DROP TABLE users; --";
    CHECK_FALSE(failureOf(content, into(database)).empty());
    made.columns[0].nativeType = "int";
    content.catalog.objects = {
        {"function",
         "",
         "f()",
         "",
         "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP TABLE users",
         {}}};
    CHECK(failureOf(content, into(database)).find("cannot insert multiple commands") != std::string::npos);
    CHECK(table(database, "SELECT count(*) FROM users") == "0");
    CHECK(table(database, "SELECT count(*) FROM pg_class WHERE relname = 'thing'") == "0");
}

TEST_CASE("a view that nobody can make is set aside; its data come all the same") {
    ScratchDatabase original(
        "CREATE TABLE t (id int); INSERT INTO t VALUES (1); CREATE OPERATOR <<>> (LEFTARG = int, RIGHTARG = "
        "int, "
        "FUNCTION = int4eq); CREATE VIEW v AS SELECT id <<>> 1 AS x FROM t; CREATE VIEW w AS SELECT * FROM "
        "v;");
    const ScratchDatabase target;
    const Restored restored = copyDatabase(original, into(target));
    REQUIRE(restored.asides.size() == 2);
    CHECK(restored.asides[0].first == "view 'v'");
    CHECK(restored.asides[0].second.starts_with(
        "could not be made in the target and is left out: operator does not"));
    CHECK(table(target, "SELECT * FROM t") == "1");
}

TEST_CASE("an interruption ends a load") {
    const ScratchDatabase database(application);
    const std::string before = dump(database);
    testing::RecordingContext context;
    const Content content = backup();
    postgresql::PostgresqlSink sink(into(database));
    static_cast<void>(sink.accept(content.catalog, context));
    sink.begin(content.catalog, context);
    context.stop.request_stop();
    CHECK_THROWS_AS(sink.prepare(), Interrupted);
    sink.abort();
    CHECK(dump(database) == before);
}
