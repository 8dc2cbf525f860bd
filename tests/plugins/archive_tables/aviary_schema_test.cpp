#include "lib/archive/aviary_schema.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "lib/archive/schema_reader.hpp"
#include "plugins/archive_tables/reading.hpp"
#include "plugins/recording_context.hpp"
#include "plugins/shell.hpp"

using namespace roost;
using namespace roost::archive;
using namespace roost::testing;

namespace {

FieldsSeen scan(const std::string& json, const std::string& name = "t", std::size_t piece = 100) {
    FieldScan scan("database/" + name + ".json");
    for (std::size_t at = 0; at < json.size(); at += piece)
        scan.feed(std::span(json).subspan(at, std::min(piece, json.size() - at)));
    return scan.finish();
}

std::string scanFailure(const std::string& json, std::size_t most = 2000) {
    try {
        FieldScan scan("database/t.json", most);
        scan.feed(json);
        static_cast<void>(scan.finish());
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

const std::vector<std::string> sevenTables{"users",         "system_settings", "api_keys",
                                           "user_sessions", "documents",       "user_folders_cache",
                                           "login_attempts"};

/// One of Aviary's archives: its tables as text and as a catalog.
struct Archive {
    std::map<std::string, std::string> json;
    std::map<std::string, FieldsSeen> seen;

    explicit Archive(const std::string& file) {
        TemporaryFolder folder;
        shell("tar xzf " + std::string(ROOST_OWN_FIXTURES) + "/aviary/" + file + " -C " +
              folder.path().native());
        for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "database")) {
            const std::string name = entry.path().stem().native();
            json[name] = readFile(entry.path());
            seen[name] = scan(json[name], name);
        }
    }
    [[nodiscard]] ReadTable read(const Catalog& catalog, const std::string& name) const {
        const Table* table = catalog.find("", name);
        REQUIRE(table != nullptr);
        return readTable(*table, catalog.dialect, json.at(name), aviaryReading(*table, seen.at(name)));
    }
};

std::string cellText(const Catalog& catalog, const ReadTable& read, const std::string& table, std::size_t row,
                     const std::string& column) {
    const Table* found = catalog.find("", table);
    REQUIRE(found != nullptr);
    REQUIRE(found->columnIndex(column));
    const Cell& cell = read.row(row)[*found->columnIndex(column)];
    if (cell.isNull()) return "null";
    if (cell.kind() == CellKind::integer) return "integer " + std::to_string(cell.integer());
    if (cell.kind() == CellKind::boolean) return cell.integer() != 0 ? "true" : "false";
    if (cell.kind() == CellKind::timestamp) return "timestamp " + std::to_string(cell.integer());
    if (cell.kind() == CellKind::uuid) return "uuid";
    if (cell.kind() == CellKind::real) return "real " + std::to_string(cell.real());
    return std::string(cell.text());
}

/// Fields that say nothing about any record: of each of the seven tables.
std::map<std::string, FieldsSeen> emptyTables() {
    std::map<std::string, FieldsSeen> seen;
    for (const std::string& name : sevenTables) seen[name] = {};
    return seen;
}

}  // namespace

TEST_CASE("a scan finds every field and its kinds") {
    const FieldsSeen seen = scan(R"([{"a":1,"b":null,"c":{"x":[1,{"y":2}]},"d":true},
        {"b":"x","a":2.5,"e":9223372036854775808,"c":[]},{"f":-9223372036854775808,"a":null,"b":""}])",
                                 "t", 1);
    CHECK(seen.rows == 3);
    REQUIRE(seen.fields.size() == 6);
    CHECK((seen.fields[0] == FieldSeen{"a", true, false, true, true, false, false}));
    CHECK((seen.fields[1] == FieldSeen{"b", true, false, false, false, true, false}));
    CHECK((seen.fields[2] == FieldSeen{"c", true, false, false, false, false, true}));
    CHECK((seen.fields[3] == FieldSeen{"d", true, true, false, false, false, false}));
    CHECK((seen.fields[4] == FieldSeen{"e", true, false, false, true, false, false}));
    CHECK((seen.fields[5] == FieldSeen{"f", true, false, true, false, false, false}));
    CHECK(seen.find("e") == &seen.fields[4]);
    CHECK(seen.find("x") == nullptr);
    CHECK((scan("null\n") == FieldsSeen{}));
    CHECK((scan("[]") == FieldsSeen{}));
    CHECK(scan("[{},{}]").rows == 2);
}

TEST_CASE("a scan refuses what is no table, and too many fields") {
    CHECK(scanFailure("{}") == "'database/t.json': expected a list of records, found an object");
    CHECK(scanFailure("5") == "'database/t.json': expected a list of records, found a number");
    CHECK(scanFailure("[{},5]") == "'database/t.json', record 1: expected a record, found a number");
    CHECK(scanFailure("[[]]") == "'database/t.json': expected a record, found a list");
    CHECK(scanFailure("[null]") == "'database/t.json': expected a record, found null");
    CHECK(scanFailure("[{}") == "'database/t.json', record 1: the document ends in the middle");
    CHECK(scanFailure(R"([{"a":1,"b":1},{"c":1}])", 2) ==
          "'database/t.json', record 2: the records have more than 2 different fields");
    CHECK(scanFailure(R"([{"a":1,"b":1},{"a":1}])", 2).empty());
}

