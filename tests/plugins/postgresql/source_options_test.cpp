#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "plugins/postgresql/collected.hpp"
#include "plugins/postgresql/test_server.hpp"

using namespace roost;
using namespace roost::test;
using postgresql::PostgresqlSource;
using Names = std::vector<std::string>;

namespace {

constexpr const char* shop = R"(
    CREATE SCHEMA billing; CREATE SCHEMA archive;
    CREATE TABLE users (id int PRIMARY KEY, name text); CREATE TABLE log_a (i int); CREATE TABLE log_b (i int);
    CREATE TABLE billing.users (i int); CREATE TABLE billing.bills (i int); CREATE TABLE archive.log_a (i int))";

Names read(const PostgresOptions& options) {
    QuietContext context;
    return collect(options, context).order;
}

Node scalar(const std::string& text) {
    Node node;
    node.kind = Node::Kind::scalar;
    node.scalar = text;
    return node;
}

Node mapping(std::vector<std::pair<std::string, Node>> members) {
    Node node;
    node.kind = Node::Kind::mapping;
    for (auto& [key, value] : members) node.members.emplace_back(scalar(key), std::move(value));
    return node;
}

}  // namespace

TEST_CASE("all schemas but the system's are read, those of public under their plain name") {
    ScratchDatabase database(shop);
    CHECK(read(optionsFor(database.url())) ==
          Names{"log_a", "log_b", "users", "archive.log_a", "billing.bills", "billing.users"});
}

TEST_CASE("tables are chosen by name and pattern, with and without their schema") {
    ScratchDatabase database(shop);
    PostgresOptions options = optionsFor(database.url());
    options.tables = {"users", "billing.b*"};
    CHECK(read(options) == Names{"users", "billing.bills", "billing.users"});
    options.tables = {"public.*"};
    options.excludeTables = {"log_?"};
    CHECK(read(options) == Names{"users"});
    options.tables = {};
    options.excludeTables = {"public.log_*", "billing.*"};
    CHECK(read(options) == Names{"users", "archive.log_a"});
    options.excludeTables = {};
    options.schemas = {"b*", "archive"};
    CHECK(read(options) == Names{"archive.log_a", "billing.bills", "billing.users"});
}

TEST_CASE("a table or schema that isn't there is an error, a pattern without a match a warning") {
    ScratchDatabase database(shop);
    QuietContext context;
    PostgresOptions options = optionsFor(database.url());
    options.tables = {"user"};
    CHECK_THROWS_WITH(collect(options, context), "database '" + database.name() + "' has no table 'user'");
    options.tables = {};
    options.schemas = {"biling"};
    try {
        static_cast<void>(collect(options, context));
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(std::string(error.what()).ends_with(" has no schema 'biling'"));
        CHECK(error.hint() == "did you mean 'billing'?");
    }
    options.schemas = {"x*", "billing"};
    options.excludeTables = {"cache_*"};
    const Collected collected = collect(options, context);
    CHECK(collected.warned("no schema matches 'x*' in 'schemas'"));
    CHECK(collected.warned("no table matches 'cache_*' in 'exclude-tables'"));
}

