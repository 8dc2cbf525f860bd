// Numbers in columns of times: converted where the source says what they are, else refused.
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>

#include "plugins/postgresql_sink/restored.hpp"
#include "roost/error.hpp"

using namespace roost;
using namespace roost::test;

namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

Content contentOf(const std::string& sourceType, const std::vector<Cell>& cells) {
    Content content;
    std::vector<Content::Row> rows;
    for (std::size_t i = 0; i < cells.size(); ++i)
        rows.push_back({number(static_cast<std::int64_t>(i)), cells[i]});
    content.add("t", {{"id", "int64"}, {"v", sourceType}}, rows);
    return content;
}

/// Loads `cells` of a column of type `from` into one of type `to`; the server's text of them, in UTC.
std::string loaded(const std::string& from, const std::string& to, const std::vector<Cell>& cells) {
    const ScratchDatabase database("CREATE TABLE t (id int PRIMARY KEY, v " + to + ")");
    static_cast<void>(restore(contentOf(from, cells), into(database)));
    return table(database, "SELECT " +
                               std::string(to.starts_with("timestamptz") ? "v AT TIME ZONE 'UTC'" : "v") +
                               " FROM t ORDER BY id");
}

/// What the error for one cell says; the table stays as it was.
struct Refusal {
    std::string message;  ///< behind "column 'v' cannot hold "
    std::string hint;
};

Refusal refusal(const std::string& from, const std::string& to, const Cell& cell) {
    const ScratchDatabase database("CREATE TABLE t (id int PRIMARY KEY, v " + to +
                                   "); INSERT INTO t (id) VALUES (77)");
    Refusal refusal;
    try {
        static_cast<void>(restore(contentOf(from, {cell}), into(database)));
    } catch (const Error& error) {
        refusal = {error.what(), error.hint()};
    }
    CHECK(table(database, "SELECT id FROM t") == "77");
    const std::string head = "table t, row id=0: column 'v' cannot hold ";
    if (refusal.message.starts_with(head)) refusal.message.erase(0, head.size());
    return refusal;
}

std::string refused(const std::string& from, const std::string& to, const Cell& cell) {
    return refusal(from, to, cell).message;
}

}  // namespace

