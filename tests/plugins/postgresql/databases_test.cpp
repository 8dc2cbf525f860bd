// Databases of real applications, compared cell by cell with what the server prints.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "plugins/postgresql/collected.hpp"
#include "plugins/postgresql/test_server.hpp"

using namespace roost;
using namespace roost::test;

namespace {

std::filesystem::path data(const char* file) { return std::filesystem::path(ROOST_TEST_PG_DATA) / file; }

std::size_t position(const Collected& collected, const std::string& table) {
    return static_cast<std::size_t>(std::ranges::find(collected.order, table) - collected.order.begin());
}

/// Every table after those that it refers to, cycles aside.
void requireParentsFirst(const Collected& collected, const std::string& child, const std::string& parent) {
    CHECK(position(collected, parent) < position(collected, child));
}

Collected readAll(ScratchDatabase& database) {
    Collected collected = collect(database.url());
    requireSameAsServer(database.name(), collected);
    return collected;
}

}  // namespace

TEST_CASE("Aviary's database is read as it is") {
    ScratchDatabase database;
    database.load(data("../../../fixtures/aviary/aviary-pg.sql"));
    const Collected read = readAll(database);
    CHECK(read.catalog.dialect == "postgresql");
    CHECK(read.catalog.tables.size() == 10);
    CHECK(format(read.column("users", "is_admin").type) == "boolean");
    CHECK(format(read.column("users", "page_dpi").type) == "decimal");
    CHECK(format(read.column("api_keys", "key_prefix").type) == "text(16)");
    CHECK(read.column("users", "default_rmdir").defaultValue == "'/'::text");
    CHECK(read.table("api_keys").primaryKey == std::vector<std::string>{"id"});
    REQUIRE(read.table("api_keys").foreignKeys.size() == 1);
    CHECK(read.table("api_keys").foreignKeys[0] ==
          ForeignKey{
              "fk_users_api_keys", {"user_id"}, "", "users", {"id"}, "NO ACTION", "CASCADE", false, false});
    const auto& indexes = read.table("user_folders_cache").indexes;
    const auto unique = std::ranges::find(indexes, "idx_user_folder_path", &Index::name);
    REQUIRE(unique != indexes.end());
    CHECK(unique->unique);
    CHECK(unique->columns == std::vector<std::string>{"user_id", "folder_path"});
    requireParentsFirst(read, "api_keys", "users");
    requireParentsFirst(read, "restore_extraction_jobs", "restore_uploads");
}

TEST_CASE("memos' and shiori's databases are read as they are") {
    ScratchDatabase memos;
    memos.load(data("memos.sql"));
    CHECK_FALSE(readAll(memos).catalog.tables.empty());
    ScratchDatabase shiori;
    shiori.load(data("shiori.sql"));
    const Collected read = readAll(shiori);
    CHECK(read.column("account", "id").identity == Identity::byDefault);
    Session session(shiori.name());
    CHECK(read.column("account", "id").nextValue ==
          std::stoll(session.value("SELECT nextval('public.account_id_seq')")));
}

TEST_CASE("the shops Chinook and Sakila are read as they are", "[fixtures]") {
    const char* folder = std::getenv("ROOST_TEST_FIXTURES");
    if (folder == nullptr) {
        WARN(
            "not run: set ROOST_TEST_FIXTURES to a folder with chinook/Chinook_PostgreSql.sql and "
            "sakila/postgres-sakila-*.sql");
        return;
    }
    const std::filesystem::path fixtures(folder);
    ScratchDatabase chinook;
    chinook.load(fixtures / "chinook/Chinook_PostgreSql.sql", R"(^(DROP|CREATE) DATABASE|^\\c)");
    const Collected music = readAll(chinook);
    CHECK(music.catalog.tables.size() == 11);
    std::size_t rows = 0;
    for (const Table& table : music.catalog.tables) rows += music.rows(table.qualifiedName()).size();
    CHECK(rows == 15'607);
    requireParentsFirst(music, "invoice_line", "invoice");

    ScratchDatabase sakila;
    Session("postgres").run("DO $$ BEGIN CREATE ROLE postgres; EXCEPTION WHEN duplicate_object THEN END $$");
    sakila.load(fixtures / "sakila/postgres-sakila-schema.sql");
    sakila.load(fixtures / "sakila/postgres-sakila-insert-data-using-copy.sql");
    const Collected films = readAll(sakila);
    rows = 0;
    for (const Table& table : films.catalog.tables) rows += films.rows(table.qualifiedName()).size();
    CHECK(rows == 46'273);
    CHECK(format(films.column("film", "rating").type) == "enum");
    CHECK(films.column("film", "rating").nativeType == "public.mpaa_rating");
    CHECK(format(films.column("film", "special_features").type) == "array(text)");
    CHECK(format(films.column("film", "release_year").type) == "int32");
    CHECK(format(films.column("film", "fulltext").type) == "other");
    CHECK(films.table("payment_p2007_01").nativeSql.find("INHERITS (public.payment)") != std::string::npos);
    REQUIRE(films.object("enum", "mpaa_rating") != nullptr);
    CHECK(films.object("enum", "mpaa_rating")->labels ==
          std::vector<std::string>{"G", "PG", "PG-13", "R", "NC-17"});
    CHECK(films.object("domain", "year")->sql ==
          "CREATE DOMAIN public.year AS integer CONSTRAINT year_check CHECK (((VALUE >= 1901) AND (VALUE <= "
          "2155)));");
    CHECK(films.object("view", "actor_info") != nullptr);
    CHECK(films.object("trigger", "film_fulltext_trigger") != nullptr);
    REQUIRE(films.object("aggregate", "group_concat(text)") != nullptr);
    CHECK(films.object("aggregate", "group_concat(text)")->sql ==
          "CREATE AGGREGATE public.group_concat(text) (SFUNC = public._group_concat, STYPE = text, "
          "FINALFUNC_MODIFY = READ_ONLY);");
}
