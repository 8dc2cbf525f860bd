// Rules: what becomes of tables, columns and all that hangs on them, and what is refused.
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "plugins/postgresql/quiet_context.hpp"
#include "plugins/schema_map/mapped_databases.hpp"
#include "plugins/sqlite/sqlite_test_support.hpp"
#include "roost/error.hpp"
#include "transforms/schema_map/schema_map.hpp"

using namespace roost;
using namespace roost::test;
using sql::mapping::SchemaRule;

namespace {

using Lines = std::vector<std::string>;
using Rules = std::vector<SchemaRule>;

/// The catalog after the rules; `to` is the target's dialect.
Catalog ruled(Catalog catalog, Rules rules, SchemaMap::To to = SchemaMap::To::sqlite) {
    QuietContext context;
    SchemaMap::Options options;
    options.to = to;
    options.rules = std::move(rules);
    SchemaMap(options).rewrite(catalog, context);
    return catalog;
}

/// What a real SQLite makes of it, read back: what the statements say, not what the catalog does.
Catalog made(const Catalog& catalog) {
    const sqlite::testing::Folder folder;
    createSqlite(folder.file("made.db"), catalog);
    return readSqlite(folder.file("made.db"));
}

Catalog withinSqlite(const std::string& sql, Rules rules) {
    return ruled(sqliteCatalog(sql), std::move(rules));
}

std::string refusal(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

std::string refusalOf(const std::string& sql, Rules rules) {
    return refusal([&] { (void)withinSqlite(sql, std::move(rules)); });
}

Lines columnsOf(const Catalog& catalog, const std::string& table) {
    Lines names;
    for (const Column& column : tableOf(catalog, table).columns) names.push_back(column.name);
    return names;
}

Lines sqlOfLosses(const Catalog& catalog) {
    Lines texts;
    for (const Loss& loss : catalog.losses) texts.push_back(loss.sql);
    return texts;
}

constexpr const char* shop =
    "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL UNIQUE, role TEXT DEFAULT "
    "'guest', boss INTEGER REFERENCES users(id), CHECK (role <> \"member\"));"
    "CREATE TABLE events (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users(id) ON DELETE "
    "CASCADE, kind VARCHAR(20) CHECK (kind IN ('a', 'b')), size INT, twice INT AS (size * 2) STORED, four "
    "INT "
    "AS (twice * 2) VIRTUAL, UNIQUE (user_id, kind));"
    "CREATE INDEX by_kind ON events (kind DESC, user_id) WHERE kind <> 'b';"
    "CREATE INDEX by_lower ON events (lower(kind));"
    "CREATE TABLE audit (id INTEGER PRIMARY KEY, event INTEGER REFERENCES events(id), kind TEXT);";

}  // namespace

TEST_CASE("a renamed table takes along its indexes and the foreign keys to it") {
    const Catalog catalog = withinSqlite(
        std::string(shop) +
            "CREATE VIEW people AS SELECT email FROM Users; CREATE VIEW known AS SELECT * FROM people;"
            "CREATE VIEW sizes AS SELECT size FROM events;"
            "CREATE TRIGGER t AFTER INSERT ON users BEGIN SELECT 1; END;",
        {{.table = "users", .rename = "app user"}});
    CHECK(catalog.tables[0].id == 0);
    CHECK(tableOf(catalog, "events").foreignKeys[0].targetTable == "app user");
    CHECK(tableOf(catalog, "events").foreignKeys[0].onDelete == "CASCADE");
    CHECK(tableOf(catalog, "app user").foreignKeys[0].targetTable == "app user");
    // What speaks of it by name can't be kept; the rest is.
    CHECK(lossesOf(catalog) ==
          Lines{"view 'people' is left out: it speaks of table 'users', which is renamed",
                "view 'known' is left out: it speaks of 'people', which is left out",
                "app user: trigger 't' is left out: its table is renamed"});
    CHECK(sqlOfLosses(catalog)[0] == "CREATE VIEW people AS SELECT email FROM Users");
    REQUIRE(catalog.objects.size() == 1);
    CHECK(catalog.objects[0].name == "sizes");
    // Nothing has changed but the names.
    const Catalog back = made(catalog);
    CHECK(columnsOf(back, "app user") == Lines{"id", "email", "role", "boss"});
    CHECK(columnOf(back, "app user", "id").identity == Identity::autoincrement);
    CHECK(columnOf(back, "app user", "role").defaultValue == "'guest'");
    CHECK(tableOf(back, "app user").uniques.size() == 1);
    CHECK(tableOf(back, "app user").checks[0].expression == "role <> \"member\"");
    CHECK(tableOf(back, "audit").nativeSql == tableOf(sqliteCatalog(shop), "audit").nativeSql);
}

TEST_CASE("a renamed column is followed into keys, checks, generated columns and indexes") {
    const Catalog catalog = withinSqlite(shop, {{.column = "events.kind", .rename = "member"},
                                                {.column = "events.size", .rename = "Bytes"},
                                                {.column = "users.id", .rename = "number"}});
    CHECK(lossesOf(catalog).empty());
    const Catalog back = made(catalog);
    CHECK(columnsOf(back, "events") == Lines{"id", "user_id", "member", "Bytes", "twice", "four"});
    const Table& events = tableOf(back, "events");
    CHECK(events.checks[0].expression == "\"member\" IN ('a', 'b')");
    CHECK(events.columns[4].generated == "\"Bytes\" * 2");
    CHECK(events.columns[5].generated == "twice * 2");
    CHECK(events.uniques[0].columns == Lines{"user_id", "member"});
    CHECK(events.indexes[0].nativeSql ==
          "CREATE INDEX by_kind ON \"events\" (\"member\" DESC, user_id) WHERE \"member\" <> 'b'");
    CHECK(events.indexes[0].columns == Lines{"member", "user_id"});
    CHECK(events.indexes[1].nativeSql == "CREATE INDEX by_lower ON \"events\" (lower(\"member\"))");
    CHECK(events.foreignKeys[0].targetColumns == Lines{"number"});
    CHECK(tableOf(back, "users").primaryKey == Lines{"number"});
    CHECK(tableOf(back, "users").foreignKeys[0].targetColumns == Lines{"number"});
    // The other table's column of that name is another one.
    CHECK(columnsOf(back, "audit") == Lines{"id", "event", "kind"});
}

TEST_CASE("a string in double quotes doesn't become a column by a new name") {
    const Catalog catalog = withinSqlite(shop, {{.column = "users.email", .rename = "member"}});
    CHECK(tableOf(made(catalog), "users").checks[0].expression == "role <> 'member'");
}

TEST_CASE("what is not understood whole is left out where a name in it changes, and kept where none does") {
    const std::string sql =
        "CREATE TABLE t (a INT, b INT, g INT AS (a / 2), CHECK (CASE a WHEN 1 THEN 0 ELSE 1 END), CHECK "
        "(CASE b "
        "WHEN 1 THEN 0 ELSE 1 END), CHECK (date(b) > 0))";
    const Catalog catalog = withinSqlite(sql, {{.column = "t.a", .rename = "z"}});
    CHECK(
        lossesOf(catalog) ==
        Lines{
            "t: generated column g becomes an ordinary one without values: column 'a' is renamed, and it is "
            "not understood whole",
            "t: a check is left out: column 'a' is renamed, and it is not understood whole"});
    CHECK(sqlOfLosses(catalog) ==
          Lines{"GENERATED ALWAYS AS (a / 2)", "CHECK (CASE a WHEN 1 THEN 0 ELSE 1 END)"});
    const Catalog back = made(catalog);
    REQUIRE(tableOf(back, "t").checks.size() == 2);
    CHECK(tableOf(back, "t").checks[0].expression == "CASE b WHEN 1 THEN 0 ELSE 1 END");
    CHECK_FALSE(columnOf(back, "t", "g").generated.has_value());
    // A function of the column's name is none.
    const Catalog other = withinSqlite("CREATE TABLE t (date TEXT, CHECK (date(date) = date))",
                                       {{.column = "date", .rename = "day"}});
    CHECK(lossesOf(other) ==
          Lines{"t: a check is left out: column 'date' is renamed, and it is not understood "
                "whole"});
}

TEST_CASE("what needs a dropped column goes with it, and each is told with its text") {
    const Catalog catalog = withinSqlite(
        shop, {{.column = "events.kind", .drop = true}, {.column = "events.size", .drop = true}});
    CHECK(lossesOf(catalog) ==
          Lines{"events: generated column twice is left out: it uses column 'size', which is dropped",
                "events: generated column four is left out: it uses column 'twice', which is dropped",
                "events: a unique constraint is left out: column 'kind' is dropped",
                "events: a check is left out: it uses column 'kind', which is dropped",
                "events: the index 'by_kind' is left out: column 'kind' is dropped",
                "events: the index 'by_lower' is left out: it uses column 'kind', which is dropped"});
    CHECK(sqlOfLosses(catalog) ==
          Lines{"GENERATED ALWAYS AS (size * 2)", "GENERATED ALWAYS AS (twice * 2)",
                "UNIQUE (\"user_id\", \"kind\")", "CHECK (kind IN ('a', 'b'))",
                "CREATE INDEX by_kind ON events (kind DESC, user_id) WHERE kind <> 'b'",
                "CREATE INDEX by_lower ON events (lower(kind))"});
    const Catalog back = made(catalog);
    CHECK(columnsOf(back, "events") == Lines{"id", "user_id"});
    CHECK(tableOf(back, "events").foreignKeys.size() == 1);
}

TEST_CASE("a dropped key column ends the key and the foreign keys to it") {
    const Catalog catalog = withinSqlite(
        std::string(shop) + "CREATE TABLE pairs (a INT, b INT, PRIMARY KEY (a, b)) WITHOUT ROWID, STRICT;",
        {{.column = "users.id", .drop = true}, {.column = "pairs.b", .drop = true}});
    CHECK(lossesOf(catalog) ==
          Lines{"users: its primary key is left out: column 'id' is dropped",
                "pairs: its primary key is left out: column 'b' is dropped",
                "users: a foreign key to users is left out: column 'id' there is dropped",
                "events: a foreign key to users is left out: column 'id' there is dropped"});
    CHECK(catalog.losses[3].sql == "FOREIGN KEY (\"user_id\") REFERENCES \"users\" (\"id\")");
    const Catalog back = made(catalog);
    CHECK(tableOf(back, "pairs").nativeSql.ends_with(") STRICT"));
    CHECK(tableOf(back, "events").foreignKeys.empty());
}

TEST_CASE("a dropped table is gone, with what stands on it and the foreign keys to it") {
    const Catalog catalog = withinSqlite(std::string(shop) +
                                             "CREATE TRIGGER t AFTER INSERT ON events BEGIN SELECT 1; END;"
                                             "CREATE VIEW v AS SELECT * FROM events",
                                         {{.table = "ev*", .drop = true}});
    CHECK(catalog.tables.size() == 2);
    CHECK(catalog.tables[1].id == 2);
    CHECK(lossesOf(catalog) == Lines{"audit: a foreign key to events is left out: that table is dropped",
                                     "view 'v' is left out: it speaks of table 'events', which is dropped"});
    CHECK(catalog.objects.empty());
    CHECK(tableOf(made(catalog), "audit").foreignKeys.empty());
}

TEST_CASE("a view stays where a dropped column of its table can't be meant") {
    const std::string views = std::string(shop) +
                              "CREATE VIEW a AS SELECT id FROM events;"
                              "CREATE VIEW b AS SELECT count(*) FROM events;";
    const Catalog catalog = withinSqlite(views, {{.column = "events.four", .drop = true}});
    CHECK(lossesOf(catalog) ==
          Lines{"view 'b' is left out: it speaks of table 'events', whose column 'four' is dropped"});
    REQUIRE(catalog.objects.size() == 1);
    CHECK(catalog.objects[0].name == "a");
}

TEST_CASE("types are cast, or given in the target's words") {
    const std::string sql =
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b NUMERIC, c DATETIME, d VARCHAR(20));"
        "CREATE TABLE s (a TEXT, b INTEGER) STRICT";
    const Rules rules{{.type = "datetime", .cast = "timestamptz"},
                      {.column = "t.a", .cast = "json", .native = "jsonb"},
                      {.column = "?.b", .cast = "boolean"},
                      {.column = "t.d", .native = "character varying(40)"}};
    const Catalog within = withinSqlite(sql, rules);
    CHECK(columnOf(within, "t", "c").nativeType == "datetime");
    CHECK(columnOf(within, "t", "c").typeOrigin == TypeOrigin::set);
    CHECK(columnOf(within, "t", "a").nativeType == "jsonb");
    CHECK(columnOf(within, "t", "b").nativeType == "boolean");
    CHECK(columnOf(within, "s", "b").nativeType == "INTEGER");
    CHECK(format(columnOf(within, "s", "b").type) == "boolean");
    CHECK(columnOf(made(within), "t", "d").nativeType == "character varying(40)");

