#include "lib/archive/table_reader.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "plugins/archive_tables/reading.hpp"

using namespace roost;
using namespace roost::archive;
using namespace roost::testing;

namespace {

Column column(const std::string& name, const std::string& type) {
    Column result;
    result.name = name;
    result.type = parseLogicalType(type);
    return result;
}

Table tableOf(std::vector<Column> columns) {
    Table table;
    table.id = 7;
    table.name = "users";
    table.columns = std::move(columns);
    return table;
}

const Table users = tableOf({column("id", "int64"), column("name", "text"), column("dpi", "float64")});

}  // namespace

TEST_CASE("records become rows, wherever a piece ends") {
    const std::string json =
        "[\n{\"id\":1,\"name\":\"a\\u00e4\\n\\\"\\ud83d\\ude00\",\"dpi\":2.5},\n"
        "{\"id\":-9223372036854775808,\"name\":null,\"dpi\":5},\n"
        "{\"id\":9223372036854775807,\"name\":{\"$text\":{\"$blob\":\"/w==\"}},\"dpi\":-0.0}\n]\n";
    for (std::size_t piece = 1; piece <= json.size(); ++piece) {
        INFO(piece);
        const ReadTable read = readTable(users, "sqlite", json, {}, piece);
        REQUIRE(read.rows == 3);
        REQUIRE(read.batches.size() == 1);
        CHECK(read.batches[0]->table() == 7);
        CHECK(read.row(0)[0].integer() == 1);
        CHECK(read.row(0)[1].text() == "a\xC3\xA4\n\"\xF0\x9F\x98\x80");
        CHECK(same(read.row(0)[2], Cell::real(2.5)));
        CHECK(read.row(1)[0].integer() == std::numeric_limits<std::int64_t>::min());
        CHECK(read.row(1)[1].isNull());
        CHECK(same(read.row(1)[2], Cell::integer(5)));
        CHECK(read.row(2)[0].integer() == std::numeric_limits<std::int64_t>::max());
        CHECK(same(read.row(2)[1], Cell::view(CellKind::text, "\xFF")));
        CHECK(same(read.row(2)[2], Cell::real(-0.0)));
    }
}

TEST_CASE("an empty table is an empty list, or null as Aviary writes it") {
    for (const char* json : {"[]", "[]\n", " [ ] ", "null", "null\n"}) {
        const ReadTable read = readTable(users, "sqlite", json);
        CHECK(read.rows == 0);
        CHECK(read.batches.empty());
    }
}

