// Every type, with its edges, compared with the server's own text.
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>

#include "plugins/postgresql/collected.hpp"
#include "plugins/postgresql/test_server.hpp"

using namespace roost;
using namespace roost::test;

namespace {

/// Reads table t of a database made by `sql` and compares every cell.
Collected readBack(const std::string& sql) {
    ScratchDatabase database(sql);
    Collected collected = collect(database.url());
    requireSameAsServer(database.name(), collected);
    return collected;
}

std::string kind(const Collected& collected, const std::string& column) {
    return format(collected.column("t", column).type);
}

}  // namespace

TEST_CASE("numbers keep their ends, their sign of zero and what is no number") {
    const Collected read = readBack(R"(
        CREATE TABLE t (b bool, s int2, i int4, l int8, f float4, d float8);
        INSERT INTO t VALUES (true, -32768, -2147483648, -9223372036854775808, '-0', '-0'),
          (false, 32767, 2147483647, 9223372036854775807, 'NaN', 'NaN'), (NULL, NULL, NULL, NULL, NULL, NULL),
          (true, 0, 0, 0, 'Infinity', 'Infinity'), (true, 0, 0, 0, '-Infinity', '-Infinity'),
          (true, 0, 0, 0, 1e-45, 4.9e-324), (true, 0, 0, 0, 3.4028235e38, 1.7976931348623157e308),
          (true, 0, 0, 0, 0.1, 0.1), (true, 0, 0, 0, 226.53, 0.30000000000000004))");
    CHECK(kind(read, "b") == "boolean");
    CHECK(kind(read, "s") == "int16");
    CHECK(kind(read, "i") == "int32");
    CHECK(kind(read, "l") == "int64");
    CHECK(kind(read, "f") == "float32");
    CHECK(kind(read, "d") == "float64");
    const auto rows = read.rows("t");
    CHECK(std::signbit(rows[0][4].real()));
    CHECK(std::signbit(rows[0][5].real()));
    CHECK(std::isnan(rows[1][4].real()));
    CHECK(rows[1][3].integer() == std::numeric_limits<std::int64_t>::max());
    CHECK(rows[5][5].real() == std::numeric_limits<double>::denorm_min());
}

TEST_CASE("a numeric keeps every digit, up to the largest and the smallest that the server takes") {
    const Collected read = readBack(R"(
        CREATE TABLE t (n numeric, p numeric(12,4), z numeric(5,-2), w numeric(3,5), m money);
        INSERT INTO t (n) VALUES ('NaN'), ('Infinity'), ('-Infinity'), (0), (0.000), (-0.0), (1), (-1), (10000), (9999),
          (99990000), (100000000), (0.0001), (0.00001), (123456789.123456789), (-0.00000000000000000001), (1e-1000),
          (-1e1000), (1e131071), (('1e-16383')::numeric), (repeat('9', 1000)::numeric), (('0.' || repeat('12345', 3000))::numeric),
          ((repeat('7', 131072) || '.' || repeat('3', 16383))::numeric), (1000000000000000000000000000000000000.000000),
          (0.10), (0.1000), (12345.6), (1234.56780000), (NULL);
        INSERT INTO t (p, z, w, m) VALUES (12345678.1234, 12345, 0.00123, -92233720368547758.08), (0, 0, 0, 92233720368547758.07),
          (-0.0001, 99900, -0.00999, 0.01))");
    CHECK(kind(read, "n") == "decimal");
    CHECK(kind(read, "p") == "decimal(12,4)");
    CHECK(read.column("t", "z").type.scale == -2);
    CHECK(kind(read, "w") == "decimal(3,5)");
    CHECK(kind(read, "m") == "decimal");
    CHECK(read.column("t", "m").nativeType == "money");
    CHECK(read.rows("t")[0][0].kind() == CellKind::decimal);
    CHECK(read.rows("t")[0][0].text() == "NaN");
    CHECK(read.rows("t")[4][0].text() == "0.000");
    CHECK(read.rows("t")[29][4].text() == "-92233720368547758.08");
}

