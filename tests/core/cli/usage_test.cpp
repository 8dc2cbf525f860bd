// What the program says to a command line that it cannot understand, and to --help.
#include <catch2/catch.hpp>

#include "cli/program_run.hpp"

using roost::test::ProgramRun;
using roost::test::TemporaryFolder;

namespace {

ProgramRun run(const std::string& arguments) {
    const TemporaryFolder folder;
    return roost::test::roost(folder, arguments);
}

const std::vector<std::string> verbs{"run",    "check", "plugins", "inspect", "verify",
                                     "schema", "new",   "recover", "version"};

}  // namespace

TEST_CASE("a wrong command line exits with 2, tells the nearest word, and prints nothing to stdout") {
    struct Case {
        std::string arguments;
        std::string error;
    };
    const std::vector<Case> cases{
        {"chek a.yaml", "roost: unknown verb 'chek'; did you mean 'check'?\nTry 'roost --help'.\n"},
        {"frobnicate", "roost: unknown verb 'frobnicate'\nTry 'roost --help'.\n"},
        {"--verison", "roost: unknown option '--verison'; did you mean '--version'?\nTry 'roost --help'.\n"},
        {"check --sett=a=b x",
         "roost: unknown option '--sett'; did you mean '--set'?\nTry 'roost check --help'.\n"},
        {"run a.yaml --dryrun --yess",
         "roost: unknown option '--dryrun'; did you mean '--dry-run'?\n"
         "roost: unknown option '--yess'; did you mean '--yes'?\nTry 'roost run --help'.\n"},
        {"check", "roost: PIPELINE is required\nTry 'roost check --help'.\n"},
        {"check --set a x.yaml", "roost: --set: takes NAME=VALUE\nTry 'roost check --help'.\n"},
        {"check --set =a x.yaml", "roost: --set: takes NAME=VALUE\nTry 'roost check --help'.\n"},
        {"check --set a=1 --set a=2 x.yaml", "roost: --set: gives 'a' twice\nTry 'roost check --help'.\n"},
        {"check --plugin-dir /nowhere x.yaml",
         "roost: --plugin-dir: there is no folder /nowhere\nTry 'roost check --help'.\n"},
        {"check --log-level loud x.yaml",
         "roost: --log-level: is debug, info, warning or error, not 'loud'\nTry 'roost check --help'.\n"},
        {"plugins a b", "roost: 'b' is one argument too many\nTry 'roost plugins --help'.\n"},
        {"new pipline x",
         "roost: unknown verb 'pipline'; did you mean 'pipeline'?\nTry 'roost new --help'.\n"},
        {"new pipeline", "roost: FILE is required\nTry 'roost new pipeline --help'.\n"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.arguments);
        const ProgramRun result = run(one.arguments);
        CHECK(result.code == 2);
        CHECK(result.err == one.error);
        CHECK(result.out.empty());
    }
}

TEST_CASE("without any words the program shows its help on stderr and exits with 2") {
    for (const char* arguments : {"", "--"}) {
        const ProgramRun result = run(arguments);
        CHECK(result.code == 2);
        CHECK(result.out.empty());
        CHECK(result.err.find("Usage: roost") != std::string::npos);
    }
}

TEST_CASE("every verb has help with examples, and the program's help names all verbs") {
    const ProgramRun all = run("--help");
    CHECK(all.code == 0);
    CHECK(all.err.empty());
    for (const std::string& verb : verbs) {
        CAPTURE(verb);
        CHECK(all.out.find("\n  " + verb + " ") != std::string::npos);
        const ProgramRun help = run(verb + " --help");
        CHECK(help.code == 0);
        CHECK(help.err.empty());
        CHECK(help.out.find("Usage: roost " + verb) != std::string::npos);
        CHECK(help.out.find("--plugin-dir FOLDER") != std::string::npos);
        CHECK(help.out.find("--log-level LEVEL") != std::string::npos);
        CHECK(help.out.find("Examples:\n  ") != std::string::npos);
        CHECK(help.out.find("roost " + verb, help.out.find("Examples:")) != std::string::npos);
    }
    CHECK(run("new pipeline --help").out.find("Usage: roost new pipeline") != std::string::npos);
}

TEST_CASE("help works where plugins are broken") {
    const TemporaryFolder folder;
    folder.write("plugins/bad.json", "{");
    const std::string plugins = (folder.path() / "plugins").string();
    CHECK(roost::test::roost(folder, "--help", plugins).err.empty());
    CHECK(roost::test::roost(folder, "check --help", plugins).err.empty());
}

TEST_CASE("roost new explains itself") {
    const ProgramRun result = run("new");
    CHECK(result.code == 2);
    CHECK(result.out.empty());
    CHECK(
        result.err.find("roost: 'roost new' needs to know what: roost new pipeline FILE, or roost new plugin "
                        "KIND NAME FOLDER\n") == 0);
}

TEST_CASE("the version names the program, the commit, the compiler and the libraries") {
    const ProgramRun result = run("version");
    CHECK(result.code == 0);
    CHECK(result.err.empty());
    for (const char* part :
         {"roost 0.", " (commit ", "compiler   ", "plugins    ABI ", "Poco 1.", "yaml-cpp 0.", "CLI11 2."})
        CHECK(result.out.find(part) != std::string::npos);
    CHECK(run("--version").out.find("roost 0.") == 0);
}

TEST_CASE("a full disk or a closed pipe is an error, not silence") {
    const TemporaryFolder folder;
    const std::string command =
        std::string(ROOST_PROGRAM) + " version >/dev/full 2>'" + (folder.path() / "err").string() + "'";
    const int status = std::system(command.c_str());
    CHECK(WEXITSTATUS(status) == 1);
    CHECK(roost::test::readFile(folder.path() / "err") == "roost: cannot write to standard output\n");
}
