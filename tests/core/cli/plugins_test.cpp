// roost plugins and roost schema.
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <catch2/catch.hpp>

#include "cli/program_run.hpp"

using roost::test::ProgramRun;
using roost::test::TemporaryFolder;

namespace {

/// Only the test plugins' lines: the build's own plugins are listed, too.
bool hasLine(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

std::string squeezed(std::string text) {
    for (auto at = text.find("  "); at != std::string::npos; at = text.find("  ", at)) text.erase(at, 1);
    return text;
}

Poco::JSON::Object::Ptr named(const Poco::JSON::Array::Ptr& list, const std::string& name) {
    for (const auto& item : *list) {
        const auto object = item.extract<Poco::JSON::Object::Ptr>();
        if (object->getValue<std::string>("name") == name) return object;
    }
    return {};
}

}  // namespace

TEST_CASE("the list has a line a plugin") {
    const TemporaryFolder folder;
    const ProgramRun result = roost::test::roost(folder, "plugins");
    CHECK(result.code == 0);
    const std::string out = squeezed(result.out);
    CHECK(out.find("KIND NAME ROLE SERVES VERSION DESCRIPTION\n") == 0);
    CHECK(hasLine(out, "source counter database counter 1.0 Tables with numbered rows, for tests"));
    CHECK(hasLine(out, "transform drop-table - - 1.0 Leaves tables out, for tests"));
    CHECK(hasLine(out, "sink discard archive discard 1.0 Counts what it gets and keeps nothing, for tests"));
}

TEST_CASE("refused plugins are told on stderr with their reasons, and harm nothing else") {
    const TemporaryFolder folder;
    folder.write("plugins/lonely.so", "");
    const std::string plugins = (folder.path() / "plugins").string();
    const ProgramRun result = roost::test::roost(folder, "plugins", plugins + ":" FIXTURE_PLUGIN_FOLDER);
    CHECK(result.code == 0);
    CHECK(result.out.find("counter") != std::string::npos);
    CHECK(result.err ==
          "roost: refused plugins/lonely.so: it has no manifest lonely.json beside it; roost_add_plugin() "
          "writes one\n");
    const ProgramRun json = roost::test::roost(folder, "plugins --json", plugins);
    CHECK(json.err.empty());
    Poco::JSON::Parser parser;
    const auto refused = parser.parse(json.out).extract<Poco::JSON::Object::Ptr>()->getArray("refused");
    REQUIRE(refused->size() == 1);
    CHECK(refused->getObject(0)->getValue<std::string>("file") == "plugins/lonely.so");
}

TEST_CASE("a plugin's options are told with types, defaults, ranges, choices and examples") {
    const TemporaryFolder folder;
    CHECK(roost::test::roost(folder, "plugins discard").out ==
          "sink discard 1.0   (archive: discard)\n"
          "Counts what it gets and keeps nothing, for tests\n"
          "\n"
          "Options:\n"
          "  url       a url; required\n"
          "            Where an archive would go.\n"
          "            such as: file:nothing.discard\n"
          "  file      text\n"
          "            Where the counts are written as JSON on commit.\n"
          "  fail-in   one of: none, begin, write, prepare, commit; default none\n"
          "            The step that fails.\n"
          "  destroys  a list, or one text with commas\n"
          "            What it says that it will replace.\n"
          "\n"
          "Every stage also has: plugin, name (for messages), format (discard).\n");
    const std::string counter = roost::test::roost(folder, "plugins counter").out;
    CHECK(counter.find("  rows     a whole number, 0 to 1000000000; default 10\n") != std::string::npos);
    CHECK(counter.find("  delay    a duration such as 500ms, 30s or 5m, 0ms to 1h; default 0s\n") !=
          std::string::npos);
    CHECK(counter.find("  token    text; secret\n") != std::string::npos);
    CHECK(counter.find("\nIn place of url: driver, host, port, user, password, name, sslmode, path.") !=
          std::string::npos);
}

TEST_CASE("what a list of records takes is told with it, in every form") {
    const TemporaryFolder folder;
    CHECK(roost::test::roost(folder, "plugins label-tables").out ==
          "transform label-tables 1.0\n"
          "Tells labels of tables, for tests\n"
          "\n"
          "Options:\n"
          "  labels  a list of records\n"
          "          The labels.\n"
          "          such as: [{table: items, text: all of them}]\n"
          "          Each record takes:\n"
          "            table  text; required\n"
          "                   The table.\n"
          "                   such as: items\n"
          "            text   text\n"
          "                   What is told of it.\n"
          "            level  a whole number, 0 to 9; default 1\n"
          "                   How important it is.\n"
          "            tone   one of: plain, loud; default plain\n"
          "                   How it is told.\n"
          "            token  text; secret\n"
          "                   Who tells it.\n"
          "            links  a list of records\n"
          "                   What belongs to it.\n"
          "                   Each record takes:\n"
          "                     to  text; required\n"
          "                         Another table.\n"
          "\n"
          "Every stage also has: plugin, name (for messages).\n");
    CHECK(roost::test::roost(folder, "plugins label-tables --markdown").out ==
          "| option | takes | default | meaning |\n"
          "|---|---|---|---|\n"
          "| `labels` | a list of records |  | The labels. Such as: `[{table: items, text: all of them}]` |\n"
          "| `labels[].table` | text; **required** |  | The table. Such as: `items` |\n"
          "| `labels[].text` | text |  | What is told of it. |\n"
          "| `labels[].level` | a whole number, 0 to 9 | `1` | How important it is. |\n"
          "| `labels[].tone` | one of: plain, loud | `plain` | How it is told. |\n"
          "| `labels[].token` | text; secret |  | Who tells it. |\n"
          "| `labels[].links` | a list of records |  | What belongs to it. |\n"
          "| `labels[].links[].to` | text; **required** |  | Another table. |\n");
    Poco::JSON::Parser parser;
    const auto details = parser.parse(roost::test::roost(folder, "plugins label-tables --json").out)
                             .extract<Poco::JSON::Array::Ptr>();
    const auto labels = named(details->getObject(0)->getArray("options"), "labels");
    CHECK(labels->getValue<std::string>("type") == "records");
    const auto members = labels->getArray("options");
    CHECK(named(members, "table")->getValue<bool>("required"));
    CHECK(named(members, "level")->getValue<int>("maximum") == 9);
    CHECK(named(members, "token")->getValue<bool>("secret"));
    CHECK(named(named(members, "links")->getArray("options"), "to")->getValue<std::string>("type") == "text");
}

TEST_CASE("the table for a README has a row an option") {
    const TemporaryFolder folder;
    CHECK(roost::test::roost(folder, "plugins drop-table --markdown").out ==
          "| option | takes | default | meaning |\n"
          "|---|---|---|---|\n"
          "| `names` | a list, or one text with commas; **required** |  | The tables to leave out. Such as: "
          "`[items]` |\n");
}

TEST_CASE("scripts get the same as JSON") {
    const TemporaryFolder folder;
    Poco::JSON::Parser parser;
    const auto list =
        parser.parse(roost::test::roost(folder, "plugins --json").out).extract<Poco::JSON::Object::Ptr>();
    const auto counter = named(list->getArray("plugins"), "counter");
    REQUIRE_FALSE(counter.isNull());
    CHECK(counter->getValue<std::string>("kind") == "source");
    CHECK(counter->getValue<std::string>("role") == "database");
    CHECK(counter->getArray("serves")->getElement<std::string>(0) == "counter");

    Poco::JSON::Parser another;
    const auto details = another.parse(roost::test::roost(folder, "plugins counter --json").out)
                             .extract<Poco::JSON::Array::Ptr>();
    REQUIRE(details->size() == 1);
    const auto options = details->getObject(0)->getArray("options");
    const auto rows = named(options, "rows");
    CHECK(rows->getValue<std::string>("type") == "integer");
    CHECK(rows->getValue<std::string>("default") == "10");
    CHECK(rows->getValue<int>("minimum") == 0);
    CHECK(rows->getValue<int>("maximum") == 1'000'000'000);
    CHECK(named(options, "token")->getValue<bool>("secret"));
    CHECK(named(options, "url")->getValue<bool>("required"));
}

TEST_CASE("a source and a sink of one name are both shown, and --kind picks one") {
    const TemporaryFolder folder;
    const TemporaryFolder twins;
    for (const char* ending : {".so", ".json"})
        std::filesystem::copy(std::string(FIXTURE_PLUGIN_FOLDER) + "/fixture_discard" + ending,
                              twins.path() / (std::string("discard") + ending));
    const ProgramRun one =
        roost::test::roost(folder, "plugins discard --kind sink --markdown", twins.path().string());
    CHECK(one.code == 0);
    const ProgramRun none =
        roost::test::roost(folder, "plugins discard --kind source", twins.path().string());
    CHECK(none.code == 2);
    CHECK(none.err.find("roost: there is no source 'discard'") == 0);
    CHECK(roost::test::roost(folder, "plugins discard --kind sinc").code == 2);
}

TEST_CASE("a plugin that is not there exits with 2 and the nearest name") {
    const TemporaryFolder folder;
    const ProgramRun result = roost::test::roost(folder, "plugins countr");
    CHECK(result.code == 2);
    CHECK(result.out.empty());
    CHECK(result.err ==
          "roost: there is no plugin 'countr'; did you mean 'counter'?\n'roost plugins' lists what is "
          "installed.\n");
}

TEST_CASE("roost schema prints JSON alone to stdout") {
    const TemporaryFolder folder;
    const ProgramRun result = roost::test::roost(folder, "schema");
    CHECK(result.code == 0);
    CHECK(result.err.empty());
    Poco::JSON::Parser parser;
    const auto schema = parser.parse(result.out).extract<Poco::JSON::Object::Ptr>();
    CHECK(schema->getObject("$defs")->has("source-counter"));
}
