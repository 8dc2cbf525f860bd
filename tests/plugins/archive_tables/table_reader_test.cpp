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
