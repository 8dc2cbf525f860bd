// Rules where PostgreSQL is the source, the target or both.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "plugins/postgresql/quiet_context.hpp"
#include "plugins/schema_map/mapped_databases.hpp"
#include "plugins/schema_map/ruled_catalogs.hpp"

using namespace roost;
using namespace roost::test;

TEST_CASE("rules go before the mapping into the other dialect") {
    const Catalog catalog = ruled(sqliteCatalog(shop),
                                  {{.table = "events", .rename = "happenings"},
                                   {.column = "events.kind", .rename = "Kind"},
                                   {.column = "events.size", .drop = true},
                                   {.table = "audit", .drop = true}},
                                  SchemaMap::To::postgresql);
    CHECK(lossesOf(catalog) ==
          Lines{"happenings: generated column twice is left out: it uses column 'size', which is dropped",
                "happenings: generated column four is left out: it uses column 'twice', which is dropped"});
    CHECK(columnsOf(catalog, "happenings") == Lines{"id", "user_id", "Kind"});
    CHECK(
        tableOf(catalog, "happenings").indexes[0].nativeSql ==
        "CREATE INDEX \"by_kind\" ON \"public\".\"happenings\" (\"Kind\" DESC, \"user_id\") WHERE (\"Kind\" "
        "<> 'b')");
    ScratchDatabase database;
    createPostgresql(database, catalog);
}

TEST_CASE("a cast leaves nothing of what the column was declared as") {
    const Catalog there = ruled(
        sqliteCatalog("CREATE TABLE t (a jsonb_text, b uuid_text DEFAULT 'x', c INT CHECK (c IN (0, 1)))"),
        {{.column = "a", .cast = "json"},
         {.column = "b", .cast = "text(8)"},
         {.column = "c", .cast = "boolean"}},
        SchemaMap::To::postgresql);
    CHECK(columnOf(there, "t", "a").nativeType == "json");
    CHECK(columnOf(there, "t", "b").nativeType == "varchar(8)");
    CHECK(columnOf(there, "t", "b").defaultValue == "'x'");
    CHECK(columnOf(there, "t", "c").nativeType == "boolean");
    CHECK(lossesOf(there) == Lines{});
    ScratchDatabase database;
    createPostgresql(database, there);

    ScratchDatabase source(
        "CREATE DOMAIN price AS numeric(8,2) CHECK (VALUE > 0); CREATE TABLE t (a jsonb, p price)");
    const Catalog back =
        ruled(readPostgresql(source), {{.column = "a", .cast = "text"}, {.column = "p", .cast = "float64"}});
    CHECK(columnOf(back, "t", "a").nativeType == "text");
    CHECK(columnOf(back, "t", "p").nativeType == "double precision");
    CHECK(tableOf(back, "t").checks.empty());
    CHECK(lossesOf(back) == Lines{"domain 'price' is left out"});
}

TEST_CASE("tables are made in the schema that is named") {
    QuietContext context;
    SchemaMap::Options options;
    options.to = SchemaMap::To::postgresql;
    options.schema = "Tenant";
    Catalog catalog = sqliteCatalog(shop);
    SchemaMap(options).rewrite(catalog, context);
    CHECK(catalog.tables[0].schema == "Tenant");
    CHECK(tableOf(catalog, "Tenant.events").foreignKeys[0].targetSchema == "Tenant");
    CHECK(tableOf(catalog, "Tenant.events")
              .indexes[0]
              .nativeSql.starts_with("CREATE INDEX \"by_kind\" ON \"Tenant\".\"events\""));
    REQUIRE(catalog.objects.size() == 1);
    CHECK(catalog.objects[0].sql == "CREATE SCHEMA \"Tenant\";");
    CHECK(lossesOf(catalog) ==
          Lines{"Tenant.events: generated column four becomes an ordinary one, without "
                "values: it reads another generated column, which PostgreSQL doesn't allow"});
    options.to = SchemaMap::To::sqlite;
    CHECK(refusal([&] { SchemaMap(options).rewrite(catalog, context); }) ==
          "the tables go into SQLite, which has no schema 'Tenant'");
}

TEST_CASE("schemas become a part of the name in SQLite, or are left away") {
    ScratchDatabase database(
        "CREATE SCHEMA app; CREATE TABLE app.users (id int PRIMARY KEY); CREATE TABLE notes (id int PRIMARY "
        "KEY, "
        "owner int REFERENCES app.users); CREATE TABLE app.log (id int)");
    QuietContext context;
    SchemaMap::Options options;
    options.to = SchemaMap::To::sqlite;
    Catalog prefixed = readPostgresql(database);
    SchemaMap(options).rewrite(prefixed, context);
    CHECK(tableOf(prefixed, "notes").foreignKeys[0].targetTable == "app_users");
    Catalog renamed = ruled(readPostgresql(database), {{.table = "app.users", .rename = "people"}});
    CHECK(tableOf(renamed, "notes").foreignKeys[0].targetTable == "people");
    CHECK(tableOf(renamed, "app_log").schema.empty());
    options.schemas = SchemaMap::Schemas::strip;
    Catalog stripped = readPostgresql(database);
    SchemaMap(options).rewrite(stripped, context);
    CHECK(tableOf(stripped, "notes").foreignKeys[0].targetTable == "users");
    CHECK(columnsOf(made(stripped), "log") == Lines{"id"});
    ScratchDatabase clashing(
        "CREATE SCHEMA app; CREATE TABLE app.users (id int); CREATE TABLE users (id int)");
    Catalog catalog = readPostgresql(clashing);
    CHECK(refusal([&] { SchemaMap(options).rewrite(catalog, context); }) ==
          "table app.users can't become users: table users has that name there");
}

