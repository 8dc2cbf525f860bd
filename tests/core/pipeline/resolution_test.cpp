#include "pipeline/resolution.hpp"

#include <catch2/catch.hpp>

#include "pipeline/definition_files.hpp"

using namespace roost;
using roost::test::TemporaryFolder;

namespace {

struct Resolved {
    ResolvedPipeline pipeline;
    std::string problems;
};

constexpr const char* source = "  - {plugin: database, url: counter:x}\n";
constexpr const char* sink = "  - {plugin: archive, url: file:x.discard}\n";

std::string definition(const std::string& sources, const std::string& sinks = sink,
                       const std::string& vars = "{}") {
    return "roost: 1\nname: demo\nvars: " + vars + "\nsources:\n" + sources + "sinks:\n" + sinks;
}

Resolved resolveText(const std::string& text,
                     const std::vector<std::filesystem::path>& folders = {FIXTURE_PLUGIN_FOLDER}) {
    const TemporaryFolder folder;
    PluginRegistry registry(folders);
    Diagnostics diagnostics;
    Definition loaded = loadDefinition(folder.write("test.yaml", text), {}, diagnostics);
    Resolved result;
    result.pipeline = resolve(loaded, registry, diagnostics);
    result.problems = folder.relative(renderDiagnostics(loaded.source, diagnostics));
    return result;
}

std::string problemsOf(const std::string& sources, const std::string& sinks = sink) {
    return resolveText(definition(sources, sinks)).problems;
}

/// The settings on one line.
std::string show(const Node& node) {
    if (node.isScalar()) return node.scalar;
    std::string text = "{";
    for (const auto& [key, value] : node.members)
        text += (text.size() > 1 ? ", " : "") + key.scalar + ": " + show(value);
    return text + "}";
}

}  // namespace

TEST_CASE(
    "a database and a storage are found by their scheme, an archive by its name's ending or its format") {
    const auto resolved = resolveText(definition(
        "  - {plugin: database, url: counter:x}\n  - {plugin: storage, url: blobs:x}\n",
        "  - {plugin: archive, url: file:a.b.discard}\n  - {plugin: archive, url: file:A.DISCARD}\n"
        "  - {plugin: archive, url: '-', format: discard}\n"));
    REQUIRE(resolved.problems.empty());
    CHECK(resolved.pipeline.sources[0].factory->info().name == "counter");
    CHECK(resolved.pipeline.sources[0].role == "database");
    CHECK(resolved.pipeline.sources[0].label == "source 1 'database' (counter)");
    CHECK(resolved.pipeline.sources[0].position == Position{5, 5});
    CHECK(resolved.pipeline.sources[1].label == "source 2 'storage' (blobs)");
    REQUIRE(resolved.pipeline.sinks.size() == 3);
    CHECK(show(resolved.pipeline.sinks[2].settings) == "{url: -}");
    CHECK(resolved.pipeline.sinks[2].label == "sink 3 'archive' (discard)");
}

TEST_CASE("a plugin can be named exactly, a transform always is") {
    const auto resolved = resolveText(definition("  - {plugin: counter, url: counter:x, name: shop}\n",
                                                 "  - {plugin: discard, url: file:x, name: nightly}\n") +
                                      "transforms:\n  - {plugin: drop-table, names: 'a,b', name: less}\n");
    REQUIRE(resolved.problems.empty());
    CHECK(resolved.pipeline.sources[0].label == "source 1 'counter' (counter)");
    CHECK(resolved.pipeline.sinks[0].label == "sink 1 'nightly' (discard)");
    CHECK(show(resolved.pipeline.sinks[0].settings) == "{url: file:x}");
    CHECK(resolved.pipeline.transforms[0].role == "drop-table");
    CHECK(resolved.pipeline.transforms[0].label == "transform 1 'less' (drop-table)");
    CHECK(show(resolved.pipeline.transforms[0].settings) == "{names: a,b}");
}

TEST_CASE("a database's parts become a url mapping; an empty one and an empty url count as not given") {
    const auto parts =
        resolveText(definition("  - {plugin: database, url: '', driver: counter, host: h, port: 5432, user: "
                               "'', password: p@ss, name: db, rows: 3}\n"));
    CHECK(parts.problems == "");
    CHECK(show(parts.pipeline.sources[0].settings) ==
          "{rows: 3, url: {driver: counter, host: h, port: 5432, password: p@ss, name: db}}");
    const auto url =
        resolveText(definition("  - {plugin: database, url: counter:x, driver: other, host: h, rows: 3}\n"));
    CHECK(url.problems == "");
    CHECK(show(url.pipeline.sources[0].settings) == "{url: counter:x, rows: 3}");
    const auto named = resolveText(definition("  - {plugin: counter, host: h}\n"));
    CHECK(named.problems == "");
    CHECK(show(named.pipeline.sources[0].settings) == "{url: {host: h, driver: counter}}");
}

