#include "pipeline/interpolation.hpp"

#include <catch2/catch.hpp>

#include "pipeline/definition_files.hpp"

using namespace roost;
using roost::test::Environment;
using roost::test::TemporaryFolder;

namespace {

/// A definition whose description is `text`, in line 4.
std::string withDescription(const std::string& text, const std::string& vars = "{}") {
    return "roost: 1\nname: demo\nvars: " + vars + "\ndescription: " + text +
           "\nsources: [{plugin: s}]\nsinks: [{plugin: t}]\n";
}

/// What the text becomes, or what is wrong with it.
std::string expand(const std::string& text, const SetValues& set = {}, const std::string& vars = "{}") {
    const auto loaded = test::load(withDescription(text, vars), set);
    return loaded.problems.empty() ? loaded.definition.description : loaded.problems;
}

constexpr const char* setNote =
    "  give it as --set NOWHERE=VALUE or in the environment, or write a default: ${NOWHERE:-default}\n";

}  // namespace

TEST_CASE("a name is looked up in --set, then vars, then the environment, then NAME_FILE's file") {
    const TemporaryFolder folder;
    const auto file = folder.write("secret", "\n  from file \r\n\n").string();
    const Environment fileName("ROOST_X_FILE", file);
    const Environment none("ROOST_X", std::nullopt);
    CHECK(expand("${ROOST_X}") == "from file");
    const Environment some("ROOST_X", "from environment");
    CHECK(expand("${ROOST_X}") == "from environment");
    CHECK(expand("${ROOST_X}", {}, "{ROOST_X: from vars}") == "from vars");
    CHECK(expand("${ROOST_X}", {{"ROOST_X", "from set"}}, "{ROOST_X: from vars}") == "from set");
}

TEST_CASE("values are taken as they are: nothing in them is expanded or read as YAML") {
    const Environment some("ROOST_X", "${HOME} yes: [1] \"'#");
    CHECK(expand("<${ROOST_X}>") == "<${HOME} yes: [1] \"'#>");
    CHECK(expand("'${v}'", {{"v", "$${x}"}}, "{v: 1}") == "$${x}");
}

TEST_CASE("vars refer to each other, to the environment, and by their own name to the outer value") {
    const Environment some("ROOST_X", "outer");
    CHECK(expand("'${c}'", {}, "{a: A, b: '${a}B', c: '${b}C'}") == "ABC");
    CHECK(expand("'${ROOST_X}'", {}, "{ROOST_X: 'inner of ${ROOST_X}'}") == "inner of outer");
    CHECK(expand("'${ROOST_X}'", {{"ROOST_X", "given"}}, "{ROOST_X: 'inner of ${ROOST_X}'}") == "given");
    CHECK(expand("'${e}.'", {}, "{e: }") == ".");
}

TEST_CASE("vars that refer to each other in a circle are an error that names the chain") {
    CHECK(expand("'${a}'", {}, "{a: '${b}', b: '${c}', c: '${a}'}") ==
          "test.yaml:3:34: error: variable 'a' refers to itself: a -> b -> c -> a\n"
          "  3 | vars: {a: '${b}', b: '${c}', c: '${a}'}\n"
          "    |                                  ^^^^\n");
    std::string vars = "{v0: x";
    for (int i = 1; i < 100; ++i) vars += ", v" + std::to_string(i) + ": '${v" + std::to_string(i - 1) + "}'";
    const auto first = [](const std::string& text) { return text.substr(0, text.find('\n')); };
    CHECK(first(expand("'${v99}'", {}, vars + "}"))
              .find("variables refer to each other through more than 64 steps: ") != std::string::npos);
}

TEST_CASE("a default stands in for what is not set or empty, and may hold references itself") {
    const Environment none("ROOST_X", std::nullopt);
    CHECK(expand("'${ROOST_X:-plain}'") == "plain");
    CHECK(expand("'${ROOST_X:-}.'") == ".");
    CHECK(expand("'${ROOST_X:-sqlite:${d:-/data}/a.db}'", {{"d", "/x"}}) == "sqlite:/x/a.db");
    CHECK(expand("'${ROOST_X:-a$$b}'") == "a$b");
    const Environment empty("ROOST_X", "");
    CHECK(expand("'${ROOST_X:-plain}'") == "plain");
    CHECK(expand("'${ROOST_X}.'") == ".");
    CHECK(expand("'${v:-plain}'", {{"v", ""}}) == "plain");
    CHECK(expand("'${v:-plain}'", {}, "{v: ''}") == "plain");
}

TEST_CASE("what a default needs is asked for only when the default is used") {
    const Environment some("ROOST_X", "set");
    CHECK(expand("'${ROOST_X:-${NOWHERE}}'") == "set");
    const Environment none("ROOST_Y", std::nullopt);
    CHECK(expand("'${ROOST_Y:-${NOWHERE}}'") ==
          "test.yaml:4:26: error: variable 'NOWHERE' is not set\n"
          "  4 | description: '${ROOST_Y:-${NOWHERE}}'\n"
          "    |                          ^^^^^^^^^^\n" +
              std::string(setNote));
}

