#include "sources/aviary_single_user/account.hpp"

#include <crypt.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "roost/error.hpp"
#include "sources/aviary_single_user/bcrypt.hpp"

using namespace roost;
using namespace roost::single_user;

namespace {

/// Whether the hash is that of the secret, as libcrypt's own simple call has it.
bool verifies(const std::string& secret, const std::string& hash) {
    const char* const again = ::crypt(secret.c_str(), hash.c_str());
    return again != nullptr && hash == again;
}

std::string text(const Table& table, const BatchPtr& batch, std::string_view column) {
    const Cell cell = batch->row(0)[table.columnIndex(column).value()];
    REQUIRE(cell.kind() == CellKind::text);
    return std::string(cell.text());
}

std::string messageOf(const std::string& secret) {
    try {
        checkHashable(secret, "password");
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("bcrypt hashes with a salt of its own, to what bcrypt of others verifies") {
    for (const std::string secret : {"geheim", "", "\xff\xa3 8 bit \xff\xff", "{}$2b$10$"}) {
        const std::string hash = bcrypt(secret);
        CHECK(hash.size() == 60);
        CHECK(hash.starts_with("$2b$10$"));
        CHECK(verifies(secret, hash));
        CHECK(!verifies(secret + "x", hash));
        CHECK(bcrypt(secret) != hash);
    }
    // A test vector of crypt_blowfish and of Go's package.
    CHECK(verifies("allmine", "$2a$10$XajjQvNhvvRt5GSeFk1xFeyqRrsxkhBkUiQeg0dt.wU1qD4aFDcga"));
}

TEST_CASE("a secret that bcrypt would cut is refused, without showing it") {
    CHECK(messageOf(std::string(72, 'x')).empty());
    CHECK(messageOf(std::string(73, 'x')) == "the password has 73 bytes, and bcrypt takes 72 at most");
    CHECK(messageOf(std::string("a\0b", 3)) == "the password holds a NUL byte, which nobody could type");
}

TEST_CASE("ids come from the name and stay the same") {
    // uuid.uuid5(uuid.UUID('5b0f2c1e-6a5d-4f7e-9d3a-1c8e4b7a9f20'), 'user:admin') of Python
    CHECK(userId("admin") == "16411060-bba8-5cf5-b1b5-523714d64505");
    CHECK(userId("ADMIN") == userId("admin"));
    CHECK(userId("admin2") != userId("admin"));
    CHECK(apiKeyId(userId("admin")) == "c93e07c7-c580-51dc-b3e6-43c8cb07a61f");
}

TEST_CASE("an API key that Aviary would not take is told apart, without showing it") {
    CHECK(apiKeyFault("aviary_" + std::string(64, 'a')).empty());
    CHECK(apiKeyFault("aviary_").empty());
    CHECK(apiKeyFault("secret-key") ==
          "Aviary takes only API keys that begin with 'aviary_' once it has users, and this one does not");
    CHECK(apiKeyFault("Aviary_x").starts_with("Aviary takes only"));
    CHECK(apiKeyFault("aviary_a b") ==
          "the API key holds characters that no request can carry: other than printable ASCII");
    CHECK(apiKeyFault("aviary_" + std::string(66, 'a')) ==
          "the API key has 73 bytes, and bcrypt takes 72 at most");
}

TEST_CASE("the tables are Aviary's, of the database that they go to") {
    const Catalog sqlite = accountCatalog("", true);
    CHECK(sqlite.dialect == "sqlite");
    REQUIRE(sqlite.tables.size() == 2);
    CHECK(sqlite.tables[0].name == "users");
    CHECK(sqlite.tables[0].columns.size() == 26);
    CHECK(sqlite.tables[0].rows == 1);
    CHECK(sqlite.tables[1].name == "api_keys");
    CHECK(sqlite.tables[1].columns.size() == 9);
    CHECK(sqlite.tables[1].rows == 1);
    const Catalog postgresql = accountCatalog("postgresql", false);
    CHECK(postgresql.dialect == "postgresql");
    CHECK(postgresql.tables[0].columns[0].nativeType == "uuid");
    CHECK(postgresql.tables[1].rows == 0);
    CHECK(postgresql.tables[1].foreignKeys.at(0).targetTable == "users");
}

TEST_CASE("a key of few characters has them all as its prefix, and empty settings get Aviary's defaults") {
    SingleUserOptions options;
    options.username = "u";
    options.password = "p";
    options.apiKey = "aviary_12";
    options.defaultRmdir.clear();
    options.contrast.clear();
    options.conflictResolution.clear();
    const Account account{options, "", true, {}};
    const Catalog catalog = accountCatalog("sqlite", true);
    const BatchPtr key = apiKeyRow(catalog.tables[1], account);
    CHECK(text(catalog.tables[1], key, "key_prefix") == "aviary_12");
    CHECK(verifies("aviary_12", text(catalog.tables[1], key, "key_hash")));
    const BatchPtr user = userRow(catalog.tables[0], account);
    CHECK(text(catalog.tables[0], user, "default_rmdir") == "/");
    CHECK(text(catalog.tables[0], user, "contrast_setting") == "none");
    CHECK(text(catalog.tables[0], user, "conflict_resolution") == "abort");
    CHECK(text(catalog.tables[0], user, "email") == "u@localhost");
}