TEST_CASE("an unknown option is told with its stage, the nearest option and all that there are") {
    CHECK(problemsOf(source, "  - plugin: archive\n    url: file:x.discard\n    fial-in: begin\n") ==
          "test.yaml:9:5: error: unknown option 'fial-in' for sink 'archive' (discard)\n"
          "  9 |     fial-in: begin\n"
          "    |     ^^^^^^^ did you mean 'fail-in'?\n"
          "  discard accepts: url, file, fail-in, destroys   (roost plugins discard)\n");
    CHECK(problemsOf("  - plugin: counter\n    url: counter:x\n    hots: x\n") ==
          "test.yaml:7:5: error: unknown option 'hots' for source 'counter'\n"
          "  7 |     hots: x\n"
          "    |     ^^^^ did you mean 'host'?\n"
          "  counter accepts: url (or driver, host, port, user, password, name, sslmode, path), tables, "
          "rows, fail-at, "
          "delay, hang, token   (roost plugins counter)\n");
}

TEST_CASE("core's keys are unknown where they mean nothing") {
    CHECK(problemsOf("  - {plugin: storage, url: blobs:x, format: tar}\n")
              .find("error: unknown option 'format' for source 'storage' (blobs)\n") != std::string::npos);
    CHECK(problemsOf("  - {plugin: storage, url: blobs:x, host: h}\n").find("error: unknown option 'host'") !=
          std::string::npos);
}

TEST_CASE("a missing option is told at its stage") {
    CHECK(problemsOf(source, sink + std::string("transforms:\n  - plugin: drop-table\n")) ==
          "test.yaml:9:5: error: missing option 'names' for transform 'drop-table'\n"
          "  9 |   - plugin: drop-table\n"
          "    |     ^\n"
          "  such as: names: [items]\n");
    CHECK(problemsOf(source, "  - {plugin: discard, url: ''}\n") ==
          "test.yaml:7:28: error: option 'url' is empty, but required by sink 'discard'\n"
          "  7 |   - {plugin: discard, url: ''}\n"
          "    |                            ^\n"
          "  such as: url: file:nothing.discard\n");
    CHECK(problemsOf("  - plugin: storage\n") ==
          "test.yaml:5:5: error: missing option 'url' (or driver, path, bucket, prefix, endpoint, region, "
          "access-key-id, secret-access-key, session-token, profile, ca-file, force-path-style) for source "
          "'storage'\n"
          "  5 |   - plugin: storage\n"
          "    |     ^\n"
          "  the url's scheme or the driver names the plugin: blobs\n");
    CHECK(problemsOf("  - {plugin: database, url: '', driver: ''}\n") ==
          "test.yaml:5:5: error: missing option 'url' (or driver, host, port, user, password, name, sslmode, "
          "path) for "
          "source 'database'\n"
          "  5 |   - {plugin: database, url: '', driver: ''}\n"
          "    |     ^\n"
          "  the url's scheme or the driver names the plugin: counter\n");
    CHECK(problemsOf(source, "  - plugin: archive\n")
              .find("error: missing option 'url' for sink 'archive'\n") != std::string::npos);
}

TEST_CASE("a value of the wrong type, range or choice is told at its place") {
    CHECK(problemsOf("  - plugin: counter\n    url: counter:x\n    rows: many\n    fail-at: -1\n    hang: "
                     "maybe\n    delay: 5\n") ==
          "test.yaml:7:11: error: option 'rows' takes a whole number, not 'many'\n"
          "  7 |     rows: many\n"
          "    |           ^^^^\n"
          "test.yaml:8:14: error: option 'fail-at' is from 0 to 1000000000, not -1\n"
          "  8 |     fail-at: -1\n"
          "    |              ^^\n"
          "test.yaml:9:11: error: option 'hang' takes true or false, not 'maybe'\n"
          "  9 |     hang: maybe\n"
          "    |           ^^^^^\n"
          "test.yaml:10:12: error: option 'delay' takes a duration such as 500ms, 30s or 5m, not '5'\n"
          "  10 |     delay: 5\n"
          "     |            ^\n");
    CHECK(problemsOf(source, "  - {plugin: discard, url: file:x, fail-in: beginn}\n")
              .find("test.yaml:7:45: error: option 'fail-in' is one of none, begin, write, prepare, commit, "
                    "not 'beginn'\n"
                    "  7 |   - {plugin: discard, url: file:x, fail-in: beginn}\n"
                    "    |                                             ^^^^^^ did you mean 'begin'?\n") == 0);
}

