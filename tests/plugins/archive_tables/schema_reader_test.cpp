#include "lib/archive/schema_reader.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "lib/archive/member_names.hpp"
#include "lib/archive/schema_document.hpp"
#include "plugins/shell.hpp"
#include "roost/error.hpp"

using namespace roost;
using namespace roost::archive;
using namespace roost::testing;

namespace {

std::string documentOf(const Catalog& catalog, const std::vector<std::string>& members) {
    std::string text;
    TextBuffer out(TextBuffer::mostRoom, [&text](std::string_view piece) { text += piece; });
    writeSchema(out, catalog, members);
    out.flush();
    return text;
}

std::string failure(const std::string& json) {
    try {
        static_cast<void>(readSchema(json));
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

/// A catalog that has everything that a catalog can have.
Catalog fullCatalog() {
    Catalog catalog;
    catalog.dialect = "postgresql";
    Table table;
    table.name = "t\xFF\n";
    table.schema = "s\"";
    table.comment = "a comment";
    table.nativeSql = "CREATE TABLE \"t\" ()";
    for (const char* type :
         {"boolean",       "int16",       "int32",    "int64", "float32",      "float64", "decimal",
          "decimal(10,2)", "text",        "text(50)", "bytes", "uuid",         "date",    "time",
          "timestamp",     "timestamptz", "interval", "json",  "array(int32)", "enum",    "other"}) {
        Column column;
        column.name = std::string("c ") + type;
        column.type = parseLogicalType(type);
        table.columns.push_back(column);
    }
    table.columns[0].typeOrigin = TypeOrigin::set;
    table.columns[0].nativeType = "bool";
    table.columns[0].nullable = false;
    table.columns[0].defaultValue = "";
    table.columns[1].typeOrigin = TypeOrigin::inferred;
    table.columns[1].identity = Identity::always;
    table.columns[1].nextValue = -9'223'372'036'854'775'807 - 1;
    table.columns[2].identity = Identity::autoincrement;
    table.columns[2].nextValue = 9'223'372'036'854'775'807;
    table.columns[3].identity = Identity::byDefault;
    table.columns[4].generated = "a + 1";
    table.columns[4].generatedStored = true;
    table.columns[5].generated = "";
    table.columns[6].collation = "de";
    table.columns[6].comment = "c";
    table.columns[6].spelling = "YYYY-MM-DD HH:MM:SS";
    table.columns[7].defaultValue = "\xFE";
    table.columns[12].numbersAre = NumericTime::julianDay;
    table.columns[14].numbersAre = NumericTime::milliseconds;
    table.columns[15].numbersAre = NumericTime::seconds;
    table.primaryKey = {"c boolean", "c int16"};
    table.uniques = {{"u", {"c int16"}}, {"", {"c int32", "c text"}}};
    table.foreignKeys = {{"f", {"c int64"}, "s2", "other", {"id"}, "CASCADE", "SET NULL", true, true},
                         {"", {"c int64"}, "", "t2", {}, "NO ACTION", "NO ACTION", true, false}};
    table.indexes = {{"i", true, {"c text"}, "CREATE INDEX"}, {"expression", false, {}, ""}};
    table.checks = {{"k", "a > 1"}, {"", "b"}};
    Table empty;
    empty.id = 1;
    empty.name = "empty";
    catalog.tables = {table, empty};
    catalog.objects = {{"view", "s", "v", "", "CREATE VIEW", {}},
                       {"enum", "", "e", "", "", {"a", "", "\xFF"}},
                       {"trigger", "s", "g", "t", "CREATE TRIGGER", {}}};
    return catalog;
}

const std::string column = R"({"name":"a","type":"int64","type_origin":"declared","nullable":true})";
std::string schema(const std::string& tables) {
    return R"({"format_version":1,"dialect":"sqlite","tables":[)" + tables + "]}";
}
std::string table(const std::string& more, const std::string& columns = column) {
    return R"({"name":"t","file":"database/t.json","columns":[)" + columns + "]" + more + "}";
}

}  // namespace

TEST_CASE("a catalog is read back as it was written") {
    const Catalog catalog = fullCatalog();
    const std::vector<std::string> members = tableMembers(catalog.tables);
    const SchemaDocument read = readSchema(documentOf(catalog, members));
    CHECK(read.members == members);
    CHECK(read.catalog.dialect == "postgresql");
    REQUIRE(read.catalog.tables.size() == 2);
    const Table& is = read.catalog.tables[0];
    const Table& was = catalog.tables[0];
    CHECK(is.id == 0);
    CHECK(read.catalog.tables[1].id == 1);
    CHECK(is.name == was.name);
    CHECK(is.schema == was.schema);
    CHECK(is.comment == was.comment);
    CHECK(is.nativeSql == was.nativeSql);
    REQUIRE(is.columns.size() == was.columns.size());
    for (std::size_t i = 0; i < was.columns.size(); ++i) {
        INFO(was.columns[i].name);
        CHECK(is.columns[i].name == was.columns[i].name);
        CHECK((is.columns[i].type == was.columns[i].type));
        CHECK((is.columns[i].typeOrigin == was.columns[i].typeOrigin));
        CHECK((is.columns[i].numbersAre == was.columns[i].numbersAre));
        CHECK(is.columns[i].nativeType == was.columns[i].nativeType);
        CHECK(is.columns[i].nullable == was.columns[i].nullable);
        CHECK(is.columns[i].defaultValue == was.columns[i].defaultValue);
        CHECK((is.columns[i].identity == was.columns[i].identity));
        CHECK(is.columns[i].nextValue == was.columns[i].nextValue);
        CHECK(is.columns[i].generated == was.columns[i].generated);
        CHECK(is.columns[i].generatedStored == was.columns[i].generatedStored);
        CHECK(is.columns[i].collation == was.columns[i].collation);
        CHECK(is.columns[i].comment == was.columns[i].comment);
        CHECK(is.columns[i].spelling == was.columns[i].spelling);
        CHECK_FALSE(is.columns[i].optional);
    }
    CHECK(is.primaryKey == was.primaryKey);
    CHECK((is.uniques == was.uniques));
    CHECK((is.foreignKeys == was.foreignKeys));
    CHECK((is.indexes == was.indexes));
    CHECK((is.checks == was.checks));
    CHECK((read.catalog.objects == catalog.objects));
}

TEST_CASE("schemas of Aviary's databases are written again as they were read") {
    for (const char* name : {"aviary-sqlite-schema.json", "aviary-postgresql-schema.json"}) {
        const std::string json = readFile(std::string(ROOST_TEST_DATA) + "/" + name);
        const SchemaDocument read = readSchema(json);
        CHECK(read.catalog.tables.size() == 10);
        CHECK(documentOf(read.catalog, read.members) == json);
    }
}

TEST_CASE("a schema that is newer, damaged or contradicts itself is refused by place") {
    CHECK(failure(schema("")).empty());
    CHECK(failure(schema(table(""))).empty());
    CHECK(failure(R"({"format_version":2,"dialect":"x","whatever":1})") ==
          "'schema.json': the archive has format 2, this roost reads up to 1");
    CHECK(failure(R"({"dialect":"sqlite","tables":[]})") == "'schema.json': 'format_version' is missing");
    CHECK(
        failure(R"({"format_version":1.0,"dialect":"sqlite","tables":[]})") ==
        "'schema.json', format_version: expected a whole number that is not negative, found a number '1.0'");
    CHECK(failure(R"({"format_version":1,"dialect":"sqlite","tables":[],"more":1})") ==
          "'schema.json': this version of roost does not know 'more'");
    CHECK(failure(R"({"format_version":1,"dialect":"a","dialect":"b","tables":[]})") ==
          "'schema.json': an object has the key 'dialect' twice");
    CHECK(failure("[]") == "'schema.json': expected an object, found a list");
    CHECK(failure("{") == "'schema.json': the document ends in the middle");
    CHECK(
        failure(schema(table("", R"({"name":"a","type":"int65","type_origin":"declared","nullable":true})")))
            .starts_with("'schema.json', tables[0].columns[0].type: 'int65' is no logical type"));
    CHECK(
        failure(schema(table("", R"({"name":5,"type":"int64","type_origin":"declared","nullable":true})"))) ==
        "'schema.json', tables[0].columns[0].name: expected text, found a number '5'");
    CHECK(
        failure(schema(table("", R"({"name":"a","type":"int64","type_origin":"guess","nullable":true})"))) ==
        "'schema.json', tables[0].columns[0].type_origin: 'guess' is nothing that this version of roost "
        "knows");
    CHECK(failure(schema(table("", column + "," + column))) ==
          "'schema.json', tables[0]: two columns are called 'a'");
    CHECK(failure(schema(table(R"(,"primary_key":["b"])"))) ==
          "'schema.json', tables[0]: the primary key names 'b', which is no column of the table");
    CHECK(failure(schema(table("") + "," + table(""))) ==
          "'schema.json', tables[1]: there are two tables 't'");
    CHECK(failure(schema(R"({"name":"t","file":"../t.json"})")) ==
          "'schema.json', tables[0]: '../t.json' is no file of a table");
    CHECK(failure(schema(table(R"(,"comment":{"$text":{"$blob":"!"}})"))) ==
          "'schema.json', tables[0].comment: expected base64, found '!'");
    CHECK(failure(std::string(100'000, '[')) ==
          "'schema.json': more than 64 brackets stand within each other, at byte 65");
}

TEST_CASE("what numbers in a column of times are is known, or a newer roost is needed") {
    const auto columnAs = [](const std::string& word) {
        return R"({"name":"a","type":"timestamptz","type_origin":"set","numbers_are":")" + word +
               R"(","nullable":true})";
    };
    CHECK((readSchema(schema(table("", columnAs("milliseconds")))).catalog.tables[0].columns[0].numbersAre ==
           NumericTime::milliseconds));
    CHECK(failure(schema(table("", columnAs("hours"))))
              .find("'hours' is nothing that this version of roost knows") != std::string::npos);
}
