// What is written about the program agrees with the program.
#include <catch2/catch.hpp>

#include "cli/program_run.hpp"

using roost::test::readFile;
using roost::test::TemporaryFolder;

namespace fs = std::filesystem;

namespace {

const fs::path repository = ROOST_REPOSITORY;

/// The part of a README that scripts/update-docs.sh writes; nothing where its marks are missing.
std::optional<std::string> optionTable(const std::string& readme) {
    constexpr std::string_view begin = "<!-- options: begin -->\n";
    constexpr std::string_view end = "<!-- options: end -->\n";
    const auto from = readme.find(begin);
    const auto to = readme.find(end);
    if (from == std::string::npos || to == std::string::npos || to < from) return std::nullopt;
    return readme.substr(from + begin.size(), to - from - begin.size());
}

}  // namespace

TEST_CASE(
    "each plugin's README has the options that the plugin has: run scripts/update-docs.sh where it has not") {
    const TemporaryFolder folder;
    std::size_t found = 0;
    for (const char* kind : {"source", "transform", "sink"}) {
        const fs::path plugins = repository / "plugins" / (std::string(kind) + "s");
        if (!fs::is_directory(plugins)) continue;
        for (const fs::directory_entry& plugin : fs::directory_iterator(plugins)) {
            if (!plugin.is_directory()) continue;
            const fs::path readme = plugin.path() / "README.md";
            INFO(readme.string() + " is not fresh: run scripts/update-docs.sh");
            REQUIRE(fs::exists(readme));
            const auto table = optionTable(readFile(readme));
            REQUIRE(table.has_value());
            std::string name = plugin.path().filename().string();
            std::ranges::replace(name, '_', '-');
            const auto told =
                roost::test::roost(folder, "plugins " + name + " --kind " + kind + " --markdown");
            INFO(told.err);
            REQUIRE(told.code == 0);
            CHECK(*table == told.out);
            ++found;
        }
    }
    CHECK(found >= 4);
}

TEST_CASE("the manual page and the completion know every verb and every option") {
    const TemporaryFolder folder;
    std::string manual = readFile(repository / "docs/roost.1");
    for (auto at = manual.find("\\-"); at != std::string::npos; at = manual.find("\\-", at))
        manual.erase(at, 1);
    const std::string completion = readFile(repository / "scripts/roost.bash-completion");
    for (const char* verb : {"run", "check", "plugins", "inspect", "verify", "schema", "new pipeline",
                             "new plugin", "test-plugin", "recover", "version"}) {
        CAPTURE(verb);
        CHECK(manual.find(std::string("roost ") + verb) != std::string::npos);
        CHECK(completion.find(std::string(verb).substr(0, 3)) != std::string::npos);
        const std::string help = roost::test::roost(folder, std::string(verb) + " --help").out;
        for (auto at = help.find("--"); at != std::string::npos; at = help.find("--", at + 2)) {
            const std::string option = help.substr(at, help.find_first_of(" ,.'\n=", at) - at);
            if (help.find("Examples:") < at) break;
            CAPTURE(option);
            CHECK(manual.find(option) != std::string::npos);
            CHECK(completion.find(option) != std::string::npos);
        }
    }
    for (const char* code : {"\n.B 0\n", "\n.B 1\n", "\n.B 2\n", "\n.B 3\n", "\n.B 4\n", "\n.B 130\n"})
        CHECK(manual.find(code) != std::string::npos);
    for (const char* variable : {"ROOST_PLUGIN_PATH", "ROOST_STATE_DIR", "SOURCE_DATE_EPOCH"})
        CHECK(manual.find(variable) != std::string::npos);
}

TEST_CASE("the completion offers verbs, options, plugins and files") {
    const TemporaryFolder folder;
    folder.write("backup.yaml", "");
    const auto complete = [&](const std::string& words) {
        const std::string script =
            "cd '" + folder.path().string() + "'; PATH='" + fs::path(ROOST_PROGRAM).parent_path().string() +
            "':$PATH; ROOST_PLUGIN_PATH='" + FIXTURE_PLUGIN_FOLDER "'; export ROOST_PLUGIN_PATH; . '" +
            (repository / "scripts/roost.bash-completion").string() + "'; COMP_WORDS=(" + words +
            "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _roost 2>/dev/null; echo \"${COMPREPLY[@]}\" >out";
        const fs::path file = folder.write("script", script);
        CHECK(std::system(("bash '" + file.string() + "'").c_str()) == 0);
        return readFile(folder.path() / "out");
    };
    CHECK(complete("roost ch") == "check\n");
    CHECK(complete("roost run --dr") == "--dry-run\n");
    CHECK(complete("roost run backup.yaml --progress p") == "plain\n");
    CHECK(complete("roost check ba") == "backup.yaml\n");
    CHECK(complete("roost plugins coun") == "counter\n");
    CHECK(complete("roost new pipeline x --sink disc") == "discard\n");
    CHECK(complete("roost new pipeline x --source disc") == "\n");
    CHECK(complete("roost new pi") == "pipeline\n");
    CHECK(complete("roost new plugin so") == "source\n");
    CHECK(complete("roost test-plugin --ob") == "--observe\n");
    CHECK(complete("roost --plugin-dir /tmp check --se") == "--set\n");
}
