// Schemas of real applications, into the other kind of database and back.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lib/sql/mapping/schema_mapping.hpp"
#include "plugins/schema_map/mapped_databases.hpp"
#include "plugins/sqlite/sqlite_test_support.hpp"

using namespace roost;
using namespace roost::test;
using sql::mapping::Dialect;
using sql::mapping::mapSchema;
using sqlite::testing::fixture;

namespace {

using Lines = std::vector<std::string>;

/// What each step of the way there and back told and changed.
struct Journey {
    Catalog original;
    Catalog mapped;
    Catalog mappedBack;
    Lines changedThere;  ///< between what was asked for and what the other database has made of it
    Lines changed;       ///< between the beginning and the end
};

/// As SQLite's source reads it where rows are in it: times are instants by how they are written, and those of
/// empty columns as the others of their declared type.
Catalog readWithInstant(const std::filesystem::path& file) {
    sqlite::testing::Database database(file.string());
    database.run("CREATE TABLE zz (at datetime); INSERT INTO zz VALUES ('2026-01-31 10:00:00.5+00:00')");
    database.close();
    Catalog catalog = readSqlite(file);
    std::erase_if(catalog.tables, [](const Table& table) { return table.name == "zz"; });
    return catalog;
}

Journey sqliteAndBack(const std::filesystem::path& file, bool instants = false) {
    Journey journey;
    journey.original = journey.mapped = readSqlite(file);
    mapSchema(journey.mapped, Dialect::sqlite, Dialect::postgresql);
    ScratchDatabase database;
    createPostgresql(database, journey.mapped);
    journey.mappedBack = readPostgresql(database);
    journey.changedThere = differences(journey.mapped, journey.mappedBack);
    mapSchema(journey.mappedBack, Dialect::postgresql, Dialect::sqlite);
    const sqlite::testing::Folder folder;
    createSqlite(folder.file("back.db"), journey.mappedBack);
    journey.changed = differences(journey.original, instants ? readWithInstant(folder.file("back.db"))
                                                             : readSqlite(folder.file("back.db")));
    return journey;
}

Journey postgresqlAndBack(const ScratchDatabase& database) {
    Journey journey;
    journey.original = journey.mapped = readPostgresql(database);
    mapSchema(journey.mapped, Dialect::postgresql, Dialect::sqlite);
    const sqlite::testing::Folder folder;
    createSqlite(folder.file("there.db"), journey.mapped);
    journey.mappedBack = readWithInstant(folder.file("there.db"));
    journey.changedThere = differences(journey.mapped, journey.mappedBack);
    mapSchema(journey.mappedBack, Dialect::sqlite, Dialect::postgresql);
    ScratchDatabase back;
    createPostgresql(back, journey.mappedBack);
    journey.changed = differences(journey.original, readPostgresql(back));
    return journey;
}

/// Nothing where the file is not at hand, which a warning tells.
std::optional<std::filesystem::path> sample(const std::string& name) {
    std::filesystem::path path = fixture(name);
    if (path.empty()) WARN("not run: there is no " << name);
    return path.empty() ? std::nullopt : std::optional(std::move(path));
}

bool has(const Lines& lines, const std::string& line) {
    return std::ranges::find(lines, line) != lines.end();
}

}  // namespace

TEST_CASE("Aviary's SQLite schema goes to PostgreSQL and back") {
    const Journey journey = sqliteAndBack(*sample("aviary/aviary.db"), true);
    CHECK(journey.changedThere == Lines{});
    Lines expected;
    for (const Table& table : journey.original.tables) {
        // The one thing that PostgreSQL doesn't allow: NULL in a primary key.
        const std::string key = table.primaryKey.at(0);
        const std::string line = "column " + table.name + "." + key + " " + (key == "key" ? "text" : "uuid");
        expected.push_back(line);
        expected.push_back(line + " not null");
    }
    std::ranges::sort(expected);
    CHECK(journey.changed == expected);
    CHECK(journey.mapped.losses.size() == 10);
    CHECK(lossesOf(journey.mappedBack) == Lines{});
}

