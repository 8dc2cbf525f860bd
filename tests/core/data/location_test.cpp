#include "roost/location.hpp"

#include <catch2/catch.hpp>

#include "roost/error.hpp"

using namespace roost;

TEST_CASE("a location splits at its scheme") {
    CHECK(Location::parse("sqlite:/data/a:b.db").scheme() == "sqlite");
    CHECK(Location::parse("sqlite:/data/a:b.db").path() == "/data/a:b.db");
    CHECK(Location::parse("sqlite:///data/x.db").path() == "/data/x.db");
    CHECK(Location::parse("file:relative/x").path() == "relative/x");
    CHECK(Location::parse("-").scheme() == "-");
    CHECK(Location::parse("postgresql://u@h/d").text() == "postgresql://u@h/d");
    CHECK_THROWS_AS(Location::parse("/no/scheme"), Error);
    CHECK_THROWS_AS(Location::parse(":x"), Error);
    CHECK_THROWS_AS(Location::parse("a b:x"), Error);
}

TEST_CASE("passwords are never shown") {
    const auto [text, shown] = GENERATE(table<std::string, std::string>({
        {"postgresql://aviary:secret@host:5432/db", "postgresql://aviary:***@host:5432/db"},
        {"postgresql://aviary:se@c/re:t@host/db", "postgresql://aviary:***@host/db"},
        {"postgresql://aviary@host/db", "postgresql://aviary@host/db"},
        {"postgresql://host/db?user=u&password=secret&sslmode=require",
         "postgresql://host/db?user=u&password=***&sslmode=require"},
        {"host=h password=secret dbname=d", "host=h password=*** dbname=d"},
        {"host=h password = secret dbname=d", "host=h password = *** dbname=d"},
        {"host=h password =  'a b' dbname=d", "host=h password =  *** dbname=d"},
        {"the password is asked for; sslpassword=x", "the password is asked for; sslpassword=***"},
        {R"(host=h password='it\'s secret' dbname=d)", "host=h password=*** dbname=d"},
        {"url: \"postgresql://u:p@h/d\" and s3://b/p", "url: \"postgresql://u:***@h/d\" and s3://b/p"},
    }));
    CHECK(redact(text) == shown);
}

TEST_CASE("a location of parts shows itself without the password") {
    const Location full = Location::fromParts(
        "postgres",
        {{"host", "db"}, {"port", "5432"}, {"user", "aviary"}, {"password", "p@:/"}, {"name", "app"}});
    CHECK(full.redacted() == "postgres://aviary:***@db:5432/app");
    const Location file =
        Location::fromParts("sqlite", {{"path", "/data/aviary.db"}, {"name", "aviary"}, {"host", ""}});
    CHECK(file.path() == "/data/aviary.db");
    CHECK(file.redacted() == "sqlite:/data/aviary.db");
    CHECK(Location::fromParts("sqlite", {{"name", "x.db"}}).path() == "x.db");
}
