#include "lib/archive/cell_encoder.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "lib/archive/record_encoder.hpp"

using namespace roost;
using namespace roost::archive;
using namespace std::string_literals;

namespace {

Column column(const std::string& type, const std::string& spelling = "") {
    Column result;
    result.name = "c";
    result.type = parseLogicalType(type);
    result.spelling = spelling;
    return result;
}

std::string recordOf(const std::vector<Column>& columns, const std::vector<Cell>& cells) {
    Table table;
    table.name = "t";
    table.columns = columns;
    RecordEncoder encoder(table);
    std::string text;
    TextBuffer out(TextBuffer::mostRoom, [&text](std::string_view piece) { text += piece; });
    encoder.append(cells, out);
    out.flush();
    return text;
}

/// What stands for the cell in a record of a column of that type.
std::string json(const Column& column, const Cell& cell) {
    const std::string record = recordOf({column}, {cell});
    REQUIRE(record.starts_with("{\"c\":"));
    return record.substr(5, record.size() - 6);
}
std::string json(const std::string& type, const Cell& cell) { return json(column(type), cell); }

Cell text(std::string_view value) { return Cell::view(CellKind::text, value); }
Cell blob(std::string_view value) { return Cell::view(CellKind::bytes, value); }
Cell decimal(std::string_view value) { return Cell::view(CellKind::decimal, value); }

const std::string uuidBytes = "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xAA\xBB\xCC\xDD\xEE\xFF"s;
Cell uuidCell() { return Cell::view(CellKind::uuid, uuidBytes); }

std::string json(const Interval& value) {
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    return json("interval", Cell::view(CellKind::interval, bytes));
}

}  // namespace

TEST_CASE("null is null in a column of any type") {
    for (const char* type :
         {"boolean", "int64", "float64", "decimal(10,2)", "text", "bytes", "uuid", "date", "time",
          "timestamp", "timestamptz", "interval", "json", "array(int32)", "enum", "other"})
        CHECK(json(type, Cell::null()) == "null");
}

TEST_CASE("booleans are true and false, also where SQLite holds 0 and 1") {
    CHECK(json("boolean", Cell::boolean(true)) == "true");
    CHECK(json("boolean", Cell::integer(0)) == "false");
    CHECK(json("boolean", Cell::integer(1)) == "true");
    CHECK(json("boolean", Cell::integer(2)) == R"({"$integer":"2"})");
    CHECK(json("boolean", Cell::integer(-1)) == R"({"$integer":"-1"})");
    CHECK(json("boolean", Cell::real(1.0)) == R"({"$real":"1.0"})");
    CHECK(json("boolean", text("yes")) == R"({"$text":"yes"})");
    CHECK(json("boolean", blob("\x01")) == R"({"$blob":"AQ=="})");
}