    const Catalog across = ruled(sqliteCatalog(sql), rules, SchemaMap::To::postgresql);
    CHECK(columnOf(across, "t", "c").nativeType == "timestamp with time zone");
    CHECK(columnOf(across, "t", "a").nativeType == "jsonb");
    CHECK(columnOf(across, "s", "b").nativeType == "boolean");
    CHECK(columnOf(across, "t", "d").nativeType == "character varying(40)");
    ScratchDatabase database;
    createPostgresql(database, across);
}

TEST_CASE("a column that numbers its rows and gets another type or a default no longer does") {
    const std::string sql =
        "CREATE TABLE t (id INTEGER PRIMARY KEY); CREATE TABLE u (id INTEGER PRIMARY KEY)";
    const Catalog within =
        withinSqlite(sql, {{.column = "t.id", .cast = "text"}, {.column = "u.id", .native = "bigint"}});
    CHECK(lossesOf(within) == Lines{"t: column id no longer numbers its rows: it becomes text",
                                    "u: column id no longer numbers its rows: its type is bigint"});
    CHECK(columnOf(made(within), "t", "id").nativeType == "TEXT");
    const Catalog across =
        ruled(sqliteCatalog(sql),
              {{.column = "t.id", .native = "smallint"}, {.column = "u.id", .defaultValue = "7"}},
              SchemaMap::To::postgresql);
    CHECK(columnOf(across, "t", "id").identity == Identity::byDefault);
    CHECK(lossesOf(across) == Lines{"u: column id no longer numbers its rows: its default is 7"});
    CHECK(columnOf(across, "u", "id").defaultValue == "7");
}

