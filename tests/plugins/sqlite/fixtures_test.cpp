// Databases that others made, read and compared value by value.
#include <catch2/catch.hpp>

#include "plugins/sqlite/sqlite_test_support.hpp"

using namespace roost;
using namespace roost::sqlite;
using namespace roost::sqlite::testing;

namespace {

void compare(const std::string& path, std::size_t leastRows) {
    CAPTURE(path);
    Host host;
    const Reading expected = readWithPython(path);
    CHECK(expected.size() > leastRows);
    const bool equal = readAll(optionsFor(path), host) == expected;
    CHECK(equal);
    CHECK(host.temporary.names().empty());
}

/// Says so where a large one is not there.
std::string available(const std::string& name) {
    const std::string path = fixture(name);
    if (path.empty()) WARN("skipped: no sample file " << name << " in ../shared/fixtures");
    return path;
}

}  // namespace

TEST_CASE("databases of real applications are read value by value") {
    compare(fixture("aviary/aviary.db"), 92);
    compare(fixture("apps/memos/seeded-sqlite.db"), 10);
    compare(fixture("apps/shiori/seeded-sqlite.db"), 10);
}

TEST_CASE("well-known sample databases are read value by value") {
    if (const std::string path = available("chinook/Chinook_Sqlite.sqlite"); !path.empty())
        compare(path, 15'607);
    if (const std::string path = available("sakila/sakila-sqlite.db"); !path.empty()) compare(path, 40'000);
}

TEST_CASE("the Northwind database, with blanks in names and pictures, is read value by value") {
    const std::string script = available("northwind/northwind-sqlite.sql");
    if (script.empty()) return;
    const Folder folder;
    const std::string path = folder.file("northwind.db");
    Database database(path);
    database.run("PRAGMA synchronous = OFF");
    database.run(contentOf(script));
    database.close();
    compare(path, 3'000);
}

TEST_CASE("Aviary's tables come out with the types that the application means") {
    Host host;
    const Catalog catalog = SqliteSource(optionsFor(fixture("aviary/aviary.db"))).catalog(host);
    const Table* users = catalog.find("", "users");
    REQUIRE(users != nullptr);
    const auto typeOf = [&](const char* name) {
        return format(users->columns[*users->columnIndex(name)].type);
    };
    CHECK(typeOf("id") == "uuid");
    CHECK(typeOf("is_admin") == "boolean");
    CHECK(typeOf("folder_depth_limit") == "int64");
    CHECK(typeOf("page_dpi") == "float64");
    CHECK(typeOf("created_at") == "timestamptz");
    CHECK(users->primaryKey == std::vector<std::string>{"id"});
    CHECK(users->indexes.size() == 4);
    CHECK(catalog.find("", "api_keys")->foreignKeys.at(0).onDelete == "CASCADE");
}