TEST_CASE("Aviary's tables are what roost finds in Aviary's databases") {
    for (const auto& [type, file] : {std::pair{"sqlite", "aviary-sqlite-schema.json"},
                                     std::pair{"postgres", "aviary-postgresql-schema.json"}}) {
        const Catalog real = readSchema(readFile(std::string(ROOST_TEST_DATA) + "/" + file)).catalog;
        const Catalog made = aviaryCatalog(type, emptyTables());
        CHECK(made.dialect == real.dialect);
        CHECK(made.warnings.empty());
        REQUIRE(made.tables.size() == 7);
        for (std::size_t t = 0; t < made.tables.size(); ++t) {
            const Table& is = made.tables[t];
            CHECK(is.id == t);
            CHECK(is.name == sevenTables[t]);
            const Table* found = real.find("", is.name);
            REQUIRE(found != nullptr);
            const Table& was = *found;
            REQUIRE(is.columns.size() == was.columns.size());
            for (std::size_t c = 0; c < is.columns.size(); ++c) {
                INFO(type << " " << is.name << "." << was.columns[c].name);
                CHECK(is.columns[c].name == was.columns[c].name);
                CHECK(format(is.columns[c].type) == format(was.columns[c].type));
                CHECK((is.columns[c].typeOrigin == was.columns[c].typeOrigin));
                CHECK(is.columns[c].nativeType == was.columns[c].nativeType);
                CHECK(is.columns[c].nullable == was.columns[c].nullable);
                CHECK(is.columns[c].defaultValue == was.columns[c].defaultValue);
                if (!was.columns[c].spelling.empty())
                    CHECK(is.columns[c].spelling == was.columns[c].spelling);
                CHECK_FALSE(is.columns[c].optional);
            }
            CHECK(is.primaryKey == was.primaryKey);
            CHECK((is.foreignKeys == was.foreignKeys));
            REQUIRE(is.indexes.size() == was.indexes.size());
            for (const Index& index : was.indexes) {
                INFO(index.name);
                const auto same = std::ranges::find(is.indexes, index.name, &Index::name);
                REQUIRE(same != is.indexes.end());
                CHECK(same->unique == index.unique);
                CHECK(same->columns == index.columns);
                // Aviary makes that one itself, in SQL of its own.
                if (index.name != "idx_user_folder_path" || real.dialect != "sqlite")
                    CHECK(same->nativeSql == index.nativeSql);
            }
        }
    }
}

TEST_CASE("an archive of Aviary's on SQLite gives the database's own text back") {
    const Archive archive("backup-new-shape.tar.gz");
    const Catalog catalog = aviaryCatalog("sqlite", archive.seen);
    CHECK(catalog.warnings.empty());
    REQUIRE(catalog.tables.size() == 7);
    const ReadTable users = archive.read(catalog, "users");
    REQUIRE(users.rows == 5);
    CHECK(catalog.find("", "users")->rows == 5);
    const auto user = [&](std::size_t row, const char* column) {
        return cellText(catalog, users, "users", row, column);
    };
    CHECK(user(0, "id") == "6513270e-269e-4d37-b2a7-4de452e6b438");
    CHECK(user(0, "is_admin") == "integer 1");
    CHECK(user(1, "is_admin") == "integer 0");
    CHECK(user(0, "page_dpi") == "integer 0");
    CHECK(user(0, "rmapi_config") == "[auth]\ndevicetoken=abc\nusertoken=\n");
    CHECK(user(0, "pdf_background_removal") == "null");
    CHECK(user(0, "reset_token_expires") == "2025-06-24 14:18:38+05:30");
    CHECK(user(0, "created_at") == "2025-07-06 10:09:59.5+00:00");
    CHECK(user(0, "updated_at") == "2025-11-03 17:36:50.999999+02:00");
    CHECK(user(1, "reset_token_expires") == "null");  // 0001-01-01T00:00:00Z
    CHECK(user(3, "last_login") == "null");
    for (const char* table : {"api_keys", "documents", "user_sessions", "user_folders_cache",
                              "system_settings", "login_attempts"})
        CHECK(archive.read(catalog, table).rows == catalog.find("", table)->rows);
}

TEST_CASE("the same archive read as PostgreSQL's gives values of their own kinds") {
    const Archive archive("backup-new-shape.tar.gz");
    const Catalog catalog = aviaryCatalog("postgres", archive.seen);
    const ReadTable users = archive.read(catalog, "users");
    const auto user = [&](std::size_t row, const char* column) {
        return cellText(catalog, users, "users", row, column);
    };
    CHECK(user(0, "id") == "uuid");
    CHECK(user(0, "is_admin") == "true");
    CHECK(user(0, "page_dpi") == "0");
    CHECK(user(0, "created_at") == "timestamp 805111799500000");
    CHECK(user(1, "reset_token_expires") == "null");
}

