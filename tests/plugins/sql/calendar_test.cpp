#include "lib/sql/calendar.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>
#include <string>

using namespace roost::sql;

namespace {
std::string date(std::int64_t days) {
    std::array<char, longestTimestamp> text{};
    return {text.data(), writeDate(text.data(), days)};
}
std::string timeOfDay(std::int64_t micros) {
    std::array<char, longestTimestamp> text{};
    return {text.data(), writeTime(text.data(), micros)};
}
std::string timestamp(std::int64_t micros, bool utc) {
    std::array<char, longestTimestamp> text{};
    return {text.data(), writeTimestamp(text.data(), micros, utc)};
}
}  // namespace

TEST_CASE("dates count from 2000-01-01") {
    CHECK(date(0) == "2000-01-01");
    CHECK(date(-1) == "1999-12-31");
    CHECK(date(59) == "2000-02-29");
    CHECK(date(60) == "2000-03-01");
    CHECK(date(-10957) == "1970-01-01");
    CHECK(date(9527) == "2026-01-31");
}

TEST_CASE("years that four digits do not hold are written with a sign") {
    CHECK(date(2'921'939) == "9999-12-31");
    CHECK(date(2'921'940) == "+10000-01-01");
    CHECK(date(-730'485) == "0000-01-01");
    CHECK(date(-730'486) == "-0001-12-31");
    // select '0044-03-15 BC'::date - '2000-01-01'::date
    CHECK(date(-746'117) == "-0043-03-15");
    // The ends of PostgreSQL's date: 4714-11-24 BC and 5874897-12-31.
    CHECK(date(-2'451'545) == "-4713-11-24");
    CHECK(date(2'145'031'948) == "+5874897-12-31");
}

TEST_CASE("every day has a date that leads back to it") {
    for (std::int64_t day = -3'000'000; day < 3'000'000; day += 61) {
        const CivilDate there = civilDate(day);
        REQUIRE(daysSince2000(there) == day);
        REQUIRE(there.day >= 1);
        REQUIRE(there.day <= daysInMonth(there.year, there.month));
    }
    for (const std::int64_t day : {std::int64_t{-146'097'000'000}, std::int64_t{146'096'999'999}})
        CHECK(daysSince2000(civilDate(day)) == day);
}

TEST_CASE("times have microseconds without trailing zeros") {
    CHECK(timeOfDay(0) == "00:00:00");
    CHECK(timeOfDay(1) == "00:00:00.000001");
    CHECK(timeOfDay(45'296'789'000) == "12:34:56.789");
    CHECK(timeOfDay(86'399'999'999) == "23:59:59.999999");
    CHECK(timeOfDay(86'400'000'000) == "24:00:00");
}

TEST_CASE("timestamps cover PostgreSQL's range") {
    CHECK(timestamp(0, true) == "2000-01-01T00:00:00Z");
    CHECK(timestamp(-1, false) == "1999-12-31T23:59:59.999999");
    CHECK(timestamp(9'223'371'331'199'999'999, true) == "+294276-12-31T23:59:59.999999Z");
    CHECK(timestamp(-211'813'488'000'000'000, false) == "-4713-11-24T00:00:00");
    CHECK(timestamp(std::numeric_limits<std::int64_t>::min() + 1, true).size() < longestTimestamp);
}

TEST_CASE("months that do not exist have no days") {
    CHECK(daysInMonth(2026, 0) == 0);
    CHECK(daysInMonth(2026, 13) == 0);
    CHECK(daysInMonth(1900, 2) == 28);
    CHECK(daysInMonth(2000, 2) == 29);
}