TEST_CASE("an empty variable does not hide the file that NAME_FILE names") {
    const TemporaryFolder folder;
    const Environment fileName("ROOST_X_FILE", folder.write("secret", "from file").string());
    const Environment empty("ROOST_X", "");
    CHECK(expand("'${ROOST_X:-default}'") == "from file");
    CHECK(expand("'${ROOST_X}.'") == ".");
}

TEST_CASE("a message says what is missing") {
    const Environment none("ROOST_X", std::nullopt);
    CHECK(expand("'${ROOST_X:?name the archive}'") ==
          "test.yaml:4:15: error: variable 'ROOST_X' is not set: name the archive\n"
          "  4 | description: '${ROOST_X:?name the archive}'\n"
          "    |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n");
    const Environment empty("ROOST_X", "");
    CHECK(expand("'${ROOST_X:?}'").find("test.yaml:4:15: error: variable 'ROOST_X' is empty\n") == 0);
    const Environment some("ROOST_X", "x");
    CHECK(expand("'${ROOST_X:?name it}'") == "x");
}

TEST_CASE("two dollars are one, and a dollar before anything else stays") {
    CHECK(expand("'$$ $ $x $1 cost: 5$ $${HOME} $$$$'") == "$ $ $x $1 cost: 5$ ${HOME} $$");
}

TEST_CASE("a reference that is none is told at its place") {
    const auto firstLines = [](const std::string& text) {
        return text.substr(0, text.find('\n')) + "|" + text.substr(text.rfind('^') + 1);
    };
    CHECK(firstLines(expand("'a ${HOME'")) ==
          "test.yaml:4:17: error: this '${' has no '}'| write $${ for the characters themselves\n");
    CHECK(firstLines(expand("'${HOME:-x'")) == "test.yaml:4:15: error: this '${' has no '}'|\n");
    CHECK(firstLines(expand("'${}'")) ==
          "test.yaml:4:15: error: '${' is not followed by the name of a variable| write $${ for the "
          "characters themselves\n");
    CHECK(firstLines(expand("'${1x}'")) ==
          "test.yaml:4:15: error: '${' is not followed by the name of a variable| write $${ for the "
          "characters themselves\n");
    CHECK(
        firstLines(expand("'${HOME-x}'")) ==
        "test.yaml:4:15: error: after ${HOME may stand '}', ':-' or ':?', not '-'| write ${HOME:-default}\n");
    CHECK(firstLines(expand("'${HOME:+x}'")) ==
          "test.yaml:4:15: error: after ${HOME may stand '}', ':-' or ':?', not ':'|\n");
    CHECK(
        firstLines(expand("'${data-dir}'")) ==
        "test.yaml:4:15: error: after ${data may stand '}', ':-' or ':?', not '-'| write ${data:-default}\n");
}

TEST_CASE("a name that is not set is told at its place, with the nearest one that is known") {
    CHECK(
        expand("plain ${data_dr}/x", {}, "{data_dir: /data}") ==
        "test.yaml:4:20: error: variable 'data_dr' is not set\n"
        "  4 | description: plain ${data_dr}/x\n"
        "    |                    ^^^^^^^^^^ did you mean 'data_dir'?\n"
        "  give it as --set data_dr=VALUE or in the environment, or write a default: ${data_dr:-default}\n");
    CHECK(expand("${timestmp}").find("did you mean 'timestamp'?") != std::string::npos);
    CHECK(expand("${ROOST_SOME_NAM}", {{"ROOST_SOME_NAME", "x"}}).find("did you mean 'ROOST_SOME_NAME'?") !=
          std::string::npos);
}

TEST_CASE("the place is exact in quoted, folded and literal texts") {
    const auto place = [](const std::string& text) {
        return expand(text).substr(0, expand(text).find(": error"));
    };
    CHECK(place("'it''s ${NOWHERE}'") == "test.yaml:4:21");
    CHECK(place("\"tab\\t ü ${NOWHERE}\"") == "test.yaml:4:23");
    CHECK(place("$$ $x ${NOWHERE} # ${c}") == "test.yaml:4:20");
    CHECK(place("|\n  first\n  second ${NOWHERE}\n") == "test.yaml:6:10");
    CHECK(place(">\n  first\n\n  ${NOWHERE}\n") == "test.yaml:7:3");
    CHECK(place("first\n  second ${NOWHERE}\n") == "test.yaml:5:10");
    CHECK(place("\"\\x24{x ${NOWHERE}\"") == "test.yaml:4:14");  // an escaped dollar: the text's begin
}