TEST_CASE("text arrives byte for byte, char(n) without its padding") {
    const Collected read = readBack(R"(
        CREATE TABLE t (a text, v varchar(5), c char(4), n name, q "char", b bpchar);
        INSERT INTO t VALUES ('', '', '', '', '', ''), (NULL, NULL, NULL, NULL, NULL, NULL),
          (E'\t\n\r\\ "''', 'a  ', 'ab', 'name', 'x', 'p  '), (E'\U0001F600 \u0301\u200B\uFEFF', E'\u00e4', E'\u00e4 b', E'\u00e4', E'\x7f', ' '),
          (repeat('x', 300000), '12345', '    ', repeat('n', 63), ' ', E'  \t ');
        INSERT INTO t (a) SELECT string_agg(chr(c), '') FROM generate_series(1, 1114111) c
          WHERE c NOT BETWEEN 55296 AND 57343 AND (c < 3000 OR c % 97 = 0 OR c > 1114000);
        INSERT INTO t (a) SELECT chr(c) FROM generate_series(1, 700) c)");
    CHECK(kind(read, "a") == "text");
    CHECK(kind(read, "v") == "text(5)");
    CHECK(kind(read, "c") == "text(4)");
    CHECK(kind(read, "q") == "other");
    const auto rows = read.rows("t");
    CHECK(rows[0][0].kind() == CellKind::text);
    CHECK(rows[0][0].text().empty());
    CHECK(rows[1][0].isNull());
    CHECK(rows[2][1].text() == "a  ");
    CHECK(rows[2][2].text() == "ab");
    CHECK(rows[4][2].text().empty());
    CHECK(rows[4][5].text() == "  \t");
}