TEST_CASE("types are set where the declared one leaves a choice, and nowhere else") {
    ScratchDatabase database(R"(
        CREATE TABLE t (meta text, code varchar(40), at timestamp, flag boolean, n int, z timestamptz);
        INSERT INTO t VALUES ('{"a": 1}', 'x', '2026-01-01 12:00', true, 5, now()))");
    PostgresOptions options = optionsFor(database.url());
    options.types = {{"*.meta", "text"},
                     {"t.meta", "json"},
                     {"public.t.code", "uuid"},
                     {"t.at", "timestamptz"},
                     {"t.flag", "boolean"},
                     {"t.n", "boolean"},
                     {"t.z", "timestamptz as seconds"},
                     {"nothing.here", "json"}};
    QuietContext context;
    const Collected collected = collect(options, context);
    CHECK(formatType(collected.column("t", "z")) == "timestamptz");
    CHECK(collected.column("t", "z").typeOrigin == TypeOrigin::declared);
    CHECK(context.logged(LogLevel::debug,
                         "'types' says timestamptz as seconds for t.z: PostgreSQL keeps no "
                         "numbers in columns of times"));
    CHECK(format(collected.column("t", "meta").type) == "json");
    CHECK(collected.column("t", "meta").typeOrigin == TypeOrigin::set);
    CHECK(collected.column("t", "meta").nativeType == "text");
    CHECK(format(collected.column("t", "code").type) == "uuid");
    CHECK(format(collected.column("t", "at").type) == "timestamptz");
    CHECK(format(collected.column("t", "flag").type) == "boolean");
    CHECK(collected.column("t", "flag").typeOrigin == TypeOrigin::declared);
    CHECK(format(collected.column("t", "n").type) == "int32");
    CHECK(collected.column("t", "n").typeOrigin == TypeOrigin::declared);
    CHECK(collected.only("t", "meta").text() == R"({"a": 1})");
    CHECK(context.logged(LogLevel::debug, "no column matches 'nothing.here' in 'types'"));
    CHECK(context.logged(LogLevel::debug,
                         "'types' says boolean for t.n, which is declared integer and stays int32"));
    CHECK(collected.catalog.warnings.empty());
}

TEST_CASE("order key sorts by the primary key, scan order is that of the table") {
    ScratchDatabase database(
        "CREATE TABLE t (b int, a int, PRIMARY KEY (a, b)); INSERT INTO t VALUES (1, 2), (2, 1), (1, 1);"
        "CREATE TABLE keyless (i int); INSERT INTO keyless VALUES (3), (1), (2)");
    PostgresOptions options = optionsFor(database.url());
    const auto first = [&](const char* table) {
        QuietContext context;
        std::vector<std::int64_t> values;
        for (const auto& row : collect(options, context).rows(table)) values.push_back(row[0].integer());
        return values;
    };
    CHECK(first("t") == std::vector<std::int64_t>{1, 2, 1});
    options.order = sql::postgresql::RowOrder::key;
    CHECK(first("t") == std::vector<std::int64_t>{1, 2, 1});
    database.run("DELETE FROM t WHERE a = 2; INSERT INTO t VALUES (0, 1), (7, 0)");
    CHECK(first("t") == std::vector<std::int64_t>{7, 0, 1, 2});
    CHECK(first("keyless") == std::vector<std::int64_t>{3, 1, 2});
}

TEST_CASE("children of a cycle come all the same, each table once") {
    ScratchDatabase database(
        "CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);"
        "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b; CREATE TABLE z (id int PRIMARY KEY); CREATE TABLE c "
        "(z int REFERENCES z)");
    CHECK(read(optionsFor(database.url())) == Names{"z", "c", "a", "b"});
}

TEST_CASE("batches stay at a megabyte, whatever the table's size") {
    ScratchDatabase database(
        "CREATE TABLE t AS SELECT i, repeat(i::text, 20) AS s FROM generate_series(1, 60000) i");
    const Collected collected = collect(database.url());
    REQUIRE(collected.batches.at("t").size() > 3);
    for (const BatchPtr& batch : collected.batches.at("t"))
        CHECK(batch->bytes() < Batch::targetBytes + 300'000);
}

TEST_CASE("a check without a server finds bad types and urls") {
    Diagnostics diagnostics;
    const Node settings = mapping(
        {{"url", scalar("postgresql://u:s%zzcret@h/db")}, {"types", mapping({{"t.a", scalar("nonsense")}})}});
    const auto options = PostgresqlSource::options().parse(settings, diagnostics);
    REQUIRE(diagnostics.empty());
    PostgresqlSource::check(options, settings, diagnostics);
    REQUIRE(diagnostics.list().size() == 2);
    CHECK(diagnostics.list()[0].message.starts_with("'nonsense' is no logical type"));
    CHECK(diagnostics.list()[1].message.starts_with("the url is no connection string"));
    CHECK(diagnostics.list()[1].message.find("cret") == std::string::npos);
}