TEST_CASE("defaults are set in the target's words, or taken away") {
    const Rules rules{{.column = "users.role", .defaultValue = "'it''s'"},
                      {.column = "events.size", .defaultValue = "1 + 1"},
                      {.column = "e*.*", .defaultValue = ""}};
    const Catalog catalog = made(withinSqlite(shop, rules));
    CHECK(columnOf(catalog, "users", "role").defaultValue == "'it''s'");
    CHECK_FALSE(columnOf(catalog, "events", "size").defaultValue.has_value());
    const Catalog across = ruled(sqliteCatalog(shop), {{.column = "role", .defaultValue = "current_user"}},
                                 SchemaMap::To::postgresql);
    CHECK(columnOf(across, "users", "role").defaultValue == "current_user");
    CHECK(refusalOf(shop, {{.column = "events.twice", .defaultValue = "1", .position = {9, 5}}}) ==
          "the rule of line 9: column events.twice is generated and can't have a default");
}

TEST_CASE("the last of several rules counts, and all keys of a rule have to match") {
    const Catalog catalog = withinSqlite(shop, {{.table = "*", .drop = true},
                                                {.table = "events", .drop = false},
                                                {.table = "AUDIT", .drop = false},
                                                {.table = "events", .type = "int*", .cast = "float64"},
                                                {.table = "events", .column = "size", .cast = "int16"},
                                                {.column = "*.kind", .type = "text", .rename = "sort"}});
    CHECK(catalog.tables.size() == 2);
    CHECK(columnOf(catalog, "events", "user_id").nativeType == "double precision");
    CHECK(columnOf(catalog, "events", "size").nativeType == "smallint");
    // varchar(20) is text(20) by its logical type, and "text" without the brackets.
    CHECK(columnsOf(catalog, "events")[2] == "sort");
    CHECK(columnsOf(catalog, "audit")[2] == "sort");
}