TEST_CASE("within PostgreSQL tables are made anew, and what their statements said beyond is told") {
    ScratchDatabase source(
        "CREATE TABLE users (id serial PRIMARY KEY, \"Role\" text, old text);"
        "CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY (INCREMENT BY 5) PRIMARY KEY, owner int "
        "REFERENCES users ON DELETE CASCADE, kind text UNIQUE DEFERRABLE);"
        "CREATE INDEX by_kind ON events (kind DESC) INCLUDE (owner) WHERE kind <> '';"
        "CREATE TABLE parts (id int) PARTITION BY RANGE (id);"
        "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (1) TO (9);"
        "CREATE TABLE base (x int); CREATE TABLE derived (y int) INHERITS (base);"
        "CREATE VIEW v AS SELECT kind FROM events");
    const Catalog catalog = ruled(readPostgresql(source),
                                  {{.table = "users", .rename = "People"},
                                   {.column = "users.id", .rename = "Number"},
                                   {.column = "old", .drop = true},
                                   {.column = "events.kind", .rename = "Kind"},
                                   {.table = "parts", .rename = "pieces"},
                                   {.column = "base.x", .cast = "int64"}},
                                  SchemaMap::To::postgresql);
    CHECK(lossesOf(catalog) ==
          Lines{"pieces: partition 'parts_1' is left out: its table is renamed",
                "view 'v' is left out: it speaks of table 'events', whose column 'kind' is renamed",
                "derived: it no longer inherits from another table",
                "events: its unique constraints can't be deferred any more",
                "events: its numbers go up by 1 now: the options of its numbering are left out",
                "pieces: it is no longer partitioned: it is one table"});
    CHECK(tableOf(catalog, "events").indexes[0].nativeSql ==
          "CREATE INDEX by_kind ON \"public\".\"events\" USING btree (\"Kind\" DESC) INCLUDE (owner) WHERE "
          "(\"Kind\" <> ''::text)");
    const auto owner = std::ranges::find(catalog.objects, "sequence owner", &NativeObject::type);
    REQUIRE(owner != catalog.objects.end());
    CHECK(owner->sql ==
          "ALTER SEQUENCE \"public\".\"users_id_seq\" OWNED BY \"public\".\"People\".\"Number\";");
    CHECK(owner->table == "People");
    CHECK(columnOf(catalog, "base", "x").nativeType == "bigint");
    CHECK(columnsOf(catalog, "derived") == Lines{"x", "y"});
}

TEST_CASE("a function speaks of a table in its body, not by its language") {
    ScratchDatabase source(
        "CREATE TABLE plpgsql (a int[], n int); CREATE INDEX by_a ON plpgsql USING gin (a);"
        "CREATE FUNCTION one() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';"
        "CREATE FUNCTION two() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM "
        "PLPGSQL); END';"
        "CREATE VIEW three AS SELECT two()");
    const Catalog catalog =
        ruled(readPostgresql(source), {{.table = "plpgsql", .rename = "t"}, {.column = "a", .rename = "A"}},
              SchemaMap::To::postgresql);
    CHECK(lossesOf(catalog) ==
          Lines{"function 'two()' is left out: it speaks of table 'plpgsql', which is renamed",
                "view 'three' is left out: it speaks of 'two', which is left out"});
    CHECK(tableOf(catalog, "t").indexes[0].nativeSql ==
          "CREATE INDEX by_a ON \"public\".\"t\" USING gin (\"A\")");
}

TEST_CASE("sequences go with the columns that own them") {
    ScratchDatabase source(
        "CREATE TABLE a (id serial PRIMARY KEY, n int); CREATE TABLE b (id serial, n int); CREATE TABLE c "
        "(id int "
        "DEFAULT nextval('b_id_seq'), k serial); CREATE TABLE d (id serial)");
    const Rules rules{
        {.table = "a", .drop = true}, {.column = "b.id", .drop = true}, {.column = "d.id", .rename = "no"}};
    const Catalog catalog = ruled(readPostgresql(source), rules, SchemaMap::To::postgresql);
    Lines objects;
    for (const NativeObject& object : catalog.objects) objects.push_back(object.type + " " + object.name);
    CHECK(objects == Lines{"sequence b_id_seq", "sequence c_k_seq", "sequence d_id_seq",
                           "sequence owner c_k_seq", "sequence owner d_id_seq"});
    CHECK(lossesOf(catalog).empty());
    const Catalog across = ruled(readPostgresql(source), rules);
    for (const std::string& loss : lossesOf(across)) CHECK(loss.find("'a_id_seq'") == std::string::npos);
}

TEST_CASE("what a rule replaces is no loss") {
    ScratchDatabase source(
        "CREATE TYPE pair AS (a int, b int); CREATE TABLE t (id uuid DEFAULT gen_random_uuid(), tags pair)");
    CHECK(lossesOf(ruled(readPostgresql(source), {})).size() == 3);
    CHECK(lossesOf(ruled(readPostgresql(source),
                         {{.column = "t.id", .defaultValue = "(lower(hex(randomblob(16))))"},
                          {.column = "t.tags", .native = "json_text"}})) ==
          Lines{"composite type 'pair' is left out"});
}