TEST_CASE("a failure names the member, the record and the field") {
    const auto why = [](const std::string& json) { return failure(users, "sqlite", json); };
    const std::string good = R"({"id":1,"name":"a","dpi":1.5},)";
    CHECK(why("[" + good + R"({"id":[1],"name":"a","dpi":1}])") ==
          "'database/users.json', record 2, field 'id': expected a whole number of 64 bits, found a list");
    CHECK(why("[" + good + R"({"id":"1","name":"a","dpi":1}])") ==
          "'database/users.json', record 2, field 'id': expected a whole number of 64 bits, found the text "
          "'1'");
    CHECK(why(R"([{"id":9223372036854775808,"name":"a","dpi":1}])") ==
          "'database/users.json', record 1, field 'id': expected a whole number of 64 bits, found the number "
          "'9223372036854775808'");
    CHECK(why(R"([{"id":1.0,"name":"a","dpi":1}])") ==
          "'database/users.json', record 1, field 'id': expected a whole number of 64 bits, found the number "
          "'1.0'");
    CHECK(why(R"([{"id":1,"name":5,"dpi":1}])") ==
          "'database/users.json', record 1, field 'name': expected text, found the number '5'");
    CHECK(why(R"([{"id":1,"name":"a"}])") == "'database/users.json', record 1: the field 'dpi' is missing");
    CHECK(why(R"([{"id":1,"name":"a","dpi":1,"id":2}])") ==
          "'database/users.json', record 1, field 'id': the field is there twice");
    CHECK(why(R"([{"id":1,"nme":"a","dpi":1}])") ==
          "'database/users.json', record 1: the table has no field 'nme'");
    CHECK(why(R"([{"id":1,"name":{"a":"b"},"dpi":1}])") ==
          "'database/users.json', record 1, field 'name': expected text, found an object");
    CHECK(why(R"([{"id":1,"name":{},"dpi":1}])") ==
          "'database/users.json', record 1, field 'name': expected text, found an empty object");
    CHECK(why(R"([{"id":1,"name":"a","dpi":1e999}])") ==
          "'database/users.json', record 1, field 'dpi': expected a number, found the number '1e999'");
    CHECK(why("[" + good + "5]") ==
          "'database/users.json', behind record 1: expected a record, found a number");
    CHECK(why("[null]") == "'database/users.json': expected a record, found null");
    CHECK(why("{}") == "'database/users.json': expected a list of records, found an object");
    CHECK(why("\"x\"") == "'database/users.json': expected a list of records, found text");
    CHECK(why("true") == "'database/users.json': expected a list of records, found true");
    CHECK(why("[" + good.substr(0, good.size() - 1)) ==
          "'database/users.json', behind record 1: the document ends in the middle");
    CHECK(why("") == "'database/users.json': the document ends in the middle");
    CHECK(why("[]x") == "'database/users.json': something follows the document's end, at byte 3");
    CHECK(why("[] []") == "'database/users.json': something follows the document's end, at byte 4");
    CHECK(why("nul") == "'database/users.json': the document ends in the middle");
    CHECK(why("[" + good + "]") ==
          "'database/users.json', behind record 1: this is no JSON (syntax error), at byte 32");
    CHECK(why("[{\"id\":1,\"name\":\"\xFF\"}]") ==
          "'database/users.json', record 1, field 'name': this is no JSON (syntax error), at byte 18");
    CHECK(why("[{\"id\":1,\"name\":\"\\ud800\"}]") ==
          "'database/users.json', record 1, field 'name': this is no JSON (syntax error), at "
          "byte 24");
}

TEST_CASE("objects that tell a kind are checked") {
    const auto why = [](const std::string& value) {
        return failure(tableOf({column("c", "text")}), "sqlite", "[{\"c\":" + value + "}]");
    };
    const std::string place = "'database/users.json', record 1, field 'c': ";
    CHECK(why(R"({"$integer":"5"})").empty());
    CHECK(why(R"({"$integer":"5x"})") ==
          place + "expected a whole number of 64 bits behind '$integer', found '5x'");
    CHECK(why(R"({"$integer":"9223372036854775808"})") ==
          place + "expected a whole number of 64 bits behind '$integer', found '9223372036854775808'");
    CHECK(why(R"({"$integer":5})") == place + "expected text in an object that tells a kind, found a number");
    CHECK(why(R"({"$integer":"5","$real":"5.0"})") ==
          place + "an object that tells a kind has a second key, '$real'");
    CHECK(why(R"({"$real":"inf"})") == place + "expected a number behind '$real', found 'inf'");
    CHECK(why(R"({"$real":"0x10"})") == place + "expected a number behind '$real', found '0x10'");
    CHECK(why(R"({"$blob":"AQ="})") == place + "expected base64 behind '$blob', found 'AQ='");
    CHECK(why(R"({"$blob":"AR=="})") == place + "expected base64 behind '$blob', found 'AR=='");
    CHECK(why(R"({"$blob":"A===" })") == place + "expected base64 behind '$blob', found 'A==='");
    CHECK(why(R"({"$blob":"A Q=" })") == place + "expected base64 behind '$blob', found 'A Q='");
    CHECK(why(R"({"$text":{"$blob":"AQ=="}})").empty());
    CHECK(why(R"({"$text":{"$text":"AQ=="}})") == place + "the key '$text' is unknown here");
    CHECK(why(R"({"$text":{}})") == place + "expected text, found an empty object");
    CHECK(why(R"({"$text":{"$blob":{}}})") == place + "expected text, found an object in an object");
    CHECK(why(R"({"$text":null})") == place + "expected text in an object that tells a kind, found null");
    CHECK(why(R"({"$blob":{"$blob":"AQ=="}})") == place + "expected text, found an object in an object");
    CHECK(why(R"({"$decimal":"1"})") == place + "the key '$decimal' is unknown here");
    CHECK(why(R"({"$text":["a"]})") == place + "expected text in an object that tells a kind, found a list");
}