TEST_CASE("seconds, milliseconds and Julian days become times") {
    CHECK(loaded("timestamptz as seconds", "timestamptz",
                 {number(1'767'323'045), number(0), number(-1), Cell::real(1'767'323'045.25), Cell::null(),
                  text("2026-01-02 03:04:05+02:00"), text("2026-01-02")}) ==
          "2026-01-02 03:04:05\n1970-01-01 00:00:00\n1969-12-31 23:59:59\n2026-01-02 03:04:05.25\n\\N\n"
          "2026-01-02 01:04:05\n2026-01-02 00:00:00");
    CHECK(loaded("timestamptz as milliseconds", "timestamptz",
                 {number(1'767'323'045'678), number(-1), Cell::real(1.5)}) ==
          "2026-01-02 03:04:05.678\n1969-12-31 23:59:59.999\n1970-01-01 00:00:00.0015");
    CHECK(
        loaded("timestamptz as julian-day", "timestamptz",
               {Cell::real(2'460'000.5), number(2'460'000), Cell::real(2'451'544.500'011'574), number(0)}) ==
        "2023-02-25 00:00:00\n2023-02-24 12:00:00\n2000-01-01 00:00:01\n4714-11-24 12:00:00 BC");
    CHECK(loaded("timestamp as seconds", "timestamp", {number(1'767'323'045)}) == "2026-01-02 03:04:05");
}

TEST_CASE("the server's own zone shifts no number") {
    const ScratchDatabase database("CREATE TABLE t (id int PRIMARY KEY, v timestamptz, w timestamp)");
    database.run("ALTER DATABASE " + database.name() + " SET timezone = 'Asia/Kolkata'");
    Content content;
    content.add("t", {{"id", "int64"}, {"v", "timestamptz as seconds"}, {"w", "timestamptz as seconds"}},
                {{number(1), number(1'767'323'045), number(1'767'323'045)}});
    static_cast<void>(restore(content, into(database)));
    CHECK(table(database, "SELECT v AT TIME ZONE 'UTC', w FROM t") ==
          "2026-01-02 03:04:05|2026-01-02 03:04:05");
}

TEST_CASE("the target's own type decides what a number becomes") {
    CHECK(loaded("timestamptz as seconds", "bigint", {number(1'767'323'045)}) == "1767323045");
    CHECK(loaded("timestamptz as seconds", "numeric", {Cell::real(1.5)}) == "1.5");
    CHECK(loaded("timestamptz as seconds", "text", {number(1'767'323'045), Cell::real(1.5)}) ==
          "1767323045\n1.5");
    CHECK(loaded("timestamptz as seconds", "timestamp", {number(1'767'323'045)}) == "2026-01-02 03:04:05");
    CHECK(loaded("date as seconds", "timestamptz", {number(1'767'323'045)}) == "2026-01-02 03:04:05");
    CHECK(loaded("date as seconds", "date", {number(1'767'312'000), number(-86'400), text("2026-01-02")}) ==
          "2026-01-02\n1969-12-31\n2026-01-02");
    CHECK(loaded("date as julian-day", "date", {Cell::real(2'460'000.5), number(2'460'001)}) ==
          "2023-02-25\n2023-02-25");
    CHECK(refused("timestamptz as seconds", "time", number(5)) == "5: it is no time without time zone");
}

TEST_CASE("what digits a target doesn't keep are cut off towards the past, and counted") {
    const ScratchDatabase database("CREATE TABLE t (id int PRIMARY KEY, v timestamptz, w timestamp(0))");
    Content content;
    content.add("t", {{"id", "int64"}, {"v", "timestamptz as seconds"}, {"w", "timestamptz as milliseconds"}},
                {{number(1), Cell::real(1'700'000'000.1234567), number(1'700'000'000'999)},
                 {number(2), Cell::real(1'700'000'000.123456), number(-1)},
                 {number(3), Cell::real(-0.0000001), number(0)}});
    const Restored restored = restore(content, into(database));
    CHECK(table(database, "SELECT v AT TIME ZONE 'UTC', w FROM t ORDER BY id") ==
          "2023-11-14 22:13:20.123456|2023-11-14 22:13:20\n2023-11-14 22:13:20.123456|1969-12-31 23:59:59\n"
          "1969-12-31 23:59:59.999999|1970-01-01 00:00:00");
    CHECK(
        restored.warned("converted 2 times of column 'v' in table t: digits of a second beyond what "
                        "timestamp with time zone keeps were cut off"));
    CHECK(restored.warned("converted 2 times of column 'w' in table t"));
}

TEST_CASE("a number that nothing is said of, or that is no time, is a bad value") {
    CHECK(refused("timestamptz", "timestamptz", number(1'767'323'045)) ==
          "1767323045: it is no timestamp with time zone");
    CHECK(refused("timestamp", "timestamp", Cell::real(2'460'000.5)) ==
          "2460000.5: it is no timestamp without time zone");
    CHECK(refused("date", "date", number(20'260'102)) == "20260102: it is no date");
    CHECK(refused("timestamptz as seconds", "timestamptz", text("")) ==
          "'': it is no timestamp with time zone");
    CHECK(refused("timestamptz as seconds", "timestamptz", text("1767323045")) ==
          "'1767323045': it is no timestamp with time zone");
    CHECK(refused("timestamptz as seconds", "timestamptz", number(most)) ==
          "9223372036854775807: it is out of range for timestamp with time zone");
    CHECK(refused("timestamptz as seconds", "timestamptz", number(-300'000'000'000)) ==
          "-300000000000: it is out of range for timestamp with time zone");
    CHECK(refused("timestamptz as milliseconds", "timestamptz", Cell::real(HUGE_VAL)) ==
          "inf: it is out of range for timestamp with time zone");
    CHECK(refused("timestamptz as julian-day", "timestamptz", number(1'767'323'045)) ==
          "1767323045: it is no Julian day, which go from 0 to the end of the year 9999");
    CHECK(refused("date as seconds", "date", number(1'767'323'045)) ==
          "1767323045: it is 2026-01-02T03:04:05Z, which is more than a date");
}

TEST_CASE("the hint tells how to say what numbers are, where it is that that is missing") {
    const std::string hint =
        "if it is a time, say at its source what the numbers are: 'infer: true' finds out, and 'types' says "
        "it, "
        "such as {table.column: timestamptz as seconds}";
    const auto has = [](const Refusal& refusal, const std::string& part) {
        return refusal.hint.find(part) != std::string::npos;
    };
    CHECK(has(refusal("timestamptz", "timestamptz", number(5)), hint));
    CHECK(has(refusal("date", "date", Cell::real(5.5)), hint));
    CHECK_FALSE(has(refusal("timestamptz", "timestamptz", text("")), hint));
    CHECK_FALSE(has(refusal("timestamptz as seconds", "timestamptz", number(most)), hint));
    CHECK_FALSE(has(refusal("int64", "int", text("x")), hint));
    CHECK(has(refusal("date as seconds", "date", number(5)),
              "say at its source, by 'types', that the column holds timestamps"));
}
