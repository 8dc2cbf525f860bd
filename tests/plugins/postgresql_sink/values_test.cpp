// Values of other databases in PostgreSQL's types: what is converted, and what is refused.
#include <catch2/catch.hpp>
#include <cstring>
#include <limits>
#include <string>

#include "plugins/postgresql_sink/restored.hpp"

using namespace roost;
using namespace roost::test;

namespace {

using namespace std::string_view_literals;

Cell bytes(std::string_view data) { return Cell::view(CellKind::bytes, data); }
Cell decimal(std::string_view data) { return Cell::view(CellKind::decimal, data); }

/// Loads `cells` into column v of that type and gives the server's text of them.
std::string loaded(const std::string& type, const std::vector<Cell>& cells,
                   const std::string& sourceType = "text") {
    const ScratchDatabase database("CREATE TABLE t (id int PRIMARY KEY, v " + type + ")");
    Content content;
    std::vector<Content::Row> rows;
    for (std::size_t i = 0; i < cells.size(); ++i)
        rows.push_back({number(static_cast<std::int64_t>(i)), cells[i]});
    content.add("t", {{"id", "int64"}, {"v", sourceType}}, rows);
    static_cast<void>(restore(content, into(database)));
    return table(database, "SELECT v FROM t ORDER BY id");
}

/// The error for one cell in a column of that type; the table stays as it was.
std::string refused(const std::string& type, const Cell& cell) {
    const ScratchDatabase database("CREATE TABLE t (id int PRIMARY KEY, v " + type +
                                   "); INSERT INTO t (id) VALUES (77)");
    Content content;
    content.add("t", {{"id", "int64"}, {"v", "text"}}, {{number(5), cell}});
    std::string failure = failureOf(content, into(database));
    CHECK(table(database, "SELECT id FROM t") == "77");
    const std::string head = "table t, row id=5: column 'v' cannot hold ";
    return failure.starts_with(head) ? failure.substr(head.size()) : failure;
}

}  // namespace

TEST_CASE("booleans are taken as 0 and 1 and in words") {
    CHECK(loaded("boolean", {number(0), number(1), text("TRUE"), text("f"), text("Yes"), text("off"),
                             text("1"), Cell::boolean(true), Cell::real(0.0), Cell::null()}) ==
          "f\nt\nt\nf\nt\nf\nt\nt\nf\n\\N");
    CHECK(refused("boolean", number(2)) == "2: it is no boolean");
    CHECK(refused("boolean", text("")) == "'': it is no boolean");
    CHECK(refused("boolean", text("maybe")) == "'maybe': it is no boolean");
}

