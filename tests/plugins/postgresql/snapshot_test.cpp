// One consistent state, whatever others do to the database meanwhile.
#include "lib/sql/postgresql/snapshot.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "plugins/postgresql/collected.hpp"
#include "plugins/postgresql/test_server.hpp"

using namespace roost;
using namespace roost::test;
using postgresql::PostgresqlSource;

namespace {

constexpr const char* manyRows =
    "CREATE TABLE big AS SELECT i, repeat('x', 200) AS pad FROM generate_series(1, 100000) i;";

struct Failure {
    std::string message;
    std::string hint;
};

Failure failureOf(const PostgresOptions& options) {
    QuietContext context;
    try {
        static_cast<void>(collect(options, context));
    } catch (const Error& error) {
        return {error.what(), error.hint()};
    }
    return {"no failure", ""};
}

/// The server's process that roost talks to.
std::string backendOf(const std::string& database) {
    Session admin("postgres");
    return admin.value("SELECT pid FROM pg_stat_activity WHERE application_name = 'roost' AND datname = '" +
                       database + "'");
}

std::uint64_t drain(PostgresqlSource& source) {
    Item item;
    std::uint64_t rows = 0;
    while (source.next(item))
        if (const auto* batch = std::get_if<BatchPtr>(&item)) rows += (*batch)->rows();
    return rows;
}

/// Waits until a session of that database waits for a lock.
void awaitLockWait(const std::string& database) {
    Session admin("postgres");
    for (int i = 0; i < 500; ++i) {
        if (admin.value(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = '" +
                database + "'") != "0")
            return;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    FAIL("nobody waits for a lock");
}

}  // namespace

TEST_CASE("what is written after the catalog was read is not seen, in any table") {
    ScratchDatabase database(
        "CREATE TABLE a (i int); CREATE TABLE b (i int); INSERT INTO a VALUES (1); INSERT INTO b VALUES (1)");
    QuietContext context;
    PostgresqlSource source(optionsFor(database.url()));
    static_cast<void>(source.catalog(context));
    database.run(
        "INSERT INTO a VALUES (2); INSERT INTO b VALUES (2); DELETE FROM b WHERE i = 1; CREATE TABLE c (i "
        "int)");
    CHECK(drain(source) == 2);
}

TEST_CASE("a writer that keeps two tables in step is seen in step") {
    ScratchDatabase database("CREATE TABLE a (i int); CREATE TABLE b (i int);");
    std::atomic<bool> done{false};
    std::jthread writer([&] {
        Session session(database.name());
        for (int i = 0; !done; ++i)
            session.run("BEGIN; INSERT INTO a VALUES (" + std::to_string(i) + "); INSERT INTO b VALUES (" +
                        std::to_string(i) + "); COMMIT");
    });
    for (int round = 0; round < 20; ++round) {
        const Collected read = collect(database.url());
        CHECK(read.rows("a").size() == read.rows("b").size());
    }
    done = true;
}

TEST_CASE("a table can't be dropped or altered while it is read, and can be afterwards") {
    ScratchDatabase database(
        "CREATE TABLE a (i int); INSERT INTO a VALUES (1); CREATE TABLE b (i int); INSERT INTO b VALUES (2)");
    QuietContext context;
    PostgresqlSource source(optionsFor(database.url()));
    static_cast<void>(source.catalog(context));
    Session other(database.name());
    other.run("SET lock_timeout = '100ms'");
    CHECK_THROWS_WITH(other.run("DROP TABLE b"), Catch::Contains("lock timeout"));
    CHECK_THROWS_WITH(other.run("TRUNCATE b"), Catch::Contains("lock timeout"));
    CHECK_THROWS_WITH(other.run("ALTER TABLE a ADD COLUMN j int"), Catch::Contains("lock timeout"));
    CHECK(drain(source) == 2);
    other.run("DROP TABLE b");  // the source let go by itself at its end
}

TEST_CASE("a table that is dropped while its lock is waited for is not in the backup") {
    ScratchDatabase database("CREATE TABLE kept (i int); CREATE TABLE lost (i int)");
    Session other(database.name());
    other.run("BEGIN; DROP TABLE lost");
    Collected read;
    std::jthread reader([&] { read = collect(database.url()); });
    awaitLockWait(database.name());
    other.run("COMMIT");
    reader.join();
    CHECK(read.order == std::vector<std::string>{"kept"});

    Session again(database.name());
    again.run("BEGIN; DROP TABLE kept");
    PostgresOptions options = optionsFor(database.url());
    options.tables = {"kept"};
    Failure failure;
    std::jthread named([&] { failure = failureOf(options); });
    awaitLockWait(database.name());
    again.run("COMMIT");
    named.join();
    CHECK(failure.message == "database '" + database.name() + "' has no table 'kept'");
}

TEST_CASE("a table that is altered while its lock is waited for is read as it is afterwards") {
    ScratchDatabase database("CREATE TABLE t (i int); INSERT INTO t VALUES (1)");
    Session other(database.name());
    other.run(
        "BEGIN; ALTER TABLE t ALTER COLUMN i TYPE text USING i || ' changed'; ALTER TABLE t ADD COLUMN j int "
        "DEFAULT 7; CREATE TABLE new (i int)");
    Collected read;
    std::jthread reader([&] { read = collect(database.url()); });
    awaitLockWait(database.name());
    other.run("COMMIT");
    reader.join();
    CHECK(read.only("t", "i").text() == "1 changed");
    CHECK(read.only("t", "j").integer() == 7);
    CHECK(read.order == std::vector<std::string>{"new", "t"});
}

TEST_CASE("a table that another session holds is named once lock-timeout is over") {
    ScratchDatabase database("CREATE TABLE free (i int); CREATE TABLE held (i int)");
    Session other(database.name());
    other.run("BEGIN; LOCK TABLE held IN ACCESS EXCLUSIVE MODE");
    PostgresOptions options = optionsFor(database.url());
    options.lockTimeout = 200;
    const Failure failure = failureOf(options);
    CHECK(failure.message.starts_with("another session holds table 'held' of database '" + database.name() +
                                      "' "));
    CHECK(failure.message.ends_with(" exclusively for longer than lock-timeout"));
    CHECK(failure.hint == "another session holds the table: run again later, or raise lock-timeout");
}

TEST_CASE("waiting for a lock ends at once when interrupted, with signs of life until then") {
    ScratchDatabase database("CREATE TABLE held (i int)");
    Session other(database.name());
    other.run("BEGIN; LOCK TABLE held IN ACCESS EXCLUSIVE MODE");
    QuietContext context;
    std::jthread stopper([&] {
        awaitLockWait(database.name());
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
        context.stop();
    });
    CHECK_THROWS_AS(collect(optionsFor(database.url()), context), Interrupted);
    CHECK(context.signsOfLife() >= 2);
    stopper.join();
    Session admin("postgres");
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    CHECK(
        admin.value("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'roost' AND datname = '" +
                    database.name() + "'") == "0");
}

TEST_CASE("a query that takes long is cancelled at the server when interrupted") {
    ScratchDatabase database(
        "CREATE FUNCTION slow(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM pg_sleep(60); "
        "RETURN 1; END $$;"
        "CREATE TYPE t AS (a int); CREATE TABLE sleepy (i int); INSERT INTO sleepy VALUES (1);"
        "CREATE TABLE p (i int) PARTITION BY LIST (i)");
    QuietContext context;
    const auto connection = sql::postgresql::Connection::open(
        sql::postgresql::ConnectionSettings::from(Location::parse(database.url())), context);
    const std::string pid = connection->query("SELECT pg_backend_pid()", "ask").string(0, 0);
    std::jthread stopper([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        context.stop();
    });
    const auto begin = std::chrono::steady_clock::now();
    CHECK_THROWS_AS(connection->query("SELECT public.slow(i) FROM public.sleepy", "wait"), Interrupted);
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
    Session admin("postgres");
    for (int i = 0;
         i < 100 && admin.value("SELECT coalesce(max(state), 'gone') FROM pg_stat_activity WHERE pid = " +
                                pid) == "active";
         ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    CHECK(admin.value("SELECT coalesce(max(state), 'gone') FROM pg_stat_activity WHERE pid = " + pid) !=
          "active");
}

TEST_CASE("a source that is given up in the middle of a table ends its query") {
    ScratchDatabase database(manyRows);
    QuietContext context;
    std::string pid;
    {
        PostgresqlSource source(optionsFor(database.url()));
        static_cast<void>(source.catalog(context));
        Item item;
        REQUIRE(source.next(item));
        REQUIRE(source.next(item));
        pid = backendOf(database.name());
    }
    Session admin("postgres");
    for (int i = 0; i < 100 && admin.value("SELECT count(*) FROM pg_stat_activity WHERE pid = " + pid) != "0";
         ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    CHECK(admin.value("SELECT count(*) FROM pg_stat_activity WHERE pid = " + pid) == "0");
}

TEST_CASE("a session that is ended in the middle of a table names the table") {
    ScratchDatabase database(manyRows);
    QuietContext context;
    PostgresqlSource source(optionsFor(database.url()));
    static_cast<void>(source.catalog(context));
    Item item;
    REQUIRE(source.next(item));
    REQUIRE(source.next(item));
    Session("postgres").run("SELECT pg_terminate_backend(" + backendOf(database.name()) + ")");
    try {
        drain(source);
        FAIL("the end of the session went unnoticed");
    } catch (const Error& error) {
        // The server's reason comes along unless it was stuck in sending rows.
        CHECK(std::string(error.what())
                  .starts_with("the connection was lost, so roost cannot read table 'big' of database '" +
                               database.name() + "' on socket folder '" + TestServer::get().socketFolder +
                               "' port " + TestServer::get().port + ": "));
        CHECK(error.hint().ends_with("run again once it is up"));
    }
}

TEST_CASE("a session that ended before the rows were asked for is an error, too") {
    ScratchDatabase database(manyRows);
    QuietContext context;
    PostgresqlSource source(optionsFor(database.url()));
    static_cast<void>(source.catalog(context));
    Session("postgres").run("SELECT pg_terminate_backend(" + backendOf(database.name()) + ")");
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    Item item;
    CHECK_THROWS_WITH(
        source.next(item),
        Catch::Contains("the connection was lost, so roost cannot read table 'big' of database"));
}

TEST_CASE("tables that the role may not read are an error that names them all") {
    ScratchDatabase database(
        "CREATE TABLE a (i int); CREATE TABLE b (i int); CREATE SCHEMA closed; CREATE TABLE closed.c (i "
        "int); CREATE TABLE ok (i serial)");
    const ScratchRole role(database, "reader", "");
    database.run("GRANT SELECT ON ok, closed.c TO " + role.name());
    PostgresOptions options = optionsFor(database.url() + " user=" + role.name());
    const Failure failure = failureOf(options);
    CHECK(failure.message.starts_with("user '" + role.name() +
                                      "' may not read 'closed.c', 'a', 'b' of database '" + database.name() +
                                      "' "));
    CHECK(failure.hint ==
          "ask the owner for GRANT SELECT (and GRANT USAGE on the schema), or leave it out with "
          "exclude-tables");
    options.excludeTables = {"closed.*", "a", "b"};
    QuietContext context;
    const Collected read = collect(options, context);
    CHECK(read.order == std::vector<std::string>{"ok"});
    CHECK(
        read.warned("the sequence of ok.i may not be read, so its next value is unknown (GRANT SELECT ON "
                    "SEQUENCE helps)"));
    CHECK_FALSE(read.column("ok", "i").nextValue);
}

TEST_CASE("rows that row-level security would hide are an error, never missing") {
    ScratchDatabase database(
        "CREATE TABLE t (i int); INSERT INTO t VALUES (1), (2); ALTER TABLE t ENABLE ROW LEVEL SECURITY; "
        "CREATE POLICY p ON t USING (i = 1)");
    const ScratchRole role(database, "limited", "");
    database.run("GRANT SELECT ON t TO " + role.name());
    const Failure failure = failureOf(optionsFor(database.url() + " user=" + role.name()));
    CHECK(failure.message.starts_with("row-level security hides rows from user '" + role.name() +
                                      "' in 't' of database '" + database.name() + "' "));
    CHECK(failure.hint ==
          "connect as the owner or as a role with BYPASSRLS, or leave it out with exclude-tables");
    CHECK(collect(database.url()).rows("t").size() == 2);  // the superuser passes
}

TEST_CASE("values don't depend on the role's and the database's settings") {
    ScratchDatabase database(
        "CREATE TABLE t (d double precision[], at timestamptz[], i interval[], b bytea[], n text, m money[]);"
        "INSERT INTO t VALUES ('{0.30000000000000004}', '{2026-01-31 00:00+00}', '{1 day}', '{\\\\x00}', "
        "'x', '{1.5}');");
    database.run("ALTER DATABASE " + database.name() + " SET TimeZone = 'America/New_York'; ALTER DATABASE " +
                 database.name() + " SET DateStyle = 'German'; ALTER DATABASE " + database.name() +
                 " SET IntervalStyle = 'iso_8601'; ALTER DATABASE " + database.name() +
                 " SET extra_float_digits = -5; ALTER DATABASE " + database.name() +
                 " SET bytea_output = 'escape'; ALTER DATABASE " + database.name() +
                 " SET search_path = 'nowhere'; ALTER DATABASE " + database.name() +
                 " SET statement_timeout = '250ms'; ALTER DATABASE " + database.name() +
                 " SET client_encoding = 'LATIN1'; ALTER DATABASE " + database.name() +
                 " SET default_transaction_isolation = 'read committed'");
    const Collected read = collect(database.url());
    CHECK(read.only("t", "d").text() == "{0.30000000000000004}");
    CHECK(read.only("t", "at").text() == "{\"2026-01-31 00:00:00+00\"}");
    CHECK(read.only("t", "i").text() == "{\"1 day\"}");
    CHECK(read.only("t", "b").text() == "{\"\\\\x00\"}");
    CHECK(read.only("t", "m").text() == "{1.50}");
}

TEST_CASE("text of a LATIN1 database is converted, that of SQL_ASCII comes byte for byte") {
    ScratchDatabase latin({}, "ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'");
    {
        Session session(latin.name(), "client_encoding=UTF8");
        session.run(
            "CREATE TABLE \"tä\" (a text, e text[]); INSERT INTO \"tä\" VALUES "
            "('größe ÿ', '{ä}')");
    }
    const Collected converted = collect(latin.url());
    CHECK(converted.only("tä", "a").text() == "größe ÿ");
    CHECK(converted.only("tä", "e").text() == "{ä}");

    ScratchDatabase ascii({}, "ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'");
    ascii.run(
        "CREATE TABLE t (a text, v varchar(9)); INSERT INTO t VALUES (E'bad \\xff\\xc3 bytes', E'\\xe4')");
    const Collected raw = collect(ascii.url());
    CHECK(raw.only("t", "a").text() == "bad \xff\xc3 bytes");
    CHECK(raw.only("t", "v").text() == "\xe4");
    CHECK(
        raw.warned("the database's encoding is SQL_ASCII, which is none: its text is carried byte for byte "
                   "and may not be UTF-8"));
}

TEST_CASE("a text that the server can't convert names its table") {
    ScratchDatabase database({}, "ENCODING 'EUC_TW' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'");
    database.run("CREATE TABLE t (a text); INSERT INTO t VALUES (convert_from('\\xfdfe', 'EUC_TW'))");
    const Failure failure = failureOf(optionsFor(database.url()));
    CAPTURE(failure.message);
    CHECK(failure.message.starts_with("cannot read table 't' of database '" + database.name() + "' "));
    CHECK(failure.hint == "a stored character has no form in UTF-8; find the row and mend it");
}