TEST_CASE("bytes and uuids arrive as they are") {
    const Collected read = readBack(R"(
        CREATE TABLE t (b bytea, u uuid);
        INSERT INTO t VALUES ('', '00000000-0000-0000-0000-000000000000'), (NULL, NULL),
          ((SELECT string_agg(set_byte('\x00', 0, i), '' ORDER BY i) FROM generate_series(0, 255) i), 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
          ('\x00', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'))");
    const auto rows = read.rows("t");
    CHECK(rows[0][0].kind() == CellKind::bytes);
    CHECK(rows[0][0].bytes().empty());
    REQUIRE(rows[2][0].bytes().size() == 256);
    CHECK(rows[2][0].bytes()[255] == std::byte{255});
    CHECK(rows[3][1].kind() == CellKind::uuid);
    CHECK(rows[3][1].bytes()[0] == std::byte{0xA0});
}

TEST_CASE("times keep their microseconds, from 4713 BC to 294276, and both infinities") {
    const Collected read = readBack(R"(
        SET TimeZone = 'Asia/Kolkata';
        CREATE TABLE t (d date, c time, s timestamp, z timestamptz, l time with time zone, p timestamptz(3));
        INSERT INTO t VALUES ('4713-01-01 BC', '00:00', '4713-01-01 00:00:00 BC', '4713-01-02 00:00:00+00 BC', '00:00+14', '2026-01-01'),
          ('5874897-12-31', '24:00', '294276-12-31 23:59:59.999999', '294276-12-31 23:59:59.999999+00', '23:59:59.999999-15:59:59', NULL),
          ('infinity', '23:59:59.999999', 'infinity', 'infinity', NULL, 'infinity'), ('-infinity', NULL, '-infinity', '-infinity', NULL, NULL),
          (NULL, NULL, NULL, NULL, NULL, NULL), ('0001-01-01', '12:34:56.7', '0001-01-01', '0001-01-01 00:00:00+00', '12:34:56+05:30', NULL),
          ('0001-12-31 BC', '00:00:00.000001', '0001-12-31 23:59:59.5 BC', '0001-12-31 BC', NULL, NULL),
          ('1999-12-31', NULL, '1999-12-31 23:59:59.999999', '1999-12-31 23:59:59.999999', NULL, NULL),
          ('2000-02-29', NULL, '2000-03-01', '1970-01-01 00:00:00+00', NULL, NULL), ('2000-01-01', NULL, '2000-01-01', '2026-03-29 02:30:00+01', NULL, NULL))");
    CHECK(kind(read, "d") == "date");
    CHECK(kind(read, "c") == "time");
    CHECK(kind(read, "s") == "timestamp");
    CHECK(kind(read, "z") == "timestamptz");
    CHECK(kind(read, "l") == "other");
    const auto rows = read.rows("t");
    CHECK(rows[1][1].integer() == 86'400'000'000);
    CHECK(rows[2][0].integer() == positiveInfinity);
    CHECK(rows[2][2].integer() == positiveInfinity);
    CHECK(rows[3][0].integer() == negativeInfinity);
    CHECK(rows[3][3].integer() == negativeInfinity);
    CHECK(rows[9][0].integer() == 0);
    CHECK(rows[9][2].integer() == 0);
    CHECK(rows[7][2].integer() == -1);
    CHECK(rows[1][4].text() == "23:59:59.999999-15:59:59");
}

TEST_CASE("an interval keeps its three parts apart") {
    const Collected read = readBack(R"(
        CREATE TABLE t (i interval, h interval hour to minute);
        INSERT INTO t VALUES ('0', '0'), ('1 year 2 mons -3 days 04:05:06.789012', '3 hours'), ('-1 mon 1 day -00:00:00.000001', NULL),
          ('178000000 years', '-00:01'), ('-178000000 years', NULL), ('1 mon 30 days 720 hours', NULL), (NULL, NULL),
          ('2147483647 days', NULL), ('2562047788:00:54.775807', NULL))");
    CHECK(kind(read, "i") == "interval");
    const auto rows = read.rows("t");
    CHECK(rows[1][0].interval() == Interval{14, -3, 14'706'789'012});
    CHECK(rows[5][0].interval() == Interval{1, 30, 2'592'000'000'000});
}

TEST_CASE("json keeps its spelling, jsonb what the server made of it") {
    const Collected read = readBack(R"(
        CREATE TABLE t (j json, b jsonb);
        INSERT INTO t VALUES ('  {"b" : 1, "a":  2, "a": 3.10}', '  {"b" : 1, "a":  2, "a": 3.10}'), ('null', 'null'), (NULL, NULL),
          ('"\u00e4\n"', '"\u00e4\n"'), ('123456789012345678901234567890.5', '123456789012345678901234567890.50'), ('[]', '[{}, [], ""]'))");
    CHECK(kind(read, "j") == "json");
    CHECK(kind(read, "b") == "json");
    CHECK(read.rows("t")[0][0].text() == R"(  {"b" : 1, "a":  2, "a": 3.10})");
    CHECK(read.rows("t")[0][1].text() == R"({"a": 3.10, "b": 1})");
    CHECK(read.rows("t")[1][1].kind() == CellKind::text);
}

TEST_CASE("arrays keep their bounds, nulls and quotes") {
    const Collected read = readBack(R"(
        CREATE TYPE mood AS ENUM ('sad', 'o"k', 'happy, very');
        CREATE DOMAIN even AS int CHECK (VALUE % 2 = 0);
        CREATE TYPE pair AS (a int, b text);
        CREATE TABLE t (i int[], t text[], m int[][], e mood[], u uuid[], z timestamptz[], d even[], y bytea[], c pair[],
          f float8[], n numeric[], v interval[], k char(3)[], x mood[], mo money[], vec int2vector);
        INSERT INTO t VALUES ('{}', '{}', '{{1,2},{3,NULL}}', '{sad,"o\"k"}', NULL, '{"2026-01-01 00:00:00+05:30",infinity}', '{2,4}',
          '{"\\x00ff",""}', ARRAY[ROW(1,'a "q" \')::pair, NULL], '{NaN,-0,0.1}', '{1.10,NaN}', '{1 mon 1 day}', '{ab}', NULL, '{12.34}', '1 2'),
          ('[0:1]={5,6}', '{NULL,"NULL","",",","{}","a\"b","\\","  "}', '[2:3][-1:0]={{1,2},{3,4}}', '{}', NULL, NULL, NULL, NULL, NULL, NULL,
           NULL, NULL, NULL, NULL, NULL, ''))");
    CHECK(kind(read, "i") == "array(int32)");
    CHECK(kind(read, "t") == "array(text)");
    CHECK(kind(read, "e") == "array(enum)");
    CHECK(kind(read, "u") == "array(uuid)");
    CHECK(kind(read, "z") == "array(timestamp)");
    CHECK(kind(read, "d") == "array(int32)");
    CHECK(kind(read, "c") == "array(other)");
    CHECK(kind(read, "vec") == "other");
    CHECK(read.column("t", "d").nativeType == "public.even[]");
    const auto rows = read.rows("t");
    CHECK(rows[0][0].text() == "{}");
    CHECK(rows[1][0].text() == "[0:1]={5,6}");
    CHECK(rows[0][5].text() == R"({"2025-12-31 18:30:00+00",infinity})");
    CHECK(rows[0][9].text() == "{NaN,-0,0.1}");
}

TEST_CASE("domains are read as what they are made of and keep their name") {
    const Collected read = readBack(R"(
        CREATE TYPE mood AS ENUM ('b', 'a');
        CREATE DOMAIN price AS numeric(10,2);
        CREATE DOMAIN fare AS price CHECK (VALUE >= 0);
        CREATE DOMAIN feeling AS mood;
        CREATE DOMAIN padded_code AS char(5);
        CREATE DOMAIN ids AS int[];
        CREATE DOMAIN address AS inet;
        CREATE DOMAIN cash AS money;
        CREATE TYPE pair AS (a int, b text);
        CREATE DOMAIN couple AS pair;
        CREATE DOMAIN span AS int4range;
        CREATE TABLE t (p price, f fare, m feeling, c padded_code, i ids, a address, k cash, o couple, s span);
        INSERT INTO t VALUES (1.5, 2.25, 'a', 'ab', '{1,2}', '10.0.0.1/8', 3.5, ROW(1, 'x y'), '[1,5)'), (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL))");
    CHECK(kind(read, "p") == "decimal(10,2)");
    CHECK(kind(read, "f") == "decimal(10,2)");
    CHECK(kind(read, "m") == "enum");
    CHECK(kind(read, "c") == "text(5)");
    CHECK(kind(read, "i") == "array(int32)");
    CHECK(kind(read, "a") == "other");
    CHECK(read.column("t", "f").nativeType == "public.fare");
    CHECK(read.rows("t")[0][3].text() == "ab");
    CHECK(read.rows("t")[0][6].text() == "3.50");
    CHECK(read.rows("t")[1][8].isNull());
}

TEST_CASE("every other type comes as the text of its own output function") {
    const Collected read = readBack(R"(
        CREATE EXTENSION citext; CREATE EXTENSION hstore; CREATE EXTENSION cube;
        CREATE TYPE "odd "" type" AS ("a b" int, c text, d date);
        CREATE TYPE floatrange AS RANGE (SUBTYPE = float8);
        CREATE TABLE t (a inet, b cidr, c macaddr, d macaddr8, e int4range, f tstzrange, g int4multirange, h "odd "" type", i tsvector,
          j tsquery, k xml, l bit(3), m varbit, n hstore, o citext, p oid, q pg_lsn, r point, s box, u polygon, v regclass, w xid, x tid,
          y floatrange, z cube, aa jsonpath, bb txid_snapshot, cc circle, dd line, ee daterange);
        INSERT INTO t VALUES ('10.0.0.1', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', '[1,10)', '[2026-01-01 00:00+05:30,infinity)',
          '{[1,3),[5,7)}', ROW(1, 'a,"b"\ (c)', NULL), 'fat:2A cat:1', 'fat & !cat', '<?xml version="1.0"?><a>&lt;</a>', B'101', B'', 'a=>1,"b c"=>NULL',
          'MiXed', 4294967295, '16/B374D848', '(1.5,-0)', '((1,1),(0,0))', '((0,0),(1,1),(2,0))', 't', '4294967295', '(0,1)',
          '[0.1,0.30000000000000004)', '(1,2),(3,4)', '$."a"[*]', '10:20:10,14,15', '<(0.1,0.2),0.3>', '{1,2,3}', '[2026-01-01,)'),
          ('::1/128', '::/0', NULL, NULL, 'empty', '(,)', '{}', ROW(NULL, NULL, NULL), '', NULL, '', NULL, NULL, '', '', 0, '0/0', NULL, NULL, NULL,
          NULL, NULL, NULL, 'empty', NULL, NULL, NULL, NULL, NULL, 'empty');
        INSERT INTO t (a) VALUES (NULL))");
    CHECK(kind(read, "o") == "text");
    CHECK(kind(read, "a") == "other");
    CHECK(read.column("t", "a").nativeType == "inet");
    CHECK(read.column("t", "h").nativeType == R"(public."odd "" type")");
    const auto rows = read.rows("t");
    CHECK(rows[0][0].text() == "10.0.0.1");  // a cast to text would give 10.0.0.1/32
    CHECK(rows[1][7].text() == "(,,)");      // a row of nulls is no null
    CHECK(rows[0][21].kind() == CellKind::text);
    CHECK(rows[2][0].isNull());
}

TEST_CASE("enum labels come as they are spelled") {
    const Collected read = readBack(R"(
        CREATE TYPE mood AS ENUM ('z last', 'a"quoted', 'Ünï', '');
        CREATE TABLE t (m mood);
        INSERT INTO t SELECT unnest(enum_range(NULL::mood)))");
    CHECK(kind(read, "m") == "enum");
    CHECK(read.column("t", "m").nativeType == "public.mood");
    CHECK(read.rows("t")[0][0].text() == "z last");
    CHECK(read.rows("t")[3][0].text().empty());
}

TEST_CASE("tables without columns, without rows, with dropped and with generated columns are read") {
    ScratchDatabase database(R"(
        CREATE TABLE nothing (); INSERT INTO nothing SELECT FROM generate_series(1, 70000);
        CREATE TABLE empty (a int);
        CREATE TABLE t (gone int, a int, gone_too text, b text, g int GENERATED ALWAYS AS (a * 2) STORED, "last ""one""" int);
        INSERT INTO t VALUES (1, 2, 'x', 'y', DEFAULT, 4);
        ALTER TABLE t DROP COLUMN gone; ALTER TABLE t DROP COLUMN gone_too; ALTER TABLE t ADD COLUMN added int DEFAULT 7;
        CREATE TABLE only_generated (g int GENERATED ALWAYS AS (1) STORED); INSERT INTO only_generated DEFAULT VALUES)");
    const Collected read = collect(database.url());
    CHECK(read.rows("nothing").size() == 70'000);
    CHECK(read.rows("empty").empty());
    const auto rows = read.rows("t");
    REQUIRE(rows.size() == 1);
    REQUIRE(rows[0].size() == 5);
    CHECK(rows[0][0].integer() == 2);
    CHECK(rows[0][1].text() == "y");
    CHECK(rows[0][2].isNull());  // generated: described, not read
    CHECK(rows[0][3].integer() == 4);
    CHECK(rows[0][4].integer() == 7);
    CHECK(read.column("t", "g").generated == "(a * 2)");
    CHECK(read.column("t", "g").generatedStored);
    CHECK_FALSE(read.column("t", "g").defaultValue);
    CHECK(read.rows("only_generated").size() == 1);
}

TEST_CASE("a value of 100 MB is read whole") {
    ScratchDatabase database(
        "CREATE TABLE t (b bytea); INSERT INTO t SELECT decode(repeat('00ff10', 35000000), 'hex'); INSERT "
        "INTO t VALUES ('\\x01')");
    const Collected read = collect(database.url());
    const auto rows = read.rows("t");
    REQUIRE(rows.size() == 2);
    REQUIRE(rows[0][0].bytes().size() == 105'000'000);
    CHECK(rows[0][0].bytes()[104'999'998] == std::byte{0xFF});
    CHECK(rows[1][0].bytes().size() == 1);
}
