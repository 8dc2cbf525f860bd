// roost new pipeline: what it writes is valid, complete, and never replaces anything.
#include <catch2/catch.hpp>

#include "cli/program_run.hpp"

using roost::test::ProgramRun;
using roost::test::TemporaryFolder;

namespace {

constexpr const char* stages =
    " --source counter --source blobs --transform drop-table --transform label-tables --sink discard";

}  // namespace

TEST_CASE("a new definition has every option of its plugins and passes the check") {
    const TemporaryFolder folder;
    const ProgramRun made = roost::test::roost(folder, std::string("new pipeline mine.yaml") + stages);
    REQUIRE(made.code == 0);
    CHECK(made.out == "mine.yaml was written; go on with: roost check mine.yaml\n");
    CHECK(made.err.empty());
    const std::string text = roost::test::readFile(folder.path() / "mine.yaml");
    CHECK(text.find("roost: 1\nname: mine\n") != std::string::npos);
    for (const char* line :
         {"  - plugin: counter\n", "    url: counter:demo\n", "    # rows: 10\n",
          "    # tables: [items, orders]\n", "    # hang: false\n", "    # delay: 0s\n", "    # token:\n",
          "  - plugin: drop-table\n", "    names: [items]\n", "    url: file:nothing.discard\n",
          "    # fail-in: none\n", "    # The labels. Takes a list of records.\n",
          "    #   - table - The table. Takes text; required.\n",
          "    #   - level - How important it is. Takes a whole number, 0 to 9.\n",
          "    #   - links - What belongs to it. Takes a list of records.\n",
          "    #       - to - Another table. Takes text; required.\n",
          "    # labels: [{table: items, text: all of them}]\n"}) {
        CAPTURE(line);
        CHECK(text.find(line) != std::string::npos);
    }
    const ProgramRun checked = roost::test::roost(folder, "check mine.yaml");
    CHECK(checked.err.empty());
    CHECK(checked.out == "mine.yaml: ok\n");
}

TEST_CASE("a new definition stays valid with every optional line switched on") {
    const TemporaryFolder folder;
    REQUIRE(roost::test::roost(folder, std::string("new pipeline a.yaml") + stages).code == 0);
    std::istringstream lines(roost::test::readFile(folder.path() / "a.yaml"));
    std::string all;
    for (std::string line; std::getline(lines, line); all += line + "\n") {
        const bool option =
            line.starts_with("    # ") && line.find(' ', 6) > line.find(':') && line.find(':') < line.size();
        if (option) line.replace(4, 2, "");
    }
    folder.write("all.yaml", all);
    CHECK(all.find("\n    rows: 10\n") != std::string::npos);
    CHECK(all.find("\n    labels: [{table: items, text: all of them}]\n") != std::string::npos);
    const ProgramRun checked = roost::test::roost(folder, "check all.yaml");
    CHECK(checked.err.empty());
    CHECK(checked.code == 0);
}

TEST_CASE("a new definition without named stages is a backup by roles and passes the check") {
    const TemporaryFolder folder;
    REQUIRE(roost::test::roost(folder, "new pipeline 'my backup.yaml'").code == 0);
    const std::string text = roost::test::readFile(folder.path() / "my backup.yaml");
    CHECK(text.find("name: my-backup\n") != std::string::npos);
    for (const char* line : {"  - plugin: database\n", "  - plugin: storage\n", "  - plugin: archive\n"})
        CHECK(text.find(line) != std::string::npos);
    // Where several plugins share a role, a variable stands for the url, with a default.
    const ProgramRun checked = roost::test::roost(folder, "check 'my backup.yaml'");
    CHECK(checked.err.empty());
    CHECK(checked.code == 0);
}

TEST_CASE("nothing is overwritten") {
    const TemporaryFolder folder;
    folder.write("a.yaml", "precious");
    std::filesystem::create_symlink("elsewhere", folder.path() / "link.yaml");
    for (const char* name : {"a.yaml", "link.yaml"}) {
        const ProgramRun result = roost::test::roost(folder, "new pipeline " + std::string(name) + stages);
        CHECK(result.code == 1);
        CHECK(result.err == "roost: " + std::string(name) + " exists already; nothing was written\n");
    }
    CHECK(roost::test::readFile(folder.path() / "a.yaml") == "precious");
    CHECK_FALSE(std::filesystem::exists(folder.path() / "elsewhere"));
}

TEST_CASE("an unknown stage or a folder that is not there is one error, and nothing is written") {
    const TemporaryFolder folder;
    const ProgramRun result =
        roost::test::roost(folder, "new pipeline a.yaml --source countr --sink discard");
    CHECK(result.code == 1);
    CHECK(result.err ==
          "roost: there is no source 'countr'; did you mean 'counter'?\n  'roost plugins' lists what is "
          "installed\n");
    CHECK_FALSE(std::filesystem::exists(folder.path() / "a.yaml"));
    CHECK(roost::test::roost(folder, "new pipeline no/a.yaml").err ==
          "roost: cannot create no/a.yaml: No such file or directory\n");
}