TEST_CASE("Aviary's SQLite schema in PostgreSQL is nearly the one that Aviary makes there") {
    Catalog mapped = readSqlite(*sample("aviary/aviary.db"));
    mapSchema(mapped, Dialect::sqlite, Dialect::postgresql);
    ScratchDatabase own;
    own.load(*sample("aviary/schema-pg.sql"));
    const Catalog aviary = readPostgresql(own);
    Lines different;
    for (const std::string& line : differences(mapped, aviary)) {
        // Limits of texts that SQLite's schema doesn't have, and a decimal that is a double there.
        const bool text = line.find(" text(") != std::string::npos || line.find(" text") != std::string::npos;
        // GORM declares these two numeric, without a default: only `types` of the source says more.
        if (!text) different.push_back(line);
    }
    CHECK(different == Lines{"column users.experimental_download_link boolean",
                             "column users.experimental_download_link decimal",
                             "column users.page_dpi decimal", "column users.page_dpi float64",
                             "column users.pdf_background_removal boolean",
                             "column users.pdf_background_removal decimal"});
}

TEST_CASE("Aviary's PostgreSQL schema goes to SQLite and back") {
    ScratchDatabase database;
    database.load(*sample("aviary/aviary-pg.sql"));
    const Journey journey = postgresqlAndBack(database);
    CHECK(journey.changedThere == Lines{});
    CHECK(journey.changed == Lines{});
    CHECK(lossesOf(journey.mapped) == Lines{});
    CHECK(lossesOf(journey.mappedBack) == Lines{});
    CHECK(columnOf(journey.mapped, "users", "is_active").nativeType == "boolean");
    CHECK(columnOf(journey.mapped, "users", "is_active").defaultValue == "true");
    CHECK(columnOf(journey.mapped, "users", "created_at").nativeType == "datetime");
    CHECK(columnOf(journey.mapped, "api_keys", "user_id").nativeType == "uuid_text");
}

TEST_CASE("the schemas of memos and shiori go there and back") {
    const Journey memos = sqliteAndBack(*sample("apps/memos/seeded-sqlite.db"));
    CHECK(memos.changedThere == Lines{});
    CHECK(memos.changed == Lines{});
    CHECK(lossesOf(memos.mapped) == Lines{});
    CHECK(columnOf(memos.mapped, "memo", "created_ts").defaultValue ==
          "(floor(extract(epoch FROM now()))::bigint)");

    const Journey shiori = sqliteAndBack(*sample("apps/shiori/seeded-sqlite.db"));
    CHECK(shiori.changedThere == Lines{});
    CHECK(shiori.changed == Lines{});
    CHECK(lossesOf(shiori.mapped) ==
          Lines{"bookmark_content: it is a virtual table: it becomes an ordinary one, "
                "without what its module does"});
    for (const char* name : {"apps/memos/seeded-pg.sql", "apps/shiori/seeded-pg.sql"}) {
        INFO(name);
        ScratchDatabase database;
        database.load(*sample(name));
        const Journey journey = postgresqlAndBack(database);
        CHECK(journey.changedThere == Lines{});
        CHECK(journey.changed == Lines{});
        // A default of shiori's timestamps without a zone, and that they have whole seconds.
        for (const std::string& loss : lossesOf(journey.mapped)) {
            INFO(loss);
            CHECK((loss.ends_with("its default is the moment in UTC, no longer in the server's time zone") ||
                   loss.ends_with(
                       "_at keeps what timestamp(0) without time zone cuts off: SQLite's times have no "
                       "limit")));
        }
    }
}

