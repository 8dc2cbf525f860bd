#include "lib/sql/postgresql/connection_settings.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "roost/error.hpp"

using namespace roost;
using sql::postgresql::ConnectionSettings;

namespace {

std::map<std::string, std::string> keywords(const ConnectionSettings& settings) {
    return {settings.keywords().begin(), settings.keywords().end()};
}

ConnectionSettings from(const std::string& url) { return ConnectionSettings::from(Location::parse(url)); }

std::string complaint(const std::string& url) {
    try {
        static_cast<void>(from(url));
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("a URI and a connection string go to libpq as they are") {
    const auto uri = from("postgresql://u:p%40w@h:5433/db?sslmode=require");
    CHECK(uri.expands());
    CHECK(keywords(uri).at("dbname") == "postgresql://u:p%40w@h:5433/db?sslmode=require");
    CHECK(keywords(from("postgres://h/db")).at("dbname") == "postgresql://h/db");
    const auto words = from("postgresql:host=h dbname='a b' password='x y'");
    CHECK(words.expands());
    CHECK(keywords(words).at("dbname") == "host=h dbname='a b' password='x y'");
}

TEST_CASE("a bare name is a database's, and nothing at all leaves it to the environment") {
    const auto name = from("postgresql:app");
    CHECK_FALSE(name.expands());
    CHECK(keywords(name).at("dbname") == "app");
    CHECK_FALSE(keywords(from("postgresql:")).contains("dbname"));
    CHECK(keywords(from("postgresql:")).at("fallback_application_name") == "roost");
}

TEST_CASE("parts are single keywords, so that nothing in them needs escaping") {
    const auto settings =
        ConnectionSettings::from(Location::fromParts("postgresql", {{"host", "h"},
                                                                    {"port", "5433"},
                                                                    {"user", "u"},
                                                                    {"password", "p@:/ '\\=w"},
                                                                    {"name", "a=b"},
                                                                    {"sslmode", "require"}}));
    CHECK_FALSE(settings.expands());
    const auto words = keywords(settings);
    CHECK(words.at("password") == "p@:/ '\\=w");
    CHECK(words.at("dbname") == "a=b");
    CHECK(words.at("host") == "h");
    CHECK(words.at("port") == "5433");
    CHECK(words.at("user") == "u");
    CHECK(words.at("sslmode") == "require");
    const auto both = ConnectionSettings::from(
        Location::fromParts("postgres", {{"name", "app"}, {"path", "/data/app.db"}}));
    CHECK(keywords(both).at("dbname") == "app");  // the path is SQLite's
    CHECK_THROWS_WITH(ConnectionSettings::from(Location::fromParts("postgresql", {{"sokcet", "x"}})),
                      "a PostgreSQL database has no part 'sokcet'");
}

TEST_CASE("what libpq can't read is refused without a piece of it being shown") {
    for (const char* url :
         {"postgresql://u:se%zzcret@h/db", "postgresql:password=my secret", "postgresql:pass word=secret",
          "postgresql://u:secret@h:x]y[/db?secret", "postgresql:host=h password='secret",
          "postgresql:host=h secret=1 dbname=x", "postgresql://u:p@secret@h/db",
          "postgresql://u:p/secret@h/db", "postgresql://u:secret/db", "postgresql://u@secret:secret/db",
          "postgresql:host=h port=secret"}) {
        const std::string said = complaint(url);
        CAPTURE(url, said);
        CHECK(said.starts_with("the url is no connection string that PostgreSQL's library can read ("));
        CHECK(said.find("secret") == std::string::npos);
        CHECK(said.find("se%zz") == std::string::npos);
        CHECK(said.find('\n') == std::string::npos);
    }
    CHECK(complaint("postgresql://u:p?w@h/db?user=a@b").empty());  // nothing wrong with these
    CHECK(complaint("postgresql://u:p%40%2F:w@h:1,h2:2/d%40b").empty());
    CHECK(complaint("postgresql:///db?host=/tmp&user=a@b").empty());
    CHECK(complaint("postgresql://u:se%zzcret@h/db") ==
          "the url is no connection string that PostgreSQL's library can read (invalid percent-encoded "
          "token: \"...\")");
}