TEST_CASE("names may change places") {
    const Catalog catalog =
        made(withinSqlite("CREATE TABLE a (x INT, y TEXT, CHECK (x > 0 AND y <> '')); CREATE TABLE b (z INT)",
                          {{.table = "a", .rename = "b"},
                           {.table = "b", .rename = "a"},
                           {.column = "a.x", .rename = "y"},
                           {.column = "a.y", .rename = "x"}}));
    CHECK(columnsOf(catalog, "b") == Lines{"y", "x"});
    CHECK(columnsOf(catalog, "a") == Lines{"z"});
    CHECK(tableOf(catalog, "b").checks[0].expression == "\"y\" > 0 AND \"x\" <> ''");
}

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
          Lines{"Tenant.events: generated column four becomes an ordinary one without "
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
    ScratchDatabase source("CREATE TABLE t (id uuid DEFAULT gen_random_uuid(), tags text[])");
    CHECK(lossesOf(ruled(readPostgresql(source), {})).size() == 2);
    CHECK(lossesOf(ruled(readPostgresql(source),
                         {{.column = "t.id", .defaultValue = "(lower(hex(randomblob(16))))"},
                          {.column = "t.tags", .native = "json_text"}})) == Lines{});
}

TEST_CASE("rows lose what is dropped, without a copy of the rest") {
    QuietContext context;
    SchemaMap::Options options;
    options.to = SchemaMap::To::sqlite;
    options.rules = {{.column = "t.b", .drop = true}, {.table = "u", .drop = true}};
    SchemaMap transform(options);
    Catalog catalog = sqliteCatalog("CREATE TABLE t (a, b, c); CREATE TABLE u (a); CREATE TABLE v (a)");
    transform.rewrite(catalog, context);
    auto batch = std::make_shared<Batch>(0, 3);
    for (int i = 0; i < 2; ++i) {
        const auto row = batch->addRow();
        row[0] = Cell::integer(i);
        row[1] = Cell::view(CellKind::text, batch->store("dropped"));
        row[2] = Cell::view(CellKind::text, batch->store("a long text that is kept " + std::to_string(i)));
    }
    const char* const place = batch->row(1)[2].text().data();
    Item item = BatchPtr(batch);
    batch.reset();
    REQUIRE(transform.apply(item));
    const BatchPtr after = std::get<BatchPtr>(item);
    CHECK(after->table() == 0);
    CHECK(after->columns() == 2);
    REQUIRE(after->rows() == 2);
    CHECK(after->row(1)[0].integer() == 1);
    CHECK(after->row(0)[1].text() == "a long text that is kept 0");
    CHECK(after->row(1)[1].text().data() == place);

    Item other = BatchPtr(std::make_shared<Batch>(2, 1));
    const Batch* const untouched = std::get<BatchPtr>(other).get();
    CHECK(transform.apply(other));
    CHECK(std::get<BatchPtr>(other).get() == untouched);
    Item begin = TableBegin{1};
    Item rows = BatchPtr(std::make_shared<Batch>(1, 1));
    Item end = TableEnd{1, 0};
    for (Item* dropped : {&begin, &rows, &end}) CHECK_FALSE(transform.apply(*dropped));
    Item kept = TableEnd{0, 2};
    CHECK(transform.apply(kept));
}

TEST_CASE("where no sink says what it wants, rules change the tables in their own dialect") {
    QuietContext archive;
    SchemaMap::Options options;
    options.rules = {{.table = "audit", .rename = "trail"}};
    Catalog catalog = sqliteCatalog(shop);
    SchemaMap(options).rewrite(catalog, archive);
    CHECK(catalog.dialect == "sqlite");
    CHECK(tableOf(catalog, "trail").nativeSql.starts_with("CREATE TABLE \"trail\" ("));
    CHECK_FALSE(archive.logged(LogLevel::warning, ""));
}
