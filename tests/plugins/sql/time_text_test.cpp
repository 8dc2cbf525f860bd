#include "lib/sql/time_text.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using roost::sql::fromRfc3339;
using roost::sql::isIsoDate;
using roost::sql::isIsoTime;
using roost::sql::spellingOf;
using roost::sql::toRfc3339;

namespace {
std::string converted(std::string_view text, bool assumeUtc = false) {
    return toRfc3339(text, assumeUtc).value_or("(none)");
}
}  // namespace

TEST_CASE("the four spellings are told apart") {
    CHECK(spellingOf("2026-01-31 12:34:56") == "YYYY-MM-DD HH:MM:SS");
    CHECK(spellingOf("2026-01-31 12:34:56.5") == "YYYY-MM-DD HH:MM:SS");
    CHECK(spellingOf("2026-01-31 12:34:56.123456789+02:00") == "YYYY-MM-DD HH:MM:SS+hh:mm");
    CHECK(spellingOf("2026-01-31 12:34:56Z") == "YYYY-MM-DD HH:MM:SS+hh:mm");
    CHECK(spellingOf("2026-01-31T12:34:56") == "YYYY-MM-DDTHH:MM:SS");
    CHECK(spellingOf("2026-01-31T12:34:56-11:30") == "YYYY-MM-DDTHH:MM:SS+hh:mm");
}

TEST_CASE("what no spelling gives back to the letter has none") {
    for (const char* text :
         {"", "x", "2026-01-31", "2026-01-31 12:34", "2026-01-31  12:34:56", "2026-01-31 12:34:56 ",
          "2026-01-31t12:34:56", "2026-01-31T12:34:56z", "2026-01-31 12:34:56+02", "2026-01-31 12:34:56+0200",
          "2026-01-31 12:34:56 +02:00", "2026-02-30 00:00:00", "2026-01-31 24:00:00", "2026-01-31 12:34:60"})
        CHECK(spellingOf(text) == "");
}

TEST_CASE("what has a spelling comes back from RFC 3339 to the letter") {
    for (const char* text :
         {"2026-01-31 12:34:56", "2026-01-31 12:34:56.000", "2026-01-31 12:34:56.123456789+02:00",
          "0001-01-01 00:00:00+00:00", "2026-01-31 12:34:56Z", "2026-01-31T12:34:56",
          "2026-01-31T12:34:56.1Z", "9999-12-31T23:59:59.999999-23:59", "0000-01-01 00:00:00"})
        for (const bool utc : {false, true}) {
            INFO(text << " utc " << utc);
            CHECK(fromRfc3339(converted(text, utc), spellingOf(text)) == text);
        }
}

TEST_CASE("all of SQLite's date and time formats become RFC 3339") {
    CHECK(converted("2026-01-31") == "2026-01-31T00:00:00");
    CHECK(converted("2026-01-31 12:34") == "2026-01-31T12:34:00");
    CHECK(converted("2026-01-31 12:34:56") == "2026-01-31T12:34:56");
    CHECK(converted("2026-01-31 12:34:56.789") == "2026-01-31T12:34:56.789");
    CHECK(converted("2026-01-31T12:34") == "2026-01-31T12:34:00");
    CHECK(converted("2026-01-31T12:34:56") == "2026-01-31T12:34:56");
    CHECK(converted("2026-01-31T12:34:56.789") == "2026-01-31T12:34:56.789");
    CHECK(converted("2026-01-31 12:34Z") == "2026-01-31T12:34:00Z");
    CHECK(converted("2026-01-31 12:34:56 -04:00") == "2026-01-31T12:34:56-04:00");
}

TEST_CASE("UTC is assumed only where no offset is written") {
    CHECK(converted("2026-01-31 12:34:56", true) == "2026-01-31T12:34:56Z");
    CHECK(converted("2026-01-31", true) == "2026-01-31T00:00:00Z");
    CHECK(converted("2026-01-31 12:34:56+02:00", true) == "2026-01-31T12:34:56+02:00");
    CHECK(converted("2026-01-31 12:34:56z", true) == "2026-01-31T12:34:56Z");
}

TEST_CASE("the spellings of Go and PostgreSQL become RFC 3339") {
    CHECK(converted("2026-01-31 12:34:56.999 -0700") == "2026-01-31T12:34:56.999-07:00");
    CHECK(converted("2026-01-31 12:34:56 -0700 MST") == "2026-01-31T12:34:56-07:00");
    CHECK(converted("2026-01-31 12:34:56 +0300 +03 m=+0.001") == "2026-01-31T12:34:56+03:00");
    CHECK(converted("2026-01-31 12:34:56 +0000 m=+1") == "2026-01-31T12:34:56+00:00");
    CHECK(converted("2026-01-31 12:34:56+02") == "2026-01-31T12:34:56+02:00");
    CHECK(converted("2026-01-31 12:34:56 UTC") == "2026-01-31T12:34:56Z");
}

TEST_CASE("what is no possible date and time is none") {
    for (const char* text : {"",
                             "now",
                             "12:34:56",
                             "2026-02-29",
                             "2026-13-01",
                             "2026-00-01",
                             "2026-01-00",
                             "26-01-31",
                             "2026-01-31 24:00:00",
                             "2026-01-31 12:60",
                             "2026-01-31 12:34:60",
                             "2026-01-31 12:34:56.",
                             "2026-01-31 12:34:56+24:00",
                             "2026-01-31 12:34:56+02:60",
                             "2026-01-31 12:34:56 MST",
                             "2026-01-31 12:34:56 +0200 nonsense",
                             "2026-01-31 12:34:56Zx",
                             " 2026-01-31",
                             "-0044-03-15",
                             "2026-01-31 12:34:56 +0000 m=",
                             "2460000.5",
                             "1767323045",
                             "2026-01-31 12:34:56+02:00:30"}) {
        INFO(text);
        CHECK(converted(text) == "(none)");
    }
    CHECK(converted("2024-02-29") == "2024-02-29T00:00:00");
}

TEST_CASE("a time with an offset keeps it in a column without one") {
    CHECK(fromRfc3339("2026-01-31T12:34:56+02:00", "YYYY-MM-DD HH:MM:SS") == "2026-01-31 12:34:56+02:00");
    CHECK(fromRfc3339("2026-01-31T12:34:56Z", "YYYY-MM-DD HH:MM:SS") == "2026-01-31 12:34:56");
    CHECK(fromRfc3339("2026-01-31T12:34:56Z", "") == "2026-01-31T12:34:56Z");
    CHECK(fromRfc3339("odd", "YYYY-MM-DD HH:MM:SS") == "odd");
}

TEST_CASE("dates and times of day are checked against the calendar") {
    CHECK(isIsoDate("2024-02-29"));
    CHECK(isIsoDate("0000-01-01"));
    CHECK_FALSE(isIsoDate("2026-02-29"));
    CHECK_FALSE(isIsoDate("2026-01-31 "));
    CHECK_FALSE(isIsoDate("2026-1-31"));
    CHECK(isIsoTime("00:00:00"));
    CHECK(isIsoTime("23:59:59.999999999"));
    CHECK_FALSE(isIsoTime("24:00:00"));
    CHECK_FALSE(isIsoTime("12:34"));
    CHECK_FALSE(isIsoTime("12:34:56."));
    CHECK_FALSE(isIsoTime("12:34:56Z"));
}
