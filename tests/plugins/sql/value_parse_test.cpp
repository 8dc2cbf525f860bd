#include "lib/sql/value_parse.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <limits>
#include <random>
#include <string>

#include "lib/sql/calendar.hpp"
#include "lib/sql/value_text.hpp"

using namespace roost;
using namespace roost::sql;

namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t hour = 3'600 * second;
constexpr std::int64_t day = 24 * hour;

std::string written(const Cell& cell, bool utc = false) {
    std::array<char, longestValue> text{};
    return {text.data(), writeValue(text.data(), cell, utc)};
}

std::string written(const Interval& interval) {
    std::array<char, longestValue> text{};
    return {text.data(), writeInterval(text.data(), interval)};
}

/// The value of an instant; fails the test where the text is none.
std::int64_t instant(const std::string& text) {
    INFO(text);
    const auto parsed = parseTimestamp(text, true);
    REQUIRE(parsed);
    return parsed->value;
}

std::int64_t wallClock(const std::string& text) {
    INFO(text);
    const auto parsed = parseTimestamp(text, false);
    REQUIRE(parsed);
    return parsed->value;
}

}  // namespace

TEST_CASE("a uuid is read in every spelling that is taken for one") {
    std::array<std::byte, 16> wanted{};
    for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i] = static_cast<std::byte>(i * 17);
    for (const char* text : {"00112233-4455-6677-8899-aabbccddeeff", "00112233-4455-6677-8899-AABBCCDDEEFF",
                             "00112233445566778899aabbccddeeff", "{00112233-4455-6677-8899-aabbccddeeff}",
                             "{00112233445566778899AABBCCDDEEFF}"})
        CHECK(parseUuid(text) == wanted);
    for (const char* text :
         {"", "{}", "00112233-4455-6677-8899-aabbccddeef", "00112233-4455-6677-8899-aabbccddeefg",
          "0011223344556677-8899-aabbccddeeff--", "00112233+4455-6677-8899-aabbccddeeff",
          "{00112233-4455-6677-8899-aabbccddeeff", "00112233-4455-6677-8899-aabbccddeeff ",
          "-0112233-4455-6677-8899-aabbccddeeff", "00112233445566778899aabbccddee-f"}) {
        INFO(text);
        CHECK_FALSE(parseUuid(text));
    }
}