TEST_CASE("a plugin that is not there is told with the nearest one and all that are") {
    CHECK(problemsOf("  - plugin: databse\n") ==
          "test.yaml:5:13: error: unknown source 'databse'\n"
          "  5 |   - plugin: databse\n"
          "    |             ^^^^^^^ did you mean 'database'?\n"
          "  sources are: database, storage, blobs, counter   (roost plugins)\n");
    CHECK(problemsOf("  - plugin: discard\n").find("^^^^^^^ 'discard' is a sink\n") != std::string::npos);
    CHECK(
        problemsOf("  - plugin: database\n    url: mysql://u:secret@h/x\n") ==
        "test.yaml:6:10: error: no source 'database' serves 'mysql:'\n"
        "  6 |     url: mysql://u:***@h/x\n"
        "    |          ^^^^^\n"
        "  these are served: counter; --plugin-dir and ROOST_PLUGIN_PATH name folders with other plugins\n");
    CHECK(problemsOf("  - {plugin: database, driver: countr}\n")
              .find("error: no source 'database' serves 'countr'\n"
                    "  5 |   - {plugin: database, driver: countr}\n"
                    "    |                                ^^^^^^ did you mean 'counter'?\n") !=
          std::string::npos);
    CHECK(problemsOf(source, "  - {plugin: archive, url: file:a.rar}\n") ==
          "test.yaml:7:28: error: the name's ending tells no archive format\n"
          "  7 |   - {plugin: archive, url: file:a.rar}\n"
          "    |                            ^^^^^^^^^^ add 'format:'\n"
          "  archive formats are: discard\n");
    CHECK(problemsOf(source, "  - {plugin: archive, url: '-'}\n")
              .find("error: '-' does not tell the archive's format\n") != std::string::npos);
    CHECK(problemsOf(source, "  - {plugin: archive, url: '-', format: discrad}\n")
              .find("error: no sink 'archive' serves the format 'discrad'\n"
                    "  7 |   - {plugin: archive, url: '-', format: discrad}\n"
                    "    |                                         ^^^^^^^ did you mean 'discard'?\n") !=
          std::string::npos);
}

TEST_CASE("without any plugins the error says where to look") {
    CHECK(resolveText(definition(source), {}).problems ==
          "test.yaml:5:14: error: no source 'database' is installed\n"
          "  5 |   - {plugin: database, url: counter:x}\n"
          "    |              ^^^^^^^^\n"
          "  'roost plugins' lists what is; --plugin-dir and ROOST_PLUGIN_PATH name folders\n"
          "test.yaml:7:14: error: no sink 'archive' is installed\n"
          "  7 |   - {plugin: archive, url: file:x.discard}\n"
          "    |              ^^^^^^^\n"
          "  'roost plugins' lists what is; --plugin-dir and ROOST_PLUGIN_PATH name folders\n");
}

TEST_CASE("a plugin that was named is not given what another one serves") {
    CHECK(problemsOf("  - {plugin: counter, url: sqlite:x}\n") ==
          "test.yaml:5:28: error: plugin 'counter' does not serve 'sqlite:'\n"
          "  5 |   - {plugin: counter, url: sqlite:x}\n"
          "    |                            ^^^^^^^^\n"
          "  it serves: counter\n");
    CHECK(problemsOf(source, "  - {plugin: discard, url: file:x, format: zip}\n")
              .find("error: plugin 'discard' does not serve the format 'zip'\n") != std::string::npos);
}

