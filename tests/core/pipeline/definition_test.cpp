#include "pipeline/definition.hpp"

#include <catch2/catch.hpp>

#include "pipeline/definition_files.hpp"

using namespace roost;
using roost::test::TemporaryFolder;

namespace {

constexpr const char* good = R"(roost: 1
name: full-backup_2
description: All of it
before: ../other/first.yaml
sources:
  - plugin: database
    url: counter:x
  - plugin: storage
    url: blobs:x
transforms:
  - plugin: user-filter
    users: [alice, bob]
sinks:
  - plugin: archive
    name: nightly
    url: file:a.tar.gz
)";

std::string problems(const std::string& text) { return test::load(text).problems; }

/// A good definition with one line replaced, and the first line that is said about it.
std::string firstProblem(const std::string& line, const std::string& replacement) {
    std::string text = good;
    const auto at = text.find(line);
    REQUIRE(at != std::string::npos);
    text.replace(at, line.size(), replacement);
    const std::string all = problems(text);
    return all.substr(0, all.find('\n'));
}

}  // namespace

TEST_CASE("a definition is read with all its stages and their places") {
    const TemporaryFolder folder;
    Diagnostics diagnostics;
    const Definition definition = loadDefinition(folder.write("sub/test.yaml", good), {}, diagnostics);
    REQUIRE(diagnostics.empty());
    CHECK(definition.name == "full-backup_2");
    CHECK(definition.description == "All of it");
    CHECK(definition.before == folder.path() / "sub/../other/first.yaml");
    CHECK(definition.beforePosition == Position{4, 9});
    REQUIRE(definition.sources.size() == 2);
    CHECK(definition.sources[0].kind == PluginKind::source);
    CHECK(definition.sources[0].plugin == "database");
    CHECK(definition.sources[0].pluginPosition == Position{6, 13});
    CHECK(definition.sources[0].position == Position{6, 5});
    CHECK(definition.sources[0].settings.find("plugin") == nullptr);
    CHECK(definition.sources[0].settings.find("url")->scalar == "counter:x");
    REQUIRE(definition.transforms.size() == 1);
    CHECK(definition.transforms[0].kind == PluginKind::transform);
    CHECK(definition.transforms[0].settings.find("users")->items.size() == 2);
    REQUIRE(definition.sinks.size() == 1);
    CHECK(definition.sinks[0].kind == PluginKind::sink);
    CHECK(definition.sinks[0].settings.find("name")->scalar == "nightly");
}

TEST_CASE("everything that is wrong is told at once, sorted by place") {
    CHECK(problems(
              "name: 'bad name'\nroost: 2\nsurces: []\ntransforms: x\nsinks:\n  - archive\n  - plugn: a\n") ==
          "test.yaml:1:1: error: missing key 'sources'\n"
          "  1 | name: 'bad name'\n"
          "    | ^ a pipeline has at least one source\n"
          "test.yaml:1:7: error: 'name' is made of letters, digits, '-' and '_', at most 100 of them, not "
          "'bad name'\n"
          "  1 | name: 'bad name'\n"
          "    |       ^^^^^^^^\n"
          "test.yaml:2:8: error: this definition needs a newer roost: it is of format 2, this one reads "
          "format 1\n"
          "  2 | roost: 2\n"
          "    |        ^\n"
          "test.yaml:3:1: error: unknown key 'surces'\n"
          "  3 | surces: []\n"
          "    | ^^^^^^ did you mean 'sources'?\n"
          "  a definition has: roost, name, description, vars, before, sources, transforms, sinks\n"
          "test.yaml:4:13: error: 'transforms' is a list of stages, not text\n"
          "  4 | transforms: x\n"
          "    |             ^\n"
          "test.yaml:6:5: error: a stage is a mapping, not text\n"
          "  6 |   - archive\n"
          "    |     ^^^^^^^ write 'plugin: archive'\n"
          "test.yaml:7:5: error: missing key 'plugin'\n"
          "  7 |   - plugn: a\n"
          "    |     ^ is 'plugn' meant as 'plugin'?\n");
}

TEST_CASE("the version of the format has to be 1") {
    CHECK(firstProblem("roost: 1", "roost: 99999999999999999999") ==
          "test.yaml:1:8: error: this definition needs a newer roost: it is of format 99999999999999999999, "
          "this one "
          "reads format 1");
    CHECK(firstProblem("roost: 1", "roost: one") ==
          "test.yaml:1:8: error: 'roost' is the version of the format");
    CHECK(firstProblem("roost: 1", "roost: [1]") ==
          "test.yaml:1:8: error: 'roost' is the version of the format");
    CHECK(firstProblem("roost: 1", "roost:") == "test.yaml:1:1: error: 'roost' is the version of the format");
    CHECK(firstProblem("roost: 1\n", "") == "test.yaml:1:1: error: missing key 'roost'");
}