TEST_CASE("the stored text of a cell is taken from $exact, wherever it stands") {
    Table table = tableOf({column("id", "int64"), column("at", "timestamptz"), column("key", "uuid")});
    table.columns[1].spelling = "YYYY-MM-DD HH:MM:SS";
    const std::string exact = R"("$exact":{"at":"2026-01-31","key":{"$text":{"$blob":"/w=="}}})";
    const std::string rest =
        R"("id":1,"at":"2026-01-31T00:00:00Z","key":"00112233-4455-6677-8899-aabbccddeeff")";
    for (const std::string& json : {"[{" + rest + "," + exact + "}]", "[{" + exact + "," + rest + "}]"}) {
        const ReadTable read = readTable(table, "sqlite", json);
        CHECK(same(read.row(0)[1], Cell::view(CellKind::text, "2026-01-31")));
        CHECK(same(read.row(0)[2], Cell::view(CellKind::text, "\xFF")));
    }
    const ReadTable plain = readTable(table, "sqlite", "[{" + rest + "}]");
    CHECK(plain.row(0)[1].text() == "2026-01-31 00:00:00");
    const auto why = [&](const std::string& more) {
        return failure(table, "sqlite", "[{" + rest + more + "}]");
    };
    CHECK(why(R"(,"$exact":{"x":"y"})") ==
          "'database/users.json', record 1: '$exact' names 'x', which is no field of the table");
    CHECK(why(R"(,"$exact":{"at":"y","at":"z"})") ==
          "'database/users.json', record 1, field 'at': the field is in '$exact' twice");
    CHECK(why(R"(,"$exact":{},"$exact":{})") == "'database/users.json', record 1: '$exact' is there twice");
    CHECK(why(R"(,"$exact":5)") ==
          "'database/users.json', record 1: expected an object behind '$exact', found a number");
    CHECK(why(R"(,"$exact":null)") ==
          "'database/users.json', record 1: expected an object behind '$exact', found null");
    CHECK(why(R"(,"$exact":["at"])") ==
          "'database/users.json', record 1: expected an object behind '$exact', found a list");
    CHECK(why(R"(,"$exact":{"at":5})") ==
          "'database/users.json', record 1, field 'at': expected text in '$exact', found a number");
    CHECK(why(R"(,"$exact":{"at":{"$integer":"5"}})") ==
          "'database/users.json', record 1, field 'at': the key '$integer' is unknown here");
}

TEST_CASE("names that look like the archive's own keys, or are no UTF-8, are found again") {
    const Table table = tableOf(
        {column("$exact", "text"), column("$blob:AA==", "text"), column("\xFF", "text"), column("", "text")});
    const std::vector<Cell> row{Cell::view(CellKind::text, "1"), Cell::view(CellKind::text, "2"),
                                Cell::view(CellKind::text, "3"), Cell::view(CellKind::text, "4")};
    const std::string json = written(table, {row});
    CHECK(json == "[\n{\"$$exact\":\"1\",\"$$blob:AA==\":\"2\",\"$blob:/w==\":\"3\",\"\":\"4\"}\n]\n");
    const ReadTable read = readTable(table, "sqlite", json);
    for (std::size_t i = 0; i < row.size(); ++i) CHECK(same(read.row(0)[i], row[i]));
}

