#include "pipeline/schema_document.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <catch2/catch.hpp>
#include <sstream>

#include "pipeline/definition_files.hpp"

using namespace roost;

namespace {

using Poco::JSON::Object;

std::string text(const Poco::Dynamic::Var& value) {
    std::ostringstream out;
    Poco::JSON::Stringifier::stringify(value, out, 0, -1, Poco::JSON_PRESERVE_KEY_ORDER);
    return out.str();
}

Object::Ptr parse(const std::string& json) {
    Poco::JSON::Parser parser(new Poco::JSON::ParseHandler(true));
    return parser.parse(json).extract<Object::Ptr>();
}

}  // namespace

TEST_CASE("the schema names every plugin's options with their types, ranges and choices") {
    PluginRegistry registry({FIXTURE_PLUGIN_FOLDER});
    const SchemaDocument document = makeSchema(registry);
    CHECK(document.leftOut.empty());
    const Object::Ptr schema = parse(document.json);
    CHECK(schema->getValue<std::string>("$schema") == "https://json-schema.org/draft/2020-12/schema");
    CHECK(text(schema->get("required")) == R"(["roost","name","sources","sinks"])");
    CHECK_FALSE(schema->getValue<bool>("additionalProperties"));

    const Object::Ptr definitions = schema->getObject("$defs");
    CHECK(definitions->getNames() == std::vector<std::string>{"source-blobs", "source-counter",
                                                              "transform-drop-table",
                                                              "transform-label-tables", "sink-discard"});
    const Object::Ptr properties = schema->getObject("properties");
    CHECK(text(properties->getObject("sources")->get("items")) ==
          R"({"anyOf":[{"$ref":"#/$defs/source-blobs"},{"$ref":"#/$defs/source-counter"}]})");
    CHECK(properties->getObject("sources")->getValue<int>("minItems") == 1);
    CHECK_FALSE(properties->getObject("transforms")->has("minItems"));

    const Object::Ptr counter = definitions->getObject("source-counter");
    CHECK(text(counter->get("required")) == R"(["plugin"])");  // parts may stand in for the url
    const Object::Ptr options = counter->getObject("properties");
    CHECK(text(options->getObject("plugin")->get("enum")) == R"(["database","counter"])");
    CHECK(options->getObject("url")->getValue<std::string>("pattern") == R"(^((counter):|.*\$\{)|^$)");
    CHECK(text(options->getObject("rows")->get("anyOf")) ==
          R"([{"type":"integer","minimum":0,"maximum":1000000000},{"type":"string","pattern":"\\$\\{"}])");
    CHECK(options->getObject("rows")->getValue<std::string>("default") == "10");
    CHECK(options->getObject("token")->getValue<bool>("writeOnly"));
    CHECK(text(options->getObject("token")->get("type")) == R"(["string","number","boolean","null"])");
    CHECK(options->has("sslmode"));
    CHECK_FALSE(options->has("format"));

    const Object::Ptr discard = definitions->getObject("sink-discard");
    CHECK(text(discard->get("required")) == R"(["plugin","url"])");
    const Object::Ptr failIn = discard->getObject("properties")->getObject("fail-in");
    CHECK(text(failIn->get("anyOf")) ==
          R"([{"enum":["none","begin","write","prepare","commit"]},{"type":"string","pattern":"\\$\\{"}])");
    CHECK(failIn->getValue<std::string>("description") == "The step that fails.");
    CHECK(discard->getObject("properties")->has("format"));
    CHECK(text(definitions->getObject("transform-drop-table")->get("required")) == R"(["plugin","names"])");
}

TEST_CASE("a list of records is an array of objects in the schema, or one of them") {
    PluginRegistry registry({FIXTURE_PLUGIN_FOLDER});
    const Object::Ptr schema = parse(makeSchema(registry).json);
    const Object::Ptr labels = schema->getObject("$defs")
                                   ->getObject("transform-label-tables")
                                   ->getObject("properties")
                                   ->getObject("labels");
    CHECK(labels->getValue<std::string>("description") == "The labels.");
    const auto forms = labels->getArray("anyOf");
    REQUIRE(forms->size() == 2);
    CHECK(forms->getObject(0)->getValue<std::string>("type") == "array");
    const Object::Ptr record = forms->getObject(1);
    CHECK(text(forms->getObject(0)->get("items")) == text(forms->get(1)));
    CHECK(record->getValue<std::string>("type") == "object");
    CHECK(text(record->get("required")) == R"(["table"])");
    CHECK_FALSE(record->getValue<bool>("additionalProperties"));
    const Object::Ptr members = record->getObject("properties");
    CHECK(members->getNames() ==
          std::vector<std::string>{"table", "text", "level", "tone", "token", "links"});
    CHECK(text(members->getObject("level")->getArray("anyOf")->get(0)) ==
          R"({"type":"integer","minimum":0,"maximum":9})");
    CHECK(members->getObject("token")->getValue<bool>("writeOnly"));
    const Object::Ptr link = members->getObject("links")->getArray("anyOf")->getObject(1);
    CHECK(text(link->get("required")) == R"(["to"])");
}

TEST_CASE("plugins that cannot be loaded are left out of the schema and named") {
    const test::TemporaryFolder folder;
    folder.write("broken.json", "{");
    PluginRegistry registry({folder.path()});
    const SchemaDocument document = makeSchema(registry);
    REQUIRE(document.leftOut.size() == 1);
    CHECK(document.leftOut.front().find("broken.json") != std::string::npos);
    CHECK(text(parse(document.json)->getObject("properties")->getObject("sinks")->get("items")) ==
          R"({"not":{}})");
}
