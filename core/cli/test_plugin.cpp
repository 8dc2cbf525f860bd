// roost test-plugin: the conformance tests of a plugin.
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <sstream>

#include "cli/printable.hpp"
#include "cli/verb.hpp"
#include "conformance/bench.hpp"
#include "conformance/yaml_text.hpp"
#include "pipeline/run.hpp"
#include "pipeline/yaml_reader.hpp"
#include "roost/diagnostic.hpp"
#include "roost/error.hpp"

namespace roost::cli {

namespace {

using namespace roost::conformance;
using Poco::JSON::Array;
using Poco::JSON::Object;

struct TestPluginArguments {
    std::filesystem::path library;
    SetValues set;
    std::filesystem::path optionsFile;
    std::filesystem::path source;
    SetValues sourceSet;
    std::string before;
    std::string observe;
    std::vector<std::string> only;
    std::vector<std::string> except;
    double limitSeconds = 60;
    bool list = false;
    bool json = false;
};

struct Done {
    const Check* check;
    Verdict verdict;
};

Node readOptions(const std::filesystem::path& file) {
    SourceText source = SourceText::read(file);
    Diagnostics diagnostics;
    YamlDocument document = readYaml(source, diagnostics);
    if (!diagnostics.empty())
        throw Error(file.string() + ":" + std::to_string(diagnostics.list().front().position.line) + ": " +
                    diagnostics.list().front().message);
    if (document.root.kind != Node::Kind::mapping)
        throw Error(file.string() + " is no mapping of the plugin's options to values");
    return document.root;
}

TestSettings settingsFor(const TestPluginArguments& arguments) {
    TestSettings settings;
    settings.library = std::filesystem::absolute(arguments.library);
    settings.options.kind = Node::Kind::mapping;
    if (!arguments.optionsFile.empty()) settings.options = readOptions(arguments.optionsFile);
    for (const auto& [name, value] : arguments.set)
        setMember(settings.options, name, yamlValue(value, {1, 1}));
    settings.readerOptions.kind = Node::Kind::mapping;
    for (const auto& [name, value] : arguments.sourceSet)
        setMember(settings.readerOptions, name, yamlValue(value, {1, 1}));
    if (!arguments.source.empty()) settings.reader = std::filesystem::absolute(arguments.source);
    settings.before = arguments.before;
    settings.observe = arguments.observe;
    settings.limit = std::chrono::milliseconds(static_cast<std::int64_t>(arguments.limitSeconds * 1000));
    return settings;
}

std::string_view word(Result result) {
    switch (result) {
        case Result::passed:
            return "ok";
        case Result::failed:
            return "FAILED";
        case Result::skipped:
            return "skipped";
    }
    return "";
}

/// One line, whatever the plugin says.
std::string oneLine(const std::string& text) {
    std::string line = printable(text);
    std::ranges::replace(line, '\n', ' ');
    return line;
}

void printLine(const std::string& name, const Verdict& verdict) {
    constexpr std::size_t width = 9;
    std::string line = "  " + std::string(word(verdict.result));
    line.resize(2 + width, ' ');
    std::cout << line << name << (verdict.why.empty() ? "" : ": " + oneLine(verdict.why)) << std::endl;
}

std::size_t count(const std::vector<Done>& done, Result result) {
    return static_cast<std::size_t>(
        std::ranges::count(done, result, [](const Done& d) { return d.verdict.result; }));
}

void printSummary(const std::vector<Done>& done) {
    std::cout << count(done, Result::passed) << " passed, " << count(done, Result::failed) << " failed, "
              << count(done, Result::skipped) << " skipped\n";
}

void printJson(const TestSettings& settings, const PluginIdentity& identity, const std::vector<Done>& done) {
    Array::Ptr checks(new Array);
    for (const Done& one : done) {
        Object::Ptr object(new Object(Poco::JSON_PRESERVE_KEY_ORDER));
        object->set("name", one.check->name);
        object->set("meaning", one.check->meaning);
        object->set("result", one.verdict.result == Result::passed   ? "passed"
                              : one.verdict.result == Result::failed ? "failed"
                                                                     : "skipped");
        if (!one.verdict.why.empty()) object->set("why", printable(one.verdict.why));
        checks->add(object);
    }
    Object root(Poco::JSON_PRESERVE_KEY_ORDER);
    root.set("file", settings.library.string());
    root.set("kind", std::string(name(identity.kind)));
    root.set("name", identity.name);
    root.set("version", identity.version);
    root.set("passed", count(done, Result::passed));
    root.set("failed", count(done, Result::failed));
    root.set("skipped", count(done, Result::skipped));
    root.set("checks", checks);
    root.stringify(std::cout, 2);
    std::cout << '\n';
}

void requireKnown(const std::vector<Check>& checks, const std::vector<std::string>& given) {
    std::vector<std::string> names;
    names.reserve(checks.size());
    for (const Check& check : checks) names.push_back(check.name);
    for (const std::string& name : given) {
        if (std::ranges::find(names, name) != names.end()) continue;
        const std::string near = nearest(name, names);
        throw Error("there is no check '" + name + "' for this kind of plugin" +
                        (near.empty() ? "" : "; did you mean '" + near + "'?"),
                    "--list tells them");
    }
}

std::vector<Check> chosen(PluginKind kind, const TestPluginArguments& arguments) {
    std::vector<Check> checks = checksFor(kind);
    requireKnown(checks, arguments.only);
    requireKnown(checks, arguments.except);
    const auto named = [](const std::vector<std::string>& names, const Check& check) {
        return std::ranges::find(names, check.name) != names.end();
    };
    std::erase_if(checks, [&](const Check& check) {
        return (!arguments.only.empty() && !named(arguments.only, check)) || named(arguments.except, check);
    });
    return checks;
}

int testPlugin(const TestPluginArguments& arguments) {
    const TestSettings settings = settingsFor(arguments);
    static const Check loads{"loads", "the library loads and exports a plugin for this roost", {}};
    PluginIdentity identity;
    const Verdict loaded = identify(settings, identity);
    std::vector<Done> done{{&loads, loaded}};
    if (loaded.result == Result::failed) {
        if (arguments.json) {
            printJson(settings, identity, done);
        } else {
            std::cout << settings.library.string() << '\n';
            printLine(loads.name, loaded);
            printSummary(done);
        }
        return static_cast<int>(ExitCode::failed);
    }
    const std::vector<Check> checks = chosen(identity.kind, arguments);
    if (arguments.list) {
        for (const Check& check : checks) {
            std::string column = check.name;
            column.resize(std::max<std::size_t>(column.size() + 2, 22), ' ');
            std::cout << column << check.meaning << '\n';
        }
        return 0;
    }
    if (!arguments.json) {
        std::cout << name(identity.kind) << ' ' << identity.name << ' ' << identity.version << "   ("
                  << settings.library.string() << ")\n";
        printLine(loads.name, loaded);
    }
    for (const Check& check : checks) {
        std::cout.flush();  // a child must not print it again
        done.push_back({&check, perform(check, settings)});
        if (!arguments.json) printLine(check.name, done.back().verdict);
    }
    if (arguments.json)
        printJson(settings, identity, done);
    else
        printSummary(done);
    return static_cast<int>(count(done, Result::failed) == 0 ? ExitCode::done : ExitCode::failed);
}

}  // namespace

void addTestPlugin(CommandLine& line) {
    auto arguments = std::make_shared<TestPluginArguments>();
    CLI::App& verb = addVerb(line, "test-plugin", "Tests whether a plugin keeps its contract",
                             {"roost test-plugin build/source-maildir.so --set url=maildir:test/mail",
                              "roost test-plugin sink.so --set 'url=file:${FOLDER}/out.jsonl'",
                              "roost test-plugin sink.so --list"});
    verb.add_option("FILE", arguments->library, "the plugin's shared library")->type_name("")->required();
    addSetOption(verb, arguments->set,
                 "an option of the plugin (repeatable); ${FOLDER} in it is a folder of each check's own");
    verb.add_option("--source", arguments->source,
                    "the shared library of a source that reads back what a sink wrote, where that is not the "
                    "one of the same role beside it")
        ->type_name("FILE");
    addSetOption(verb, arguments->sourceSet,
                 "an option of that source (repeatable), which has the sink's where their names are the same",
                 "--source-set");
    verb.add_option("--options", arguments->optionsFile, "a YAML file with options of the plugin")
        ->type_name("FILE");
    verb.add_option("--before", arguments->before,
                    "a shell command to run before each check, which finds its folder as $FOLDER")
        ->type_name("COMMAND");
    verb.add_option(
            "--observe", arguments->observe,
            "a shell command that prints what a sink's target holds, where that is no file in ${FOLDER}")
        ->type_name("COMMAND");
    verb.add_option("--only", arguments->only, "only this check (repeatable)")
        ->type_name("CHECK")
        ->allow_extra_args(false);
    verb.add_option("--except", arguments->except, "not this check (repeatable)")
        ->type_name("CHECK")
        ->allow_extra_args(false);
    verb.add_option("--time-limit", arguments->limitSeconds, "seconds that a check may take")
        ->check(CLI::Range(1.0, 1e6).description(""))
        ->capture_default_str()
        ->type_name("SECONDS");
    verb.add_flag("--list", arguments->list, "tell the checks, and run none");
    verb.add_flag("--json", arguments->json, "print JSON");
    verb.callback([&line, arguments] { line.action = [arguments] { return testPlugin(*arguments); }; });
}

}  // namespace roost::cli