TEST_CASE("keys in any order, keys that are passed over and keys that are missing") {
    TableReaderOptions options;
    options.ignoredKeys = {"old", "older"};
    options.missingIsNull = true;
    const ReadTable read = readTable(users, "sqlite", R"([
        {"old":{"a":[{"name":"x"}],"id":5},"name":"a","id":1},
        {"name":"b","older":[[[]],{}],"id":2,"dpi":1.5,"old":true},
        {"old":5,"older":null,"dpi":2.5},{}])",
                                     options, 5);
    REQUIRE(read.rows == 4);
    CHECK(read.row(0)[0].integer() == 1);
    CHECK(read.row(0)[1].text() == "a");
    CHECK(read.row(0)[2].isNull());
    CHECK(read.row(1)[0].integer() == 2);
    CHECK(read.row(1)[1].text() == "b");
    CHECK(same(read.row(1)[2], Cell::real(1.5)));
    CHECK(read.row(2)[0].isNull());
    CHECK(same(read.row(2)[2], Cell::real(2.5)));
    CHECK(read.row(3)[0].isNull());
    CHECK(failure(users, "sqlite", R"([{"new":5}])", options) ==
          "'database/users.json', record 1: the table has no field 'new'");
    CHECK(failure(users, "sqlite", R"([{"old":5,"old":6}])", options) ==
          "'database/users.json', record 1, field 'old': the field is there twice");
    options.ignoredKeys = {"id"};
    CHECK(failure(users, "sqlite", "[]", options) == "'database/users.json': two fields are called 'id'");
}

TEST_CASE("Go's zero time is null where that is asked for, and UTC an offset") {
    Table table = tableOf({column("at", "timestamptz"), column("until", "timestamptz")});
    for (Column& each : table.columns) each.spelling = "YYYY-MM-DD HH:MM:SS+hh:mm";
    const std::string json = R"([{"at":"0001-01-01T00:00:00Z","until":"0001-01-01T00:00:00Z"}])";
    TableReaderOptions options;
    options.zeroTimeIsNull = {"until"};
    options.utcIsOffset = true;
    const ReadTable text = readTable(table, "sqlite", json, options);
    CHECK(text.row(0)[0].text() == "0001-01-01 00:00:00+00:00");
    CHECK(text.row(0)[1].isNull());
    const ReadTable typed = readTable(table, "postgresql", json, options);
    CHECK(typed.row(0)[0].kind() == CellKind::timestamp);
    CHECK(typed.row(0)[1].isNull());
}

TEST_CASE("what a typed column does not hold is refused with what it holds") {
    const auto why = [](const char* type, const std::string& value) {
        return failure(tableOf({column("c", type)}), "postgresql", "[{\"c\":" + value + "}]");
    };
    const std::string place = "'database/users.json', record 1, field 'c': expected ";
    CHECK(why("uuid", "\"x\"") == place + "a uuid, found 'x'");
    CHECK(why("date", "\"2026-02-30\"") == place + "a date like 2026-01-31, found '2026-02-30'");
    CHECK(why("time", "\"25:00:00\"") == place + "a time like 12:34:56.789, found '25:00:00'");
    CHECK(why("time", "\"12:34:56.1234567\"") ==
          place + "a time like 12:34:56.789, found '12:34:56.1234567'");
    CHECK(why("timestamptz", "\"2026-01-31T12:34:56\"") ==
          place + "a time like 2026-01-31T12:34:56.789Z, found '2026-01-31T12:34:56'");
    CHECK(why("timestamptz", "\"2026-01-31T12:34:56.1234567Z\"") ==
          place + "a time like 2026-01-31T12:34:56.789Z, found '2026-01-31T12:34:56.1234567Z'");
    CHECK(why("timestamp", "\"2026-01-31T12:34:56Z\"") ==
          place + "a time like 2026-01-31T12:34:56.789 without an offset, found '2026-01-31T12:34:56Z'");
    CHECK(why("interval", "\"1 day\"") == place + "an interval like P1DT2H, found '1 day'");
    CHECK(why("decimal", "\"1,5\"") == place + "a number, found '1,5'");
    CHECK(why("bytes", "\"?\"") == place + "base64, found '?'");
    CHECK(why("boolean", "1") == place + "true or false, found the number '1'");
    CHECK(why("boolean", "\"yes\"") == place + "true or false, found the text 'yes'");
    CHECK(why("array(int32)", "\"{1}\"") == place + "a list, found the text '{1}'");
    CHECK(why("array(int32)", "[{\"a\":1}]") == place + "a list, found an object");
    CHECK(why("json", "{\"a\":1}") == place + "text, found an object");
    CHECK(why("text", "\"" + std::string(100, 'x') + "\"").empty());
    CHECK(why("uuid", "\"" + std::string(100, 'x') + "\"") ==
          place + "a uuid, found '" + std::string(60, 'x') + "...'");
    CHECK(why("uuid", "\"\\u001b[31m\"") == place + "a uuid, found '\\x1b[31m'");
}

