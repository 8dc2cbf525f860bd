#include "pipeline/definition_chain.hpp"

#include <catch2/catch.hpp>

#include "pipeline/definition_files.hpp"

using namespace roost;
using roost::test::TemporaryFolder;

namespace {

std::string definition(const std::string& before, const std::string& description = "x") {
    return "roost: 1\nname: demo\nbefore: " + before + "\ndescription: " + description +
           "\nsources:\n  - {plugin: database, url: counter:x}\nsinks:\n  - {plugin: archive, url: "
           "file:x.discard}\n";
}

struct Chain {
    std::vector<std::string> names;
    std::string problems;
};

Chain check(const TemporaryFolder& folder, const std::string& file, const SetValues& set = {}) {
    PluginRegistry registry({FIXTURE_PLUGIN_FOLDER});
    Chain chain;
    for (const CheckedDefinition& checked : checkDefinitions(folder.path() / file, set, registry)) {
        chain.names.push_back(checked.definition.source.file().filename().string());
        chain.problems += folder.relative(renderDiagnostics(checked.definition.source, checked.diagnostics));
    }
    return chain;
}

}  // namespace

TEST_CASE("what runs before comes first, found beside the definition that names it") {
    const TemporaryFolder folder;
    folder.write("a.yaml", definition("sub/b.yaml"));
    folder.write("sub/b.yaml", definition("c.yaml"));
    folder.write("sub/c.yaml", definition(""));
    const Chain chain = check(folder, "a.yaml");
    CHECK(chain.problems.empty());
    CHECK(chain.names == std::vector<std::string>{"c.yaml", "b.yaml", "a.yaml"});
}

TEST_CASE("the errors of what runs before are told as its own") {
    const TemporaryFolder folder;
    folder.write("a.yaml", definition("b.yaml"));
    folder.write("b.yaml", definition("", "${NOWHERE:?say where}"));
    CHECK(check(folder, "a.yaml")
              .problems.find("b.yaml:4:14: error: variable 'NOWHERE' is not set: say where\n") == 0);
}

TEST_CASE("a definition that runs before itself is refused") {
    const TemporaryFolder folder;
    folder.write("a.yaml", definition("b.yaml"));
    folder.write("b.yaml", definition("./x/../a.yaml"));
    std::filesystem::create_directory(folder.path() / "x");
    CHECK(check(folder, "a.yaml").problems ==
          "b.yaml:3:9: error: 'before' runs in a circle: a.yaml -> b.yaml -> a.yaml\n"
          "  3 | before: ./x/../a.yaml\n    |         ^\n");
    folder.write("self.yaml", definition("self.yaml"));
    CHECK(check(folder, "self.yaml").problems.find("'before' runs in a circle: self.yaml -> self.yaml\n") !=
          std::string::npos);
}

TEST_CASE("a definition that is not there is told where it is named") {
    const TemporaryFolder folder;
    folder.write("a.yaml", definition("missing.yaml"));
    CHECK(check(folder, "a.yaml").problems ==
          "a.yaml:3:9: error: 'before' names missing.yaml: there is no such file\n"
          "  3 | before: missing.yaml\n    |         ^\n");
    folder.write("b.yaml", definition("."));
    CHECK(check(folder, "b.yaml").problems.find("it is a folder, not a definition") != std::string::npos);
    CHECK(check(folder, "nowhere.yaml").problems == "nowhere.yaml: error: there is no such file\n");
}

TEST_CASE("a name of --set that nothing uses is an error with the nearest name") {
    const TemporaryFolder folder;
    folder.write("a.yaml", definition("", "${users:-all} ${archive:-x}"));
    CHECK(check(folder, "a.yaml", {{"users", "bob"}}).problems.empty());
    CHECK(check(folder, "a.yaml", {{"usres", "bob"}}).problems ==
          "a.yaml: error: --set gives 'usres', which the definition does not use; did you mean 'users'?\n"
          "  it uses: archive, users\n");
    folder.write("none.yaml", definition(""));
    CHECK(check(folder, "none.yaml", {{"q", "1"}}).problems ==
          "none.yaml: error: --set gives 'q', which the definition does not use\n  it uses no variables\n");
}

TEST_CASE("a name of --set may be meant for what runs before") {
    const TemporaryFolder folder;
    folder.write("a.yaml", definition("b.yaml"));
    folder.write("b.yaml", definition("", "${out:-x}"));
    CHECK(check(folder, "a.yaml", {{"out", "y"}}).problems.empty());
    CHECK(check(folder, "a.yaml", {{"outt", "y"}}).problems.find("a.yaml: error: --set gives 'outt'") == 0);
}

TEST_CASE("a file that cannot be read says nothing of --set") {
    const TemporaryFolder folder;
    folder.write("a.yaml", "a: [");
    CHECK(check(folder, "a.yaml", {{"q", "1"}}).problems.find("--set") == std::string::npos);
}

TEST_CASE("'before' may depend on a variable and hand variables on under other names") {
    const TemporaryFolder folder;
    const std::string before = "\n  pipeline: b.yaml\n  when: ${safety:-}\n  set:\n    out: ${safety:-}";
    folder.write("a.yaml", definition(before));
    folder.write("b.yaml", definition("", "${out:?say where}"));
    CHECK(check(folder, "a.yaml").names == std::vector<std::string>{"a.yaml"});
    const Chain chain = check(folder, "a.yaml", {{"safety", "x"}});
    CHECK(chain.problems.empty());
    CHECK(chain.names == std::vector<std::string>{"b.yaml", "a.yaml"});
}

TEST_CASE("a 'before' may wait for the plan of the definition that names it") {
    const TemporaryFolder folder;
    folder.write("b.yaml", definition(""));
    for (const auto& [value, expected] :
         {std::pair("true", true), {"false", false}, {"'${WAIT:-true}'", true}}) {
        folder.write("a.yaml", definition("{pipeline: b.yaml, when-replacing: " + std::string(value) + "}"));
        Diagnostics diagnostics;
        CHECK(loadDefinition(folder.path() / "a.yaml", {}, diagnostics).beforeWhenReplacing == expected);
        CHECK(diagnostics.empty());
    }
    folder.write("a.yaml", definition("{pipeline: b.yaml, when-replacing: maybe}"));
    CHECK(check(folder, "a.yaml").problems ==
          "a.yaml:3:44: error: option 'when-replacing' takes true or false, not 'maybe'\n"
          "  3 | before: {pipeline: b.yaml, when-replacing: maybe}\n"
          "    |                                            ^^^^^\n");
}

TEST_CASE("what is wrong in a 'before' of several keys is told at its place") {
    const TemporaryFolder folder;
    folder.write("a.yaml", definition("{pipeline: b.yaml, wen: x, set: {outt: z}}"));
    folder.write("b.yaml", definition("", "${out:-x}"));
    CHECK(check(folder, "a.yaml").problems ==
          "a.yaml:3:28: error: unknown key 'wen' in 'before'\n"
          "  3 | before: {pipeline: b.yaml, wen: x, set: {outt: z}}\n"
          "    |                            ^^^ did you mean 'when'?\n"
          "  'before' has: pipeline, when, when-replacing, set\n"
          "a.yaml:3:41: error: 'before' sets 'outt', which b.yaml does not use\n"
          "  3 | before: {pipeline: b.yaml, wen: x, set: {outt: z}}\n"
          "    |                                         ^\n");
    folder.write("c.yaml", definition("{when: x}"));
    CHECK(check(folder, "c.yaml").problems.find("'before' names no definition") != std::string::npos);
}