TEST_CASE("every mistake is told once, where it is made") {
    const std::string problems = test::load(
                                     "roost: 1\nname: demo\nvars:\n  a: ${NOWHERE}\n"
                                     "description: ${a} ${a} ${ELSEWHERE}\n"
                                     "sources: [{plugin: s, url: '${a}'}]\nsinks: [{plugin: t}]\n")
                                     .problems;
    CHECK(problems.find("test.yaml:4:6: error: variable 'NOWHERE' is not set") == 0);
    CHECK(problems.find("test.yaml:5:24: error: variable 'ELSEWHERE' is not set") != std::string::npos);
    CHECK(std::count(problems.begin(), problems.end(), '^') == 10 + 12);
}

TEST_CASE("a variable that nothing uses is checked too, one that --set replaces is not") {
    const std::string vars = "{unused: '${NOWHERE}'}";
    CHECK(expand("x", {}, vars).find("test.yaml:3:17: error: variable 'NOWHERE' is not set") == 0);
    CHECK(expand("x", {{"unused", "given"}}, vars) == "x");
}

TEST_CASE("names and values of vars are checked") {
    CHECK(expand("x", {}, "{data-dir: 1}") ==
          "test.yaml:3:8: error: 'data-dir' is no name for a variable\n"
          "  3 | vars: {data-dir: 1}\n"
          "    |        ^^^^^^^^ letters, digits and '_' make one, no digit first\n");
    CHECK(
        expand("'${a}'", {}, "{a: [1]}").find("test.yaml:3:11: error: variable 'a' is text, not a list\n") ==
        0);
    CHECK(expand("x", {}, "[a]")
              .find("test.yaml:3:7: error: 'vars' is a mapping of names to texts, not a list\n") == 0);
}

TEST_CASE("a file that NAME_FILE names and that cannot be read is an error that names it") {
    const Environment none("ROOST_X", std::nullopt);
    const Environment fileName("ROOST_X_FILE", "/nowhere/secret");
    CHECK(expand("'${ROOST_X:-default}'") ==
          "test.yaml:4:15: error: variable 'ROOST_X': cannot read /nowhere/secret, which ROOST_X_FILE names: "
          "No such file or directory\n"
          "  4 | description: '${ROOST_X:-default}'\n"
          "    |               ^^^^^^^^^^^^^^^^^^^\n");
    const Environment folder("ROOST_X_FILE", "/tmp");
    CHECK(expand("'${ROOST_X}'").find("cannot read /tmp, which ROOST_X_FILE names: Is a directory") !=
          std::string::npos);
    const Environment endless("ROOST_X_FILE", "/dev/zero");
    CHECK(expand("'${ROOST_X}'").find("it is larger than 1 MiB") != std::string::npos);
}

TEST_CASE("the time is UTC and the same everywhere, and SOURCE_DATE_EPOCH sets it") {
    const Environment epoch("SOURCE_DATE_EPOCH", "1136214245");
    CHECK(expand("a_${timestamp}.tar") == "a_20060102_150405.tar");
    CHECK(formatTimestamp(std::chrono::system_clock::time_point{}) == "19700101_000000");
    const Environment bad("SOURCE_DATE_EPOCH", "yesterday");
    CHECK(expand("x").find("test.yaml: error: SOURCE_DATE_EPOCH is ") == 0);
}

TEST_CASE("the pipeline's name can be used, and --set and vars go before the built-in names") {
    CHECK(expand("${pipeline}.tar") == "demo.tar");
    CHECK(expand("${pipeline}", {{"pipeline", "mine"}}) == "mine");
    CHECK(expand("${timestamp}", {}, "{timestamp: never}") == "never");
    CHECK(test::load("roost: 1\nname: a-${pipeline}\nsources: [{plugin: s}]\nsinks: [{plugin: t}]\n")
              .problems.find(
                  "test.yaml:2:9: error: variable 'pipeline' refers to itself: pipeline -> pipeline\n") == 0);
}

TEST_CASE("keys are never expanded") {
    const auto loaded = test::load(
        "roost: 1\nname: demo\nsources:\n  - plugin: s\n    map: {'${HOME}': '${pipeline}'}\nsinks: "
        "[{plugin: t}]\n");
    REQUIRE(loaded.problems.empty());
    const Node* map = loaded.definition.sources.front().settings.find("map");
    REQUIRE(map != nullptr);
    CHECK(map->members.front().first.scalar == "${HOME}");
    CHECK(map->members.front().second.scalar == "demo");
}

TEST_CASE("values cannot be made to grow without bound") {
    std::string vars = "{v0: " + std::string(1000, 'x');
    for (int i = 1; i < 30; ++i) {
        const std::string before = "${v" + std::to_string(i - 1) + "}";
        vars += ", v" + std::to_string(i) + ": '" + before + before + "'";
    }
    CHECK(expand("x", {}, vars + "}").find("error: the value grows beyond 1 MiB here\n") !=
          std::string::npos);
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += "${A:-";
    CHECK(expand("'" + deep + "'").find("error: references are nested too deeply here\n") !=
          std::string::npos);
}