TEST_CASE("urls and parts have to be text of the right form") {
    CHECK(problemsOf("  - {plugin: database, url: /data/a.db}\n")
              .find("test.yaml:5:29: error: a url begins with a scheme, such as file:PATH, sqlite:PATH or "
                    "postgresql://host/name\n") == 0);
    CHECK(problemsOf("  - {plugin: database, url: [x]}\n")
              .find("test.yaml:5:29: error: 'url' is text, not a list\n") == 0);
    CHECK(problemsOf("  - {plugin: database, driver: counter, port: 70000}\n")
              .find("test.yaml:5:47: error: 'port' is a number from 1 to 65535, not '70000'\n") == 0);
    CHECK(problemsOf("  - {plugin: database, driver: counter, host: [h]}\n")
              .find("error: 'host' is text, not a list\n") != std::string::npos);
    CHECK(problemsOf("  - {plugin: storage, url: blobs:x, name: [n]}\n")
              .find("error: 'name' is text, not a list\n") != std::string::npos);
}

TEST_CASE("an unusable plugin is named with its reason where it is wanted, and harms nothing else") {
    const TemporaryFolder plugins;
    plugins.write("mysql.json",
                  R"({"name": "mysql", "kind": "source", "role": "database", "serves": ["mysql"],
        "version": "1", "description": "d", "abi": 99, "toolchain": "libstdc++ cxx11"})");
    plugins.write("mysql.so", "");
    plugins.write("zip.so", "");
    const std::vector<std::filesystem::path> folders{plugins.path(), FIXTURE_PLUGIN_FOLDER};
    CHECK(resolveText(definition(source), folders).problems.empty());
    const std::string scheme =
        resolveText(definition("  - {plugin: database, url: 'mysql://h/x'}\n"), folders).problems;
    CHECK(scheme.find("test.yaml:5:29: error: the plugin for 'mysql' cannot be used\n") == 0);
    CHECK(scheme.find(plugins.path().string() + "/mysql.so: ") != std::string::npos);
    const std::string named =
        resolveText(definition("  - {plugin: mysql, url: 'mysql://h/x'}\n"), folders).problems;
    CHECK(named.find("test.yaml:5:14: error: the plugin for 'mysql' cannot be used\n") == 0);
    const std::string format =
        resolveText(definition(source, "  - {plugin: archive, url: file:a.zip}\n"), folders).problems;
    CHECK(format.find("error: the plugin for 'zip' cannot be used\n") != std::string::npos);
    CHECK(format.find("zip.so: it has no manifest zip.json beside it") != std::string::npos);
}

TEST_CASE("a variable that is not set is the only error of its stage, and the rest is still checked") {
    const std::string problems = problemsOf(
        "  - plugin: database\n    url: ${NOWHERE}\n  - plugin: storage\n"
        "    url: blobs:${NOWHERE}\n    size: big\n    coumt: 1\n");
    CHECK(problems.find("test.yaml:6:10: error: variable 'NOWHERE' is not set\n") == 0);
    CHECK(problems.find("test.yaml:8:16: error: variable 'NOWHERE' is not set\n") != std::string::npos);
    CHECK(problems.find(
              "test.yaml:9:11: error: option 'size' takes a size such as 512KiB or 2GiB, not 'big'\n") !=
          std::string::npos);
    CHECK(problems.find("test.yaml:10:5: error: unknown option 'coumt'") != std::string::npos);
    CHECK(problems.find("scheme") == std::string::npos);
    CHECK(problems.find("missing option") == std::string::npos);
}

TEST_CASE("no secret is shown: secret options, misspelt ones, passwords, and the vars they are made of") {
    const std::string problems =
        resolveText(
            definition("  - {plugin: counter, url: counter:x, token: 'hunter2${NOWHERE}', levle: 9}\n"
                       "  - {plugin: counter, tokn: hunter3, url: counter:x}\n"
                       "  - {plugin: database, driver: nowhere, password: hunter4}\n"
                       "  - {plugin: counter, url: 'counter://u:${phrase}@h', token: '${pass}', rows: x}\n",
                       sink, "{pass: hunter5, phrase: hunter6, x: '${NOWHERE}', y: harmless}"))
            .problems;
    CAPTURE(problems);
    CHECK(problems.find("hunter") == std::string::npos);
    CHECK(problems.find("  3 | vars: {pass: ***, phrase: ***, x: '${NOWHERE}', y: harmless}\n") !=
          std::string::npos);
    CHECK(problems.find("  5 |   - {plugin: counter, url: counter:x, token: ***, levle: 9}\n"
                        "    |                                              ^\n") != std::string::npos);
    CHECK(problems.find("  5 |   - {plugin: counter, url: counter:x, token: ***, levle: 9}\n"
                        "    |                                                   ^^^^^\n") !=
          std::string::npos);
    CHECK(problems.find("  6 |   - {plugin: counter, tokn: ***, url: counter:x}\n") != std::string::npos);
    CHECK(problems.find("  7 |   - {plugin: database, driver: nowhere, password: ***}\n") !=
          std::string::npos);
}