TEST_CASE("depth and size of values are limited") {
    TableReaderOptions options;
    options.maxDepth = 4;
    options.maxValueBytes = 10;
    const Table table = tableOf({column("c", "array(text)"), column("n", "decimal")});
    CHECK(failure(table, "postgresql", R"([{"c":[["a"]],"n":1234567890}])", options).empty());
    CHECK(failure(table, "postgresql", R"([{"c":[[["a"]]],"n":1}])", options) ==
          "'database/users.json', record 1, field 'c': more than 4 brackets stand within each other, at byte "
          "9");
    for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}}) {
        CHECK(failure(table, "postgresql", R"([{"c":["12345678901"]}])", options, piece) ==
              "'database/users.json', record 1, field 'c': a value has more than 10 bytes");
        CHECK(failure(table, "postgresql", R"([{"n":12345678901}])", options, piece) ==
              "'database/users.json', record 1, field 'n': a value has more than 10 bytes");
        CHECK(failure(table, "postgresql", R"([{"12345678901":1}])", options, piece) ==
              "'database/users.json', record 1: a value has more than 10 bytes");
    }
}

TEST_CASE("batches are handed on when they are full") {
    const Table table = tableOf({column("id", "int64"), column("name", "text")});
    std::vector<std::vector<Cell>> rows;
    const std::string text(1000, 'x');
    for (std::int64_t i = 0; i < 5000; ++i)
        rows.push_back({Cell::integer(i), Cell::view(CellKind::text, text)});
    const ReadTable read = readTable(table, "sqlite", written(table, rows));
    CHECK(read.rows == 5000);
    CHECK(read.batches.size() == 5);
    for (std::size_t i = 0; i + 1 < read.batches.size(); ++i) {
        CHECK(read.batches[i]->full());
        CHECK(read.batches[i]->bytes() < Batch::targetBytes + 2048);
    }
    for (std::size_t i = 0; i < rows.size(); ++i) CHECK(same(read.row(i)[0], rows[i][0]));
}

TEST_CASE("generated columns are null, and a table may have no others") {
    Table table = tableOf({column("a", "int64"), column("g", "int64"), column("b", "int64")});
    table.columns[1].generated = "a + 1";
    const ReadTable read = readTable(table, "sqlite", R"([{"a":1,"b":2}])");
    CHECK(read.row(0)[0].integer() == 1);
    CHECK(read.row(0)[1].isNull());
    CHECK(read.row(0)[2].integer() == 2);
    CHECK(failure(table, "sqlite", R"([{"a":1,"g":5,"b":2}])") ==
          "'database/users.json', record 1: the table has no field 'g'");
    CHECK(readTable(tableOf({}), "sqlite", "[{},{}]").rows == 2);
}
