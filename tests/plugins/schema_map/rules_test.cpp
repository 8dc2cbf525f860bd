// Rules: what becomes of tables, columns and all that hangs on them.
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <utility>

#include "plugins/postgresql/quiet_context.hpp"
#include "plugins/schema_map/mapped_databases.hpp"
#include "plugins/schema_map/ruled_catalogs.hpp"

using namespace roost;
using namespace roost::test;

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
            "t: generated column g becomes an ordinary one, without values: column 'a' is renamed, and it is "
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

TEST_CASE("a table that loses a column comes in part; what says whose its rows are follows its columns") {
    Catalog catalog = sqliteCatalog(
        "CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT, role TEXT);"
        "CREATE TABLE notes(id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users(id), body TEXT)");
    const TableId users = tableOf(catalog, "users").id;
    const TableId notes = tableOf(catalog, "notes").id;
    RowCondition theirs = RowCondition::valuesAmong({"id"}, {{Value(Cell::integer(7))}});
    RowCondition written;
    written.kind = RowCondition::Kind::matching;
    written.columns = {"user_id"};
    written.table = users;
    written.targetColumns = {"id"};
    written.parts = {theirs};
    for (Table& table : catalog.tables)
        table.ownership = RowOwnership{table.id == users ? theirs : written, RowCondition::nothing()};
    catalog.chosenUsers =
        ChosenUsers{users, {"id"}, {"name"}, {{Value(Cell::integer(7)), Value(Cell::null())}}};

    const Catalog renamed = ruled(catalog,
                                  {{.column = "users.id", .rename = "key"},
                                   {.column = "users.name", .rename = "login"},
                                   {.column = "notes.user_id", .rename = "author"},
                                   {.column = "notes.body", .drop = true}},
                                  SchemaMap::To::postgresql);
    CHECK_FALSE(renamed.find(users)->partial);
    CHECK(renamed.find(notes)->partial);
    REQUIRE(renamed.find(notes)->ownership);
    const RowCondition& condition = renamed.find(notes)->ownership->chosen;
    CHECK(condition.columns == std::vector<std::string>{"author"});
    CHECK(condition.targetColumns == std::vector<std::string>{"key"});
    CHECK(condition.parts.front().columns == std::vector<std::string>{"key"});
    REQUIRE(renamed.chosenUsers);
    CHECK(renamed.chosenUsers->key == std::vector<std::string>{"key"});
    CHECK(renamed.chosenUsers->names == std::vector<std::string>{"login"});

    const Catalog dropped =
        ruled(catalog, {{.column = "notes.user_id", .drop = true}}, SchemaMap::To::postgresql);
    CHECK_FALSE(dropped.find(notes)->ownership);
    CHECK(dropped.find(users)->ownership);
}