TEST_CASE("records are checked where they stand, and variables work in them") {
    const std::string problems = resolveText(definition(source) +
                                             "transforms:\n"
                                             "  - plugin: label-tables\n"
                                             "    labels:\n"
                                             "      - {table: items, levle: 3}\n"
                                             "      - {text: no table, tone: lou}\n"
                                             "      - {table: items, level: 12, links: {too: x}}\n"
                                             "      - items\n")
                                     .problems;
    CHECK(problems.find("test.yaml:11:24: error: unknown option 'levle' in an item of 'labels'\n"
                        "  11 |       - {table: items, levle: 3}\n"
                        "     |                        ^^^^^ did you mean 'level'?\n"
                        "  an item of 'labels' accepts: table, text, level, tone, token, links\n") !=
          std::string::npos);
    CHECK(problems.find("test.yaml:12:9: error: missing option 'table' in an item of 'labels'\n") !=
          std::string::npos);
    CHECK(problems.find("  such as: table: items\n") != std::string::npos);
    CHECK(problems.find("test.yaml:14:9: error: an item of 'labels' is a mapping, not text\n") !=
          std::string::npos);
    const std::string inside = resolveText(definition(source) +
                                           "transforms:\n"
                                           "  - plugin: label-tables\n"
                                           "    labels:\n"
                                           "      - {table: '', tone: lou}\n"
                                           "      - {table: items, level: 12, links: {too: x}}\n")
                                   .problems;
    CHECK(inside.find(
              "test.yaml:11:17: error: option 'table' is empty, but required by an item of 'labels'\n") !=
          std::string::npos);
    CHECK(inside.find("test.yaml:11:27: error: option 'tone' is one of plain, loud, not 'lou'\n") !=
          std::string::npos);
    CHECK(inside.find("test.yaml:12:31: error: option 'level' is from 0 to 9, not 12\n") !=
          std::string::npos);
    CHECK(inside.find("test.yaml:12:43: error: unknown option 'too' in an item of 'links'\n") !=
          std::string::npos);
    CHECK(inside.find("test.yaml:12:42: error: missing option 'to' in an item of 'links'\n") !=
          std::string::npos);

    const Resolved good = resolveText(definition(source, sink, "{which: items}") +
                                      "transforms:\n"
                                      "  - plugin: label-tables\n"
                                      "    labels: {table: '${which}', level: '${n:-7}'}\n");
    CHECK(good.problems.empty());
    CHECK(show(*good.pipeline.transforms.at(0).settings.find("labels")) == "{table: items, level: 7}");
    CHECK(resolveText(definition(source) + "transforms:\n"
                                           "  - plugin: label-tables\n"
                                           "    labels: [{table: '${NOWHERE}'}]\n")
              .problems.find("test.yaml:10:23: error: variable 'NOWHERE' is not set\n") == 0);
}

TEST_CASE("a secret in a record is shown nowhere, nor is a misspelt one") {
    const std::string problems = resolveText(definition(source, sink, "{phrase: hunter3}") +
                                             "transforms:\n"
                                             "  - plugin: label-tables\n"
                                             "    labels:\n"
                                             "      - {token: hunter2, tabel: items}\n"
                                             "      - {tokn: hunter4, table: items}\n"
                                             "      - {token: [hunter5], table: items}\n"
                                             "      - {token: '${phrase}', table: items, level: x}\n")
                                     .problems;
    CAPTURE(problems);
    CHECK(problems.find("hunter") == std::string::npos);
    CHECK(problems.find("       - {token: ***, tabel: items}\n") != std::string::npos);
    CHECK(problems.find("       - {tokn: ***, table: items}\n") != std::string::npos);
    CHECK(problems.find("option 'token' takes text, not a list\n") != std::string::npos);
}

TEST_CASE("an option that a variable gives is known by that variable") {
    const auto resolved = resolveText(definition(
        "  - plugin: counter\n    url: ${FROM:-counter:x}\n    rows: ${rows:-5}\n    tables: a${rows:-b}\n",
        sink, "{rows: '${ROWS:-3}'}"));
    REQUIRE(resolved.problems.empty());
    CHECK(resolved.pipeline.sources[0].variables == OptionVariables{{"url", "FROM"}, {"rows", "rows"}});
    CHECK(resolved.pipeline.sinks[0].variables.empty());
}