TEST_CASE("a name is required and safe to be part of a file's name") {
    CHECK(firstProblem("name: full-backup_2\n", "") == "test.yaml:1:1: error: missing key 'name'");
    CHECK(firstProblem("name: full-backup_2", "name:") == "test.yaml:2:1: error: missing key 'name'");
    for (const char* bad : {"a/b", "..", "a b", "''", "ü"}) {
        CAPTURE(bad);
        CHECK(firstProblem("full-backup_2", bad).find("test.yaml:2:7: error: 'name' is made of letters") ==
              0);
    }
    CHECK(firstProblem("full-backup_2", std::string(101, 'a')).find("at most 100") != std::string::npos);
    CHECK(firstProblem("full-backup_2", "[x]") == "test.yaml:2:7: error: 'name' is text, not a list");
}

TEST_CASE("lists of stages have to be lists of mappings") {
    CHECK(problems("roost: 1\nname: a\nsources:\n  plugin: x\nsinks: []\n") ==
          "test.yaml:4:3: error: 'sources' is a list of stages, not a mapping\n"
          "  4 |   plugin: x\n"
          "    |   ^ put '- ' before its first key\n"
          "test.yaml:5:8: error: 'sinks' is empty\n"
          "  5 | sinks: []\n"
          "    |        ^^ a pipeline has at least one sink\n");
    CHECK(problems("roost: 1\nname: a\nsources:\n  -\n  - {plugin: }\n  - {plugin: [x]}\nsinks:\n")
              .find("test.yaml:4:3: error: a stage is a mapping, not nothing\n") == 0);
    const std::string all =
        problems("roost: 1\nname: a\nsources:\n  - {plugin: }\n  - {plugin: [x]}\nsinks:\n");
    CHECK(all.find("test.yaml:4:6: error: missing key 'plugin'\n") != std::string::npos);
    CHECK(all.find("test.yaml:5:14: error: 'plugin' is text, not a list\n") != std::string::npos);
    CHECK(all.find("test.yaml:6:1: error: 'sinks' is empty\n") != std::string::npos);
}

TEST_CASE("before is text, and an empty one counts as not given") {
    CHECK(firstProblem("before: ../other/first.yaml", "before: [x]") ==
          "test.yaml:4:9: error: 'before' is text, not a list");
    const auto loaded =
        test::load("roost: 1\nname: a\nbefore: ${first:-}\nsources: [{plugin: s}]\nsinks: [{plugin: t}]\n");
    CHECK(loaded.problems.empty());
    CHECK_FALSE(loaded.definition.before.has_value());
}

TEST_CASE("a file that is no definition gives one error") {
    CHECK(problems("") ==
          "test.yaml: error: it is empty; a definition begins with 'roost: 1' (see roost new pipeline)\n");
    CHECK(problems("# only a comment\n") ==
          "test.yaml: error: it holds no definition; one begins with 'roost: 1' (see roost new pipeline)\n");
    CHECK(problems("---\n").find("test.yaml: error: it holds no definition") == 0);
    CHECK(problems("- a\n") ==
          "test.yaml:1:1: error: a definition is a mapping, not a list\n  1 | - a\n    | ^ begin with "
          "'roost: 1'\n");
    CHECK(problems("hello\n").find("test.yaml:1:1: error: a definition is a mapping, not text\n") == 0);
    Diagnostics diagnostics;
    const Definition missing = loadDefinition("/nowhere/x.yaml", {}, diagnostics);
    CHECK(renderDiagnostics(missing.source, diagnostics) ==
          "/nowhere/x.yaml: error: there is no such file\n");
    CHECK_FALSE(missing.isReadable);
}

TEST_CASE("what could not be interpolated causes no further errors") {
    CHECK(problems("roost: 1\nname: ${NOWHERE}\nbefore: ${NOWHERE}\nsources: [{plugin: "
                   "'${NOWHERE}'}]\nsinks: [{plugin: t}]\n")
              .find("is text") == std::string::npos);
    const auto loaded =
        test::load("roost: ${V}\nname: a\nsources: [{plugin: s}]\nsinks: [{plugin: t}]\n", {{"V", "1"}});
    CHECK(loaded.problems.empty());
}

TEST_CASE("the names that --set may give are those of vars and of all references") {
    const auto loaded = test::load(
        "roost: 1\nname: a\nvars: {v: '${inner:-x}'}\ndescription: ${a:-${b:-c}} $$${d:?x}\n"
        "sources: [{plugin: s}]\nsinks: [{plugin: t}]\n",
        {{"d", "1"}, {"a", "2"}});
    CHECK(loaded.problems.empty());
    CHECK(loaded.definition.variableNames == std::set<std::string>{"v", "inner", "a", "b", "d"});
}