TEST_CASE("an older archive has fewer columns, and what Aviary dropped is left out") {
    const Archive archive("backup-old-shape-metadata-last-no-totals.tar.gz");
    const Catalog catalog = aviaryCatalog("sqlite", archive.seen);
    CHECK(catalog.warnings ==
          std::vector<std::string>{
              "the field 'email_verified' of the table 'users' is left out: Aviary no longer has it",
              "the field 'verification_token' of the table 'users' is left out: Aviary no longer has it"});
    const Table* users = catalog.find("", "users");
    REQUIRE(users != nullptr);
    CHECK_FALSE(users->columnIndex("oidc_subject"));
    CHECK_FALSE(users->columnIndex("email_verified"));
    CHECK(users->columnIndex("last_login"));
    CHECK(std::ranges::count(users->indexes, "idx_users_oidc_subject", &Index::name) == 0);
    CHECK(std::ranges::count(users->indexes, "idx_users_email", &Index::name) == 1);
    const ReadTable read = archive.read(catalog, "users");
    CHECK(read.rows == 5);
    CHECK(cellText(catalog, read, "users", 0, "created_at") == "2025-07-06 10:09:59.5+00:00");
}

TEST_CASE("tables and fields that Aviary does not know are guessed, or left out with a word") {
    std::map<std::string, FieldsSeen> seen;
    const std::string users =
        R"([{"id":"00112233-4455-6677-8899-aabbccddeeff","theme":"dark","score":1,"ratio":0.5,
        "beta":true,"mixed":1,"none":null,"tags":["a"],"$odd":1},
        {"id":"00112233-4455-6677-8899-aabbccddee00","mixed":"x","ratio":2}])";
    const std::string plugins = R"([{"b":1},{"a":"x"}])";
    seen["users"] = scan(users);
    seen["plugins"] = scan(plugins);
    seen["unknown"] = scan(R"([{"id":"x"}])");
    seen["nothing"] = scan("null");
    for (const char* type : {"sqlite", "postgres"}) {
        const Catalog catalog = aviaryCatalog(type, seen);
        REQUIRE(catalog.tables.size() == 2);
        const Table& table = catalog.tables[0];
        const auto column = [&table](const char* name) {
            return table.columns.at(table.columnIndex(name).value());
        };
        CHECK(table.columns.size() == 7);
        CHECK_FALSE(column("id").optional);
        for (const auto& [name, logical] :
             {std::pair{"theme", "text"}, std::pair{"score", "int64"}, std::pair{"ratio", "float64"},
              std::pair{"beta", "boolean"}, std::pair{"mixed", "text"}, std::pair{"none", "text"}}) {
            CHECK(format(column(name).type) == logical);
            CHECK(column(name).optional);
            CHECK((column(name).typeOrigin == TypeOrigin::inferred));
        }
        CHECK(
            catalog.warnings ==
            std::vector<std::string>{
                "the field 'theme' of the table 'users' is none of Aviary's; its values are taken as text",
                "the field 'score' of the table 'users' is none of Aviary's; its values are taken as int64",
                "the field 'ratio' of the table 'users' is none of Aviary's; its values are taken as float64",
                "the field 'beta' of the table 'users' is none of Aviary's; its values are taken as boolean",
                "the field 'mixed' of the table 'users' is none of Aviary's; its values are taken as text",
                "the field 'none' of the table 'users' is none of Aviary's; its values are taken as text",
                "the field 'tags' of the table 'users' is left out: Aviary does not know it, and it is no "
                "plain value",
                "the field '$odd' of the table 'users' is left out: Aviary does not know it, and it is no "
                "plain value",
                "the table 'nothing' is left out: it is none of Aviary's, and has no fields",
                "the field 'b' of the table 'plugins' is none of Aviary's; its values are taken as int64",
                "the field 'a' of the table 'plugins' is none of Aviary's; its values are taken as text",
                "the table 'unknown' is left out: Aviary writes three tables of past jobs into it, one over "
                "the other"});
        const ReadTable read = readTable(table, catalog.dialect, users, aviaryReading(table, seen["users"]));
        CHECK(cellText(catalog, read, "users", 0, "mixed") == "integer 1");
        CHECK(cellText(catalog, read, "users", 1, "mixed") == "x");
        CHECK(cellText(catalog, read, "users", 1, "theme") == "null");
        CHECK(cellText(catalog, read, "users", 1, "ratio") == "integer 2");
        CHECK(cellText(catalog, read, "users", 0, "score") == "integer 1");
        CHECK(readTable(catalog.tables[1], catalog.dialect, plugins,
                        aviaryReading(catalog.tables[1], seen["plugins"]))
                  .rows == 2);
    }
}

TEST_CASE("tables of no known database are refused") {
    CHECK(aviaryCatalog("", {}).tables.empty());
    CHECK_THROWS_WITH(aviaryCatalog("mysql", emptyTables()),
                      "'metadata.json': the archive has tables, but of the database 'mysql', where 'sqlite' "
                      "or 'postgres' was expected");
}