TEST_CASE("integers are numbers of any size") {
    for (const char* type : {"int16", "int32", "int64"}) {
        CHECK(json(type, Cell::integer(-7)) == "-7");
        CHECK(json(type, Cell::integer(std::numeric_limits<std::int64_t>::min())) == "-9223372036854775808");
        CHECK(json(type, Cell::integer(9'007'199'254'740'993)) == "9007199254740993");
        CHECK(json(type, Cell::boolean(true)) == "true");
        CHECK(json(type, Cell::real(2.5)) == R"({"$real":"2.5"})");
        CHECK(json(type, text("abc")) == R"({"$text":"abc"})");
        CHECK(json(type, text("")) == R"({"$text":""})");
        CHECK(json(type, blob("")) == R"({"$blob":""})");
    }
}

TEST_CASE("reals read back to the bit and are told from integers") {
    CHECK(json("float64", Cell::real(5)) == "5.0");
    CHECK(json("float64", Cell::integer(5)) == "5");
    CHECK(json("float64", Cell::real(-0.0)) == "-0.0");
    CHECK(json("float64", Cell::real(0.1 + 0.2)) == "0.30000000000000004");
    CHECK(json("float64", Cell::real(1e20)) == "1e+20");
    CHECK(json("float64", Cell::real(1e15)) == "1e+15");
    CHECK(json("float64", Cell::real(123456.0)) == "123456.0");
    CHECK(json("float64", Cell::real(5e-324)) == "5e-324");
    CHECK(json("float64", Cell::real(std::nan(""))) == R"({"$real":"NaN"})");
    CHECK(json("float64", Cell::real(INFINITY)) == R"({"$real":"Infinity"})");
    CHECK(json("float64", Cell::real(-INFINITY)) == R"({"$real":"-Infinity"})");
    CHECK(json("float64", text("x")) == R"({"$text":"x"})");
    CHECK(json("text", Cell::real(INFINITY)) == R"({"$real":"Infinity"})");
    for (const double value : {1.0 / 3, 226.53, 1.7976931348623157e308, 2.2250738585072014e-308, 4.35})
        CHECK(std::stod(json("float64", Cell::real(value))) == value);
}

TEST_CASE("single precision has its own shortest digits, unless it holds more") {
    CHECK(json("float32", Cell::real(static_cast<double>(226.53F))) == "226.53");
    CHECK(json("float32", Cell::real(0.1F)) == "0.1");
    CHECK(json("float32", Cell::real(226.53)) == R"({"$real":"226.53"})");
    CHECK(json("float32", Cell::real(0.1)) == R"({"$real":"0.1"})");
    CHECK(json("float32", Cell::real(1e300)) == R"({"$real":"1e+300"})");
    CHECK(json("float32", Cell::real(-0.0)) == "-0.0");
    CHECK(json("float32", Cell::real(std::nan(""))) == R"({"$real":"NaN"})");
    CHECK(json("float32", Cell::integer(3)) == "3");
}

TEST_CASE("decimals are numbers up to fifteen digits, then strings") {
    CHECK(json("decimal(10,2)", decimal("1.50")) == "1.50");
    CHECK(json("decimal", decimal("-0.000000000000001")) == "-0.000000000000001");
    CHECK(json("decimal", decimal("123456789012345")) == "123456789012345");
    CHECK(json("decimal", decimal("1234567890123456")) == R"("1234567890123456")");
    CHECK(json("decimal", decimal("123456789012345678.123456789")) == R"("123456789012345678.123456789")");
    CHECK(json("decimal", decimal("0.1000000000000000")) == R"("0.1000000000000000")");
    CHECK(json("decimal", decimal("NaN")) == R"({"$real":"NaN"})");
    CHECK(json("decimal", decimal("-Infinity")) == R"({"$real":"-Infinity"})");
    CHECK(json("decimal", decimal("odd")) == R"({"$text":"odd"})");
    CHECK(json("decimal", Cell::integer(7)) == "7");
    CHECK(json("decimal", Cell::real(2.5)) == "2.5");
    CHECK(json("decimal", Cell::real(7)) == "7.0");
    CHECK(json("decimal", text("1.50")) == R"({"$text":"1.50"})");
    CHECK(json("text", decimal("1.50")) == R"("1.50")");
    CHECK(json("int64", decimal("1.50")) == R"({"$text":"1.50"})");
}

TEST_CASE("text is a string in which only what JSON demands is escaped") {
    for (const char* type : {"text", "text(50)", "enum", "other", "json"}) {
        CHECK(json(type, text("plain")) == R"("plain")");
        CHECK(json(type, text("")) == R"("")");
        CHECK(json(type, text("<a href=\"x\">&amp;\\</a>")) == R"("<a href=\"x\">&amp;\\</a>")");
        CHECK(json(type, text("\x01\x1F\x7F\b\f\n\r\t")) == "\"\\u0001\\u001f\x7F\\b\\f\\n\\r\\t\"");
        CHECK(json(type, text("a\0b"s)) == R"("a\u0000b")");
        CHECK(json(type, text("\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80")) ==
              "\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\"");
        CHECK(json(type, text("a\xFF\x62")) == R"({"$text":{"$blob":"Yf9i"}})");
        CHECK(json(type, Cell::integer(5)) == R"({"$integer":"5"})");
        CHECK(json(type, Cell::real(5)) == R"({"$real":"5.0"})");
        CHECK(json(type, blob("\x00\xFF"s)) == R"({"$blob":"AP8="})");
    }
    CHECK(json("int64", text("\xFF")) == R"({"$text":{"$blob":"/w=="}})");
}

TEST_CASE("bytes are base64, and text among them is marked") {
    CHECK(json("bytes", blob("")) == R"("")");
    CHECK(json("bytes", blob("f")) == R"("Zg==")");
    CHECK(json("bytes", blob("fo")) == R"("Zm8=")");
    CHECK(json("bytes", blob("foo")) == R"("Zm9v")");
    CHECK(json("bytes", blob("foobar")) == R"("Zm9vYmFy")");
    CHECK(json("bytes", text("foo")) == R"({"$text":"foo"})");
    CHECK(json("bytes", Cell::integer(1)) == R"({"$integer":"1"})");
}

TEST_CASE("uuids are canonical, and what was written otherwise is kept beside them") {
    CHECK(json("uuid", uuidCell()) == R"("00112233-4455-6677-8899-aabbccddeeff")");
    CHECK(json("text", uuidCell()) == R"("00112233-4455-6677-8899-aabbccddeeff")");
    CHECK(json("int64", uuidCell()) == R"({"$text":"00112233-4455-6677-8899-aabbccddeeff"})");
    CHECK(json("uuid", text("00112233-4455-6677-8899-aabbccddeeff")) ==
          R"("00112233-4455-6677-8899-aabbccddeeff")");
    CHECK(json("uuid", text("00112233-4455-6677-8899-AABBCCDDEEFF")) ==
          R"("00112233-4455-6677-8899-aabbccddeeff","$exact":{"c":"00112233-4455-6677-8899-AABBCCDDEEFF"})");
    CHECK(json("uuid", text("00112233445566778899aabbccddeeff")) ==
          R"("00112233-4455-6677-8899-aabbccddeeff","$exact":{"c":"00112233445566778899aabbccddeeff"})");
    CHECK(
        json("uuid", text("{00112233-4455-6677-8899-aabbccddeeff}")) ==
        R"("00112233-4455-6677-8899-aabbccddeeff","$exact":{"c":"{00112233-4455-6677-8899-aabbccddeeff}"})");
    for (const char* odd :
         {"", "alice", "00112233-4455-6677-8899-aabbccddeefg", "0011223-34455-6677-8899-aabbccddeeff",
          "00112233-4455-6677-8899-aabbccddeeff0", "{}"})
        CHECK(json("uuid", text(odd)) == R"({"$text":")"s + odd + "\"}");
    CHECK(json("uuid", blob(uuidBytes)) == R"({"$blob":"ABEiM0RVZneImaq7zN3u/w=="})");
    CHECK(json("uuid", Cell::integer(1)) == R"({"$integer":"1"})");
}

TEST_CASE("dates and times of day are ISO 8601") {
    CHECK(json("date", Cell::date(9527)) == R"("2026-01-31")");
    CHECK(json("date", Cell::date(-746'117)) == R"("-0043-03-15")");
    CHECK(json("date", Cell::date(positiveInfinity)) == R"({"$text":"infinity"})");
    CHECK(json("date", Cell::date(negativeInfinity)) == R"({"$text":"-infinity"})");
    CHECK(json("text", Cell::date(positiveInfinity)) == R"("infinity")");
    CHECK(json("date", text("2026-01-31")) == R"("2026-01-31")");
    CHECK(json("date", text("2026-02-30")) == R"({"$text":"2026-02-30"})");
    CHECK(json("date", text("2026-01-31 00:00:00")) == R"({"$text":"2026-01-31 00:00:00"})");
    CHECK(json("date", Cell::integer(1767323045)) == R"({"$integer":"1767323045"})");
    CHECK(json("time", Cell::time(45'296'789'000)) == R"("12:34:56.789")");
    CHECK(json("time", Cell::time(86'400'000'000)) == R"("24:00:00")");
    CHECK(json("time", text("12:34:56")) == R"("12:34:56")");
    CHECK(json("time", text("12:34")) == R"({"$text":"12:34"})");
    CHECK(json("int64", Cell::date(0)) == R"({"$text":"2000-01-01"})");
}

TEST_CASE("timestamps are RFC 3339, expanded where four digits do not hold the year") {
    CHECK(json("timestamptz", Cell::timestamp(823'178'096'789'000)) == R"("2026-01-31T12:34:56.789Z")");
    CHECK(json("timestamp", Cell::timestamp(823'178'096'000'001)) == R"("2026-01-31T12:34:56.000001")");
    CHECK(json("timestamptz", Cell::timestamp(252'455'616'000'000'000)) == R"("+10000-01-01T00:00:00Z")");
    CHECK(json("timestamptz", Cell::timestamp(-64'464'508'800'000'000)) == R"("-0043-03-15T00:00:00Z")");
    CHECK(json("timestamp", Cell::timestamp(positiveInfinity)) == R"({"$text":"infinity"})");
    CHECK(json("timestamptz", Cell::timestamp(negativeInfinity)) == R"({"$text":"-infinity"})");
    CHECK(json("other", Cell::timestamp(0)) == R"("2000-01-01T00:00:00")");
    CHECK(json("timestamptz", Cell::integer(1767323045)) == R"({"$integer":"1767323045"})");
    CHECK(json("timestamptz", Cell::real(2460000.5)) == R"({"$real":"2460000.5"})");
    CHECK(json("timestamptz", Cell::date(0)) == R"({"$text":"2000-01-01"})");
}

TEST_CASE("times that SQLite keeps as text are RFC 3339 and come back to the letter") {
    const Column offset = column("timestamptz", "YYYY-MM-DD HH:MM:SS+hh:mm");
    CHECK(json(offset, text("2026-01-02 03:04:05.123456789+02:00")) ==
          R"("2026-01-02T03:04:05.123456789+02:00")");
    CHECK(json(offset, text("2026-01-02 03:04:05Z")) == R"("2026-01-02T03:04:05Z")");
    // Another spelling than the usual one is kept beside it.
    CHECK(json(offset, text("2026-01-02 03:04:05")) ==
          R"("2026-01-02T03:04:05Z","$exact":{"c":"2026-01-02 03:04:05"})");
    CHECK(json(offset, text("2026-01-02T03:04:05Z")) ==
          R"("2026-01-02T03:04:05Z","$exact":{"c":"2026-01-02T03:04:05Z"})");
    CHECK(json(offset, text("2026-01-02")) == R"("2026-01-02T00:00:00Z","$exact":{"c":"2026-01-02"})");

    const Column plain = column("timestamptz", "YYYY-MM-DD HH:MM:SS");
    CHECK(json(plain, text("2026-01-02 03:04:05")) == R"("2026-01-02T03:04:05Z")");
    CHECK(json(plain, text("2026-01-02 03:04:05+02:00")) == R"("2026-01-02T03:04:05+02:00")");
    CHECK(json(plain, text("2026-01-02 03:04:05Z")) ==
          R"("2026-01-02T03:04:05Z","$exact":{"c":"2026-01-02 03:04:05Z"})");
    CHECK(json(column("timestamp", "YYYY-MM-DD HH:MM:SS"), text("2026-01-02 03:04:05")) ==
          R"("2026-01-02T03:04:05")");
    CHECK(json(column("timestamp", "YYYY-MM-DDTHH:MM:SS"), text("2026-01-02T03:04:05.5")) ==
          R"("2026-01-02T03:04:05.5")");
    CHECK(json("timestamptz", text("2026-01-02T03:04:05Z")) == R"("2026-01-02T03:04:05Z")");

    for (const char* odd : {"", "infinity", "2026-02-30 00:00:00", "yesterday", "1767323045"})
        CHECK(json(offset, text(odd)) == R"({"$text":")"s + odd + "\"}");
    CHECK(json(offset, text("\xFF")) == R"({"$text":{"$blob":"/w=="}})");
}

TEST_CASE("intervals are ISO 8601 with a sign for each part") {
    CHECK(json(Interval{14, 3, 14'706'789'000}) == R"("P1Y2M3DT4H5M6.789S")");
    CHECK(json(Interval{0, 0, 0}) == R"("PT0S")");
    CHECK(json(Interval{1, 1, 0}) == R"("P1M1D")");
    CHECK(json(Interval{-13, 3, -3'661'500'000}) == R"("P-1Y-1M3DT-1H-1M-1.5S")");
    CHECK(json(Interval{0, 0, -1}) == R"("PT-0.000001S")");
    CHECK(json(Interval{0, 0, std::numeric_limits<std::int64_t>::min()}) == R"("PT-2562047788H-54.775808S")");
    CHECK(json(Interval{std::numeric_limits<std::int32_t>::min(), 0, 0}) == R"("P-178956970Y-8M")");
    CHECK(json("interval", text("P1D")) == R"({"$text":"P1D"})");
}

TEST_CASE("arrays are JSON arrays, those with bounds of their own stay literals") {
    CHECK(json("array(int32)", text("{1,NULL,-3}")) == "[1,null,-3]");
    CHECK(json("array(int32)", text("{}")) == "[]");
    CHECK(json("array(int32)", text("{{1,2},{3,4}}")) == "[[1,2],[3,4]]");
    CHECK(json("array(boolean)", text("{t,f,NULL}")) == "[true,false,null]");
    CHECK(json("array(float64)", text("{1.5,1e+20,NaN,Infinity}")) == R"([1.5,1e+20,"NaN","Infinity"])");
    CHECK(json("array(decimal)", text("{1.50,1234567890123456.7}")) == R"([1.50,"1234567890123456.7"])");
    CHECK(json("array(text)", text(R"({a,"b c","NULL",NULL,"q\"\\,{}",""})")) ==
          R"(["a","b c","NULL",null,"q\"\\,{}",""])");
    CHECK(json("array(text)", text("{1,t}")) == R"(["1","t"])");
    CHECK(json("array(text)", text("{\xC3\xA4}")) == "[\"\xC3\xA4\"]");
    CHECK(json("array(uuid)", text("{00112233-4455-6677-8899-aabbccddeeff}")) ==
          R"(["00112233-4455-6677-8899-aabbccddeeff"])");
    for (const char* odd :
         {"[0:1]={5,6}", "", "{", "}", "{1", "{1,}", "{,1}", "{1}{2}", "{1} ", "{a b}", "x", "{{1},2"})
        CHECK(json("array(int32)", text(odd)) == R"({"$text":")"s + odd + "\"}");
    CHECK(json("array(text)", text("{\"a")) == R"({"$text":"{\"a"})");
    CHECK(json("array(text)", text("{\"\xFF\"}")) == R"({"$text":{"$blob":"eyL/In0="}})");
    CHECK(json("array(int32)", Cell::integer(1)) == R"({"$integer":"1"})");
}

TEST_CASE("records have their keys in the order of the columns") {
    Column second = column("text");
    second.name = "b";
    Column first = column("int64");
    first.name = "z";
    CHECK(recordOf({first, second}, {Cell::integer(1), text("x")}) == R"({"z":1,"b":"x"})");
    CHECK(recordOf({}, {}) == "{}");
}

TEST_CASE("generated columns are left out") {
    Column plain = column("int64");
    Column generated = column("int64");
    generated.name = "g";
    generated.generated = "c * 2";
    CHECK(recordOf({generated, plain}, {Cell::integer(2), Cell::integer(1)}) == R"({"c":1})");
}

TEST_CASE(
    "column names that could be mistaken get another dollar, those that are no text a form of their own") {
    for (const auto& [name, key] : std::vector<std::pair<std::string, std::string>>{{"$exact", "$$exact"},
                                                                                    {"$$a", "$$$a"},
                                                                                    {"a$", "a$"},
                                                                                    {"a\"b", "a\\\"b"},
                                                                                    {"\xFF", "$blob:/w=="}}) {
        Column odd = column("uuid");
        odd.name = name;
        CHECK(recordOf({odd}, {text("00112233445566778899AABBCCDDEEFF")}) ==
              "{\"" + key + "\":\"00112233-4455-6677-8899-aabbccddeeff\",\"$exact\":{\"" + key +
                  "\":\"00112233445566778899AABBCCDDEEFF\"}}");
    }
}

TEST_CASE("several inexact cells share one $exact") {
    Column first = column("timestamp");
    Column second = column("uuid");
    second.name = "u";
    CHECK(recordOf({first, second}, {text("2026-01-02"), text("00112233445566778899AABBCCDDEEFF")}) ==
          R"({"c":"2026-01-02T00:00:00","u":"00112233-4455-6677-8899-aabbccddeeff",)"
          R"("$exact":{"c":"2026-01-02","u":"00112233445566778899AABBCCDDEEFF"}})");
}

TEST_CASE("keys of users are the text of their cells") {
    const auto plain = [](const char* type, const Cell& cell) {
        return plainText(parseLogicalType(type), cell);
    };
    CHECK(plain("uuid", uuidCell()) == "00112233-4455-6677-8899-aabbccddeeff");
    CHECK(plain("uuid", text("00112233-4455-6677-8899-AABBCCDDEEFF")) ==
          "00112233-4455-6677-8899-aabbccddeeff");
    CHECK(plain("uuid", text("alice")) == "alice");
    CHECK(plain("int64", Cell::integer(-5)) == "-5");
    CHECK(plain("float64", Cell::real(2)) == "2.0");
    CHECK(plain("timestamptz", Cell::timestamp(0)) == "2000-01-01T00:00:00Z");
    CHECK(plain("text", Cell::null()).empty());
}

TEST_CASE("an array that PostgreSQL would print otherwise stays a literal") {
    for (const char* literal : {"{\"a\"}", "{null}", "{a\\b}", "{ 1}", "{\"a\\b\"}"}) {
        std::string escaped;
        for (const char* c = literal; *c != '\0'; ++c) {
            if (*c == '"' || *c == '\\') escaped += '\\';
            escaped += *c;
        }
        CHECK(json("array(text)", text(literal)) == "{\"$text\":\"" + escaped + "\"}");
    }
    CHECK(json("array(text)", text(R"({"a b","","NULL","null",NULL,"{","\\\""})")) ==
          R"(["a b","","NULL","null",null,"{","\\\""])");
    const std::string deep = std::string(17, '{') + std::string(17, '}');
    CHECK(json("array(int32)", text(deep)) == "{\"$text\":\"" + deep + "\"}");
    CHECK(json("array(int32)", text("{{1,2},{3,4}}")) == "[[1,2],[3,4]]");
}
