// Rules that can't be followed.
#include <catch2/catch.hpp>
#include <string>

#include "plugins/postgresql/quiet_context.hpp"
#include "plugins/schema_map/mapped_databases.hpp"
#include "plugins/schema_map/ruled_catalogs.hpp"

using namespace roost;
using namespace roost::test;

TEST_CASE("rules about what is not there are refused by name, patterns only warn") {
    CHECK(refusalOf(shop, {{.table = "event", .drop = true, .position = {4, 7}}}) ==
          "the rule of line 4: there is no table 'event'; did you mean 'events'?");
    CHECK(refusalOf(shop, {{.table = "audit", .drop = true}, {.column = "users.rol", .drop = true}}) ==
          "rule 2: there is no column 'users.rol'; did you mean 'users.role'?");
    CHECK(refusalOf(shop, {{.column = "colour", .drop = true}}) == "rule 1: there is no column 'colour'");
    CHECK(refusalOf(shop, {{.table = "use", .column = "role", .drop = true}}) ==
          "rule 1: there is no table 'use'; did you mean 'users'?");
    QuietContext context;
    SchemaMap::Options options;
    options.to = SchemaMap::To::sqlite;
    options.rules = {{.table = "x*", .drop = true, .position = {5, 1}},
                     {.column = "users.x?", .drop = true, .position = {6, 1}},
                     {.type = "geometry", .cast = "text", .position = {7, 1}}};
    Catalog catalog = sqliteCatalog(shop);
    SchemaMap(options).rewrite(catalog, context);
    CHECK(catalog.tables.size() == 3);
    CHECK(context.logged(LogLevel::warning, "the rule of line 5 changes nothing: no table matches 'x*'"));
    CHECK(context.logged(LogLevel::warning,
                         "the rule of line 6 changes nothing: no column matches 'users.x?'"));
    CHECK(context.logged(LogLevel::warning,
                         "the rule of line 7 changes nothing: no column there is of type 'geometry'"));
    CHECK(tableOf(catalog, "users").nativeSql == tableOf(sqliteCatalog(shop), "users").nativeSql);
}

TEST_CASE("new names that are taken, or mean several, are refused") {
    CHECK(refusalOf(shop, {{.table = "*s", .rename = "x"}}) ==
          "rule 1 would give one new name, x, to the tables users and events");
    CHECK(refusalOf(shop, {{.column = "events.*i*", .rename = "x"}}) ==
          "rule 1 would give one new name, x, to the columns 'id' and 'user_id' of table events");
    CHECK(refusalOf(shop, {{.table = "users", .rename = "Events"}}) ==
          "table users can't become Events: table events has that name there");
    CHECK(refusalOf(shop, {{.table = "users", .rename = "by_kind"}}) ==
          "table users can't become by_kind: an index of table events has that name");
    CHECK(refusalOf(std::string(shop) + "CREATE VIEW w AS SELECT 1", {{.table = "users", .rename = "W"}}) ==
          "table users can't become W: a view has that name");
    CHECK(refusalOf(shop, {{.column = "users.role", .rename = "EMAIL"}}) ==
          "column users.role can't be called EMAIL: column 'email' has that name");
    CHECK(refusalOf(shop, {{.table = "users", .rename = "sqlite_users"}}) ==
          "table users can't be called sqlite_users");
    CHECK(refusalOf(shop, {{.column = "audit.*", .drop = true}}) ==
          "the rules drop every column of table audit");
    // Free again where the other one goes.
    CHECK(columnsOf(
              withinSqlite(shop, {{.table = "users", .rename = "events"}, {.table = "events", .drop = true}}),
              "events") == Lines{"id", "email", "role", "boss"});
    CHECK(refusal([&] {
              (void)ruled(sqliteCatalog(shop), {{.table = "users", .rename = std::string(64, 'x')}},
                          SchemaMap::To::postgresql);
          }) == "the new name of table users has 64 bytes: " + std::string(64, 'x'));
}

TEST_CASE("a virtual table can be dropped within SQLite, and nothing else") {
    const std::string sql = "CREATE TABLE t (a); CREATE VIRTUAL TABLE v USING fts5(a)";
    CHECK(refusalOf(sql, {{.table = "v", .rename = "w"}}) ==
          "table v is a virtual table: within SQLite a rule can drop it, and nothing else");
    CHECK(withinSqlite(sql, {{.table = "v", .drop = true}}).tables.size() == 1);
}

TEST_CASE("a default that is not one expression is refused") {
    const auto defaulting = [](const std::string& text, SchemaMap::To to) {
        return refusal([&] {
            (void)ruled(sqliteCatalog("CREATE TABLE t (a TEXT NOT NULL)"),
                        {{.column = "t.a", .defaultValue = text}}, to);
        });
    };
    for (const char* text :
         {"it's", "1, b int", "1 -- x", "1 /* x */", "(1", "1)", "1; DROP TABLE t", "'a"}) {
        CAPTURE(text);
        CHECK(defaulting(text, SchemaMap::To::postgresql) ==
              "table 't': column 'a': its default cannot be used: " + std::string(text));
    }
    for (const char* text :
         {"E'it\\'s'", "concat('a', \"current_user\"())", "ARRAY[1, 2]", "'a -- b'::text"}) {
        CAPTURE(text);
        CHECK(defaulting(text, SchemaMap::To::postgresql).empty());
    }
    for (const char* text : {"it's", "1 -- x", "(1"}) {
        CAPTURE(text);
        CHECK(defaulting(text, SchemaMap::To::sqlite) ==
              "table 't': column 'a': its default cannot be used: " + std::string(text));
    }
}