TEST_CASE("dates are read back from what is written for them") {
    CHECK(parseDate("2000-01-01") == 0);
    CHECK(parseDate("2026-01-31") == 9527);
    CHECK(parseDate("1999-12-31") == -1);
    CHECK(parseDate("0000-02-29") == daysSince2000({0, 2, 29}));
    CHECK(parseDate("-0043-03-15") == daysSince2000({-43, 3, 15}));
    CHECK(parseDate("+10000-01-01") == daysSince2000({10'000, 1, 1}));
    CHECK(parseDate("10000-01-01") == daysSince2000({10'000, 1, 1}));  // as PostgreSQL writes it
    CHECK(parseDate("5874897-12-31") == daysSince2000({5'874'897, 12, 31}));
    CHECK(parseDate("infinity") == positiveInfinity);
    CHECK(parseDate("-infinity") == negativeInfinity);
    std::mt19937_64 random(1);
    for (int i = 0; i < 20'000; ++i) {
        const auto days = static_cast<std::int64_t>(random()) >> (i % 60 + 3);
        INFO(days);
        REQUIRE(parseDate(written(Cell::date(days))) == days);
    }
}

TEST_CASE("what is no date that exists is none") {
    for (const char* text : {"",
                             "2026",
                             "2026-02-29",
                             "2026-02-30",
                             "2026-13-01",
                             "2026-00-01",
                             "2026-01-00",
                             "2026-01-32",
                             "2026-1-31",
                             "2026-01-31 ",
                             " 2026-01-31",
                             "2026-01-31T00:00:00",
                             "-0000-01-01",
                             "+999-01-01",
                             "10000-1-01",
                             "99999999999999999999-01-01",
                             "+99999999999999999999-01-01",
                             "+25000000000000001-01-01",
                             "Infinity",
                             "1900-02-29",
                             "2026/01/31"}) {
        INFO(text);
        CHECK_FALSE(parseDate(text));
    }
    CHECK(parseDate("2000-02-29"));
}

TEST_CASE("times of the day") {
    CHECK(parseTime("12:34")->value == 12 * hour + 34 * 60 * second);
    CHECK(parseTime("12:34:56")->value == 12 * hour + 34 * 60 * second + 56 * second);
    CHECK(parseTime("00:00:00.000001")->value == 1);
    CHECK(parseTime("00:00:00.5")->value == second / 2);
    CHECK(parseTime("24:00:00")->value == day);
    CHECK(parseTime("24:00")->value == day);
    CHECK(parseTime("23:59:59.9999999")->value == day - 1);
    CHECK(parseTime("23:59:59.9999999")->truncated);
    CHECK_FALSE(parseTime("23:59:59.9999990")->truncated);
    for (const char* text :
         {"", "12", "12:", "12:3", "12:34:", "12:34:5", "12:34:56.", "24:00:01", "24:01", "25:00",
          "24:00:00.0000001", "12:60", "12:34:60", "12:34:56Z", "12:34:56+00:00", "-1:00", "1234"}) {
        INFO(text);
        CHECK_FALSE(parseTime(text));
    }
    std::mt19937_64 random(2);
    for (int i = 0; i < 10'000; ++i) {
        const auto value = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(day + 1));
        REQUIRE(parseTime(written(Cell::time(value)))->value == value);
    }
}

TEST_CASE("instants take offsets into account, wall clocks leave them alone") {
    const std::int64_t noon = 9527 * day + 12 * hour;
    for (const char* text :
         {"2026-01-31T12:00:00Z", "2026-01-31 12:00:00", "2026-01-31 12:00", "2026-01-31T12:00:00",
          "2026-01-31T14:00:00+02:00", "2026-01-31 06:30:00-05:30", "2026-01-31 14:00:00 +0200 CEST",
          "2026-01-31 12:00:00 UTC", "2026-01-31t12:00:00z", "2026-01-31 14:00:00+02"})
        CHECK(instant(text) == noon);
    CHECK(instant("2026-01-31") == 9527 * day);
    CHECK(instant("2026-01-31T00:30:00+01:00") == 9527 * day - hour / 2);
    CHECK(wallClock("2026-01-31T12:00:00+02:00") == noon);
    CHECK(wallClock("2026-01-31 12:00:00 +0200 CEST") == noon);
    CHECK(wallClock("2026-01-31 12:00:00Z") == noon);
    CHECK(instant("infinity") == positiveInfinity);
    CHECK(instant("-infinity") == negativeInfinity);
    CHECK(instant("-0043-03-15T00:00:00Z") == daysSince2000({-43, 3, 15}) * day);
    CHECK(parseTimestamp("2026-01-31T12:00:00Z", true)->hasOffset);
    CHECK(parseTimestamp("2026-01-31 12:00:00 UTC", true)->hasOffset);
    CHECK_FALSE(parseTimestamp("2026-01-31T12:00:00", true)->hasOffset);
}

TEST_CASE("digits below a microsecond are cut off, and that is told") {
    const auto cut = parseTimestamp("2026-01-02T03:04:05.123456789+02:00", true);
    REQUIRE(cut);
    CHECK(cut->value == 9498 * day + hour + 4 * 60 * second + 5'123'456);
    CHECK(cut->truncated);
    const auto old = parseTimestamp("1999-12-31T23:59:59.9999999Z", true);
    REQUIRE(old);
    CHECK(old->value == -1);
    CHECK(old->truncated);
    CHECK_FALSE(parseTimestamp("2026-01-02T03:04:05.123456000Z", true)->truncated);
    CHECK(instant("2026-01-02T03:04:05." + std::string(5000, '0') + "Z") == instant("2026-01-02T03:04:05Z"));
}

TEST_CASE("what is no possible time is none") {
    for (const char* text :
         {"", "yesterday", "2026-02-30T00:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T12:60:00Z",
          "2026-01-31T12:00:60Z", "2026-01-31T12:00:00+24:00", "2026-01-31T12:00:00+02:60",
          "2026-01-31T12:00:00.Z", "2026-01-31T12", "2026-01-31x12:00:00", "12:00:00", "1767225600",
          "2026-01-31T12:00:00Zx", "2026-01-31T12:00:00+02:00x", "+400000-01-01T00:00:00Z",
          "-300000-01-01T00:00:00Z"}) {
        INFO(text);
        CHECK_FALSE(parseTimestamp(text, true));
        CHECK_FALSE(parseTimestamp(text, false));
    }
}

TEST_CASE("timestamps of all 64 bits are read back from what is written for them") {
    constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    for (const std::int64_t value : {least + 1, least + 2, least + day, most - 1, most - day, std::int64_t{0},
                                     std::int64_t{-1}, -day, day - 1}) {
        INFO(value);
        CHECK(instant(written(Cell::timestamp(value), true)) == value);
        CHECK(wallClock(written(Cell::timestamp(value), false)) == value);
    }
    // What would read as an infinity is out of range.
    for (const std::int64_t value : {least, most}) {
        std::array<char, longestTimestamp> text{};
        const char* const end = writeTimestamp(text.data(), value, true);
        CHECK_FALSE(parseTimestamp({text.data(), end}, true));
    }
    std::mt19937_64 random(3);
    for (int i = 0; i < 20'000; ++i) {
        const auto value = static_cast<std::int64_t>(random()) >> (i % 64);
        REQUIRE(instant(written(Cell::timestamp(value), true)) == value);
    }
}

TEST_CASE("intervals are read back from what is written for them") {
    CHECK(parseInterval("PT0S") == Interval{});
    CHECK(parseInterval("P1Y2M3DT4H5M6.789S") == Interval{14, 3, 4 * hour + 5 * 60 * second + 6'789'000});
    CHECK(parseInterval("P-1Y-1M3DT-1H-1.5S") == Interval{-13, 3, -hour - 1'500'000});
    CHECK(parseInterval("PT-0.5S") == Interval{0, 0, -500'000});
    constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
    constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
    for (const Interval& value : {Interval{least, least, std::numeric_limits<std::int64_t>::min()},
                                  Interval{most, most, std::numeric_limits<std::int64_t>::max()},
                                  Interval{0, -1, 1}, Interval{11, 0, -1}}) {
        INFO(written(value));
        CHECK(parseInterval(written(value)) == value);
    }
    std::mt19937_64 random(4);
    for (int i = 0; i < 10'000; ++i) {
        const Interval value{static_cast<std::int32_t>(random() >> (i % 40 + 24)),
                             static_cast<std::int32_t>(random()),
                             static_cast<std::int64_t>(random()) >> (i % 64)};
        INFO(written(value));
        REQUIRE(parseInterval(written(value)) == value);
    }
}

TEST_CASE("what is no duration, or does not fit, is none") {
    for (const char* text : {"",
                             "P",
                             "PT",
                             "P1",
                             "P1H",
                             "PT1Y",
                             "1Y",
                             "P1.5Y",
                             "PT1.5M",
                             "PT1.S",
                             "PT0.0000001S",
                             "P1M1Y",
                             "P1D1D",
                             "PT1S1M",
                             "P1YT",
                             "P178956971Y",
                             "P2147483648M",
                             "P-2147483649D",
                             "PT9223372036854775808S",
                             "PT9223372036855S",
                             "PT1S ",
                             "P1Y-",
                             "P--1Y",
                             "P1W"}) {
        INFO(text);
        CHECK_FALSE(parseInterval(text));
    }
}