TEST_CASE("integers are taken from text, decimals and whole reals") {
    CHECK(loaded("integer", {text("42"), decimal("-7.00"), Cell::real(3e5), Cell::boolean(true),
                             text("1e3")}) == "42\n-7\n300000\n1\n1000");
    CHECK(
        loaded("bigint", {text("-9223372036854775808"), number(std::numeric_limits<std::int64_t>::max())}) ==
        "-9223372036854775808\n9223372036854775807");
    CHECK(refused("integer", text("abc")) == "'abc': it is no integer");
    CHECK(refused("integer", Cell::real(2.5)) == "2.5: it is no integer");
    CHECK(refused("integer", number(5'000'000'000)) == "5000000000: it is out of range for integer");
    CHECK(refused("smallint", number(32768)) == "32768: it is out of range for smallint");
    CHECK(refused("bigint", decimal("9223372036854775808")) ==
          "9223372036854775808: it is out of range for bigint");
    CHECK(refused("integer", bytes("12")) == "2 bytes: it is no integer");
}

TEST_CASE("reals keep what they are, or are refused") {
    CHECK(loaded("double precision", {number(1LL << 53), text("0.1"), decimal("226.53"), text("NaN"),
                                      text("-Infinity"), text("0.30000000000000004")}) ==
          "9.007199254740992e+15\n0.1\n226.53\nNaN\n-Infinity\n0.30000000000000004");
    CHECK(loaded("real", {Cell::real(226.53), Cell::real(0.5), number(16777216)}) ==
          "226.53\n0.5\n1.6777216e+07");
    CHECK(refused("double precision", number((1LL << 53) + 1)) ==
          "9007199254740993: it has more digits than double precision keeps");
    CHECK(refused("double precision", text("1e999")) ==
          "'1e999': it has more digits than double precision keeps, or is out of its range");
    CHECK(refused("real", Cell::real(0.123456789012)) ==
          "0.123456789012: it has more digits than real keeps");
    CHECK(refused("real", Cell::real(1e300)) == "1e+300: it is out of range for real");
    CHECK(refused("double precision", text("x")) == "'x': it is no double precision");
}

TEST_CASE("decimals keep all their digits") {
    CHECK(loaded("numeric",
                 {text("123456789012345678901234567890.1200"), number(-5), Cell::real(226.53),
                  Cell::real(1e22), text("1.5e3"), Cell::real(std::numeric_limits<double>::quiet_NaN())}) ==
          "123456789012345678901234567890.1200\n-5\n226.53\n10000000000000000000000\n1500\nNaN");
    CHECK(loaded("numeric(5,2)", {text("999.990"), text("-0.1")}) == "999.99\n-0.10");
    CHECK(refused("numeric(5,2)", text("1.234")) ==
          "'1.234': it has more digits behind the point than numeric(5,2) keeps");
    CHECK(refused("numeric(5,2)", number(1000)) == "1000: it is out of range for numeric(5,2)");
    CHECK(refused("numeric", text("1,5")) == "'1,5': it is no numeric");
    CHECK(refused("money", text("1.005")) == "'1.005': it has more digits behind the point than money keeps");
}

TEST_CASE("text is checked, numbers in it keep their digits") {
    CHECK(loaded("text", {number(5), Cell::real(5.0), Cell::boolean(true), decimal("1.50"), text("")}) ==
          "5\n5.0\ntrue\n1.50\n");
    CHECK(loaded("varchar(3)", {text("äöü")}) == "äöü");
    CHECK(loaded("char(3)", {text("ab    ")}) == "ab ");
    CHECK(refused("varchar(3)", text("abcd")) ==
          "'abcd': it has 4 characters, more than character varying(3) takes");
    CHECK(refused("varchar(3)", text("abc ")) ==
          "'abc ': it has 4 characters, more than character varying(3) takes");
    CHECK(refused("text", text("a\0b"sv)) == "'a\\x00b': it holds a NUL byte, which PostgreSQL's text can't");
    CHECK(refused("text", text("caf\xe9 au lait")) == "'caf\\xe9 au lait': it is not UTF-8");
    CHECK(refused("text", text("\xed\xa0\x80")) == "'\\xed\\xa0\\x80': it is not UTF-8");
    CHECK(refused("text", bytes("abc")) == "3 bytes: it is no text");
}

TEST_CASE("bytes and uuids are taken in their other forms") {
    CHECK(loaded("bytea", {bytes("\0\xff"sv), text("ab")}) == "\\x00ff\n\\x6162");
    CHECK(loaded("uuid", {bytes("0123456789abcdef"), text("A0EEBC999C0B4EF8BB6D6BB9BD380A11"),
                          text("{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}")}) ==
          "30313233-3435-3637-3839-616263646566\na0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\n"
          "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
    CHECK(refused("uuid", text("nobody")) == "'nobody': it is no uuid");
    CHECK(refused("uuid", bytes("short")) == "5 bytes: it is no uuid");
    CHECK(refused("bytea", number(5)) == "5: it is no bytea");
}

TEST_CASE("times are taken in every spelling; without an offset they are in UTC") {
    const ScratchDatabase database("CREATE TABLE t (id int, v timestamptz)");
    Content content;
    content.add("t", {{"id", "int64"}, {"v", "timestamptz"}},
                {{number(0), text("2026-01-31 12:34:56")},
                 {number(1), text("2026-01-31T12:34:56.5+02:00")},
                 {number(2), text("2026-01-31")},
                 {number(3), text("infinity")},
                 {number(4), Cell::timestamp(0)},
                 {number(5), text("0001-01-01T00:00:00Z")},
                 {number(6), Cell::date(1)}});
    static_cast<void>(restore(content, into(database)));
    CHECK(table(database, "SELECT v AT TIME ZONE 'UTC' FROM t ORDER BY id") ==
          "2026-01-31 12:34:56\n2026-01-31 10:34:56.5\n2026-01-31 00:00:00\ninfinity\n2000-01-01 00:00:00\n"
          "0001-01-01 00:00:00\n2000-01-02 00:00:00");
    CHECK(loaded("date", {text("2026-01-31"), text("2026-01-31 00:00:00"), Cell::date(0)}) ==
          "2026-01-31\n2026-01-31\n2000-01-01");
    CHECK(loaded("time", {text("12:34:56.789"), text("24:00:00"), Cell::time(1)}) ==
          "12:34:56.789\n24:00:00\n00:00:00.000001");
    CHECK(loaded("interval", {text("P1Y2M3DT4H5M6.789S")}) == "1 year 2 mons 3 days 04:05:06.789");
    CHECK(refused("timestamptz", text("2026-02-30 00:00:00")) ==
          "'2026-02-30 00:00:00': it is no timestamp with time zone");
    CHECK(refused("timestamp", number(1'767'323'045)) == "1767323045: it is no timestamp without time zone");
    CHECK(
        refused("timestamp", text("2026-01-31 12:00:00+02:00")) ==
        "'2026-01-31 12:00:00+02:00': it has an offset from UTC, which timestamp without time zone does not "
        "keep");
    CHECK(loaded("timestamp", {text("2026-01-31 12:00:00+00:00"), text("2026-01-31T12:00:00Z")}) ==
          "2026-01-31 12:00:00\n2026-01-31 12:00:00");
    CHECK(refused("date", text("2026-01-31 12:00:00")) == "'2026-01-31 12:00:00': it is no date");
    CHECK(refused("timestamp", Cell::timestamp(9'223'371'331'200'000'000)).find("out of range") !=
          std::string::npos);
}

TEST_CASE("what is cut off is counted and told once a column") {
    const ScratchDatabase database(
        "CREATE TABLE t (id int PRIMARY KEY, tz timetz, a timestamptz, b timestamp(0))");
    Content content;
    content.add("t", {{"id", "int64"}, {"a", "timestamptz"}, {"b", "timestamp"}},
                {{number(1), text("2026-01-31 23:59:59.9999999"), text("1999-12-31 23:59:59.999")},
                 {number(2), text("2026-01-31T23:59:59.123456789+02:00"), text("2026-01-31 00:00:00")},
                 {number(3), text("2026-01-31 00:00:00Z"), text("2026-01-31 00:00:00.000")}});
    const Restored restored = restore(content, into(database));
    CHECK(table(database, "SELECT a AT TIME ZONE 'UTC', b FROM t ORDER BY id") ==
          "2026-01-31 23:59:59.999999|1999-12-31 23:59:59\n2026-01-31 21:59:59.123456|2026-01-31 00:00:00\n"
          "2026-01-31 00:00:00|2026-01-31 00:00:00");
    CHECK(restored.warnings ==
          std::vector<std::string>{"converted 2 times of column 'a' in table t: digits of a second beyond "
                                   "what timestamp with time zone "
                                   "keeps were cut off",
                                   "converted 1 time of column 'a' in table t: timestamp with time zone does "
                                   "not keep the offset from UTC "
                                   "that it had",
                                   "converted 1 time of column 'b' in table t: digits of a second beyond "
                                   "what timestamp(0) without time "
                                   "zone keeps were cut off"});
}

TEST_CASE("a value that the server refuses is named with its row, too") {
    CHECK(refused("json", text("{")) ==
          "'{': invalid input syntax for type json (The input string ended unexpectedly.)");
    CHECK(refused("inet", text("nowhere")) == "'nowhere': invalid input syntax for type inet: \"nowhere\"");
    CHECK(refused("jsonb", text("\"\\u0000\"")) ==
          "'\"\\x5cu0000\"': unsupported Unicode escape sequence (\\u0000 cannot be converted to text.)");
    CHECK(
        refused("int CHECK (v > 0)", number(0)) ==
        "table t, row id=5: new row for relation \"t\" violates check constraint \"t_v_check\" (Failing row "
        "contains (5, 0).)");
    CHECK(refused("int NOT NULL DEFAULT 1", Cell::null()).find("null: null value in column \"v\"") !=
          std::string::npos);
}

TEST_CASE("a duplicate key far behind is named by its row") {
    const ScratchDatabase database("CREATE TABLE t (id int PRIMARY KEY, v text UNIQUE)");
    Content content;
    std::vector<Content::Row> rows;
    for (std::int64_t i = 0; i < 200'000; ++i) rows.push_back({number(i), Cell::null()});
    rows[150'000][1] = text("twice");
    rows[3][1] = text("twice");
    content.add("t", {{"id", "int64"}, {"v", "text"}}, rows);
    CHECK(
        failureOf(content, into(database)) ==
        "table t, row id=150000: duplicate key value violates unique constraint \"t_v_key\" (Key (v)=(twice) "
        "already exists.)");
    CHECK(table(database, "SELECT count(*) FROM t") == "0");
}