TEST_CASE("Chinook's schema goes there and back") {
    if (const auto file = sample("chinook/Chinook_Sqlite.sqlite")) {
        const Journey journey = sqliteAndBack(*file);
        CHECK(journey.changedThere == Lines{});
        CHECK(journey.changed == Lines{});
        CHECK(lossesOf(journey.mapped) == Lines{});
    }
    if (const auto script = sample("chinook/Chinook_PostgreSql.sql")) {
        ScratchDatabase database;
        database.load(*script, R"(^(DROP|CREATE) DATABASE|^\\c)");
        const Journey journey = postgresqlAndBack(database);
        CHECK(journey.changedThere == Lines{});
        CHECK(journey.changed == Lines{});
        CHECK(lossesOf(journey.mapped) == Lines{});
    }
}

TEST_CASE("Northwind's schema goes to PostgreSQL and back") {
    const auto script = sample("northwind/northwind-sqlite.sql");
    if (!script) return;
    const sqlite::testing::Folder folder;
    sqlite::testing::Database northwind(folder.file("northwind.db"));
    northwind.run(sqlite::testing::contentOf(script->string()));
    northwind.close();
    const Journey journey = sqliteAndBack(folder.file("northwind.db"));
    CHECK(journey.changedThere == Lines{});
    CHECK(journey.changed ==
          Lines{"column Customers.CustomerID text", "column Customers.CustomerID text not null"});
    const Lines losses = lossesOf(journey.mapped);
    CHECK(has(losses, "view 'Alphabetical list of products' is left out"));
    CHECK(std::ranges::count_if(losses, [](const std::string& line) { return !line.starts_with("view "); }) ==
          1);
    CHECK(tableOf(journey.mapped, "Order Details").checks.size() == 3);
}

TEST_CASE("Sakila's schemas go there and back") {
    if (const auto file = sample("sakila/sakila-sqlite.db")) {
        const Journey journey = sqliteAndBack(*file);
        CHECK(journey.changedThere == Lines{});
        CHECK(journey.changed == Lines{});
        CHECK(tableOf(journey.mapped, "film").checks.at(0).expression.find("LIKE '%trailers%'") !=
              std::string::npos);
    }
    const auto script = sample("sakila/postgres-sakila-schema.sql");
    if (!script) return;
    Session("postgres").run("DO $$ BEGIN CREATE ROLE postgres; EXCEPTION WHEN duplicate_object THEN END $$");
    ScratchDatabase database;
    database.load(*script);
    const Journey journey = postgresqlAndBack(database);
    CHECK(journey.changedThere == Lines{"column film.rating enum default", "column film.rating text default",
                                        "column film.special_features array(text)",
                                        "column film.special_features other"});
    // What came back is what it was, but for a check of times, the labels of the enum, inherited numbering
    // and GiST; each is told.
    Lines changed = journey.changed;
    std::erase_if(changed, [](const std::string& line) {
        return line.starts_with("checks ") || line.starts_with("column film.rating ") ||
               line.starts_with("column payment_p2007_");
    });
    CHECK(changed == Lines{"index film_fulltext_idx film fulltext"});
    CHECK(columnOf(journey.mapped, "film", "release_year").nativeType == "int4");
    REQUIRE(tableOf(journey.mapped, "film").checks.size() == 2);
    CHECK(tableOf(journey.mapped, "film").checks[1] ==
          CheckConstraint{"film_rating_labels", "\"rating\" IN ('G', 'PG', 'PG-13', 'R', 'NC-17')"});
    CHECK(columnOf(journey.mapped, "actor", "actor_id").identity == Identity::autoincrement);
    CHECK(columnOf(journey.mapped, "actor", "actor_id").nextValue == 1);
    const Lines losses = lossesOf(journey.mapped);
    CHECK(has(losses, "film: the index 'film_fulltext_idx' is left out: its method gist has no counterpart"));
    CHECK(has(losses, "film: trigger 'last_updated' is left out"));
    CHECK(has(losses, "view 'actor_info' is left out"));
    CHECK_FALSE(has(losses, "enum 'mpaa_rating' is left out"));
    CHECK_FALSE(has(losses, "domain 'year' is left out"));
}
