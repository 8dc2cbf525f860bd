#include "pipeline/journal.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "run/stages.hpp"

using namespace roost;
using namespace roost::test;
namespace fs = std::filesystem;

namespace {

struct Folder {
    Folder() {
        std::string pattern = (fs::temp_directory_path() / "roost-journal-XXXXXX").string();
        path = ::mkdtemp(pattern.data());
    }
    ~Folder() { fs::remove_all(path); }
    [[nodiscard]] std::vector<fs::path> files() const {
        return {fs::directory_iterator(path), fs::directory_iterator()};
    }
    fs::path path;
};

}  // namespace

TEST_CASE("a run without records leaves no journal, and one that ends in order removes its own") {
    const Folder folder;
    {
        Journal journal(folder.path);
        CHECK(folder.files().empty());
        journal.append({PluginKind::sink, "tar-gz", "sink 1", R"({"partial":"x"})"});
        REQUIRE(folder.files().size() == 1);
        struct stat status {};
        REQUIRE(::stat(folder.files()[0].c_str(), &status) == 0);
        CHECK((status.st_mode & 0777U) == 0600U);
        journal.remove();
    }
    CHECK(folder.files().empty());
}

TEST_CASE("the journal of a run that still lives is left alone") {
    const Folder folder;
    Journal journal(folder.path);
    journal.append({PluginKind::sink, "tar-gz", "sink 1", "{}"}, "nightly");
    std::ofstream(folder.path / "run.dead.journal") << R"({"run":"dead","process":1})" << '\n';
    const std::vector<LivingRun> living = livingRuns(folder.path);
    REQUIRE(living.size() == 1);
    CHECK(living[0].pipeline == "nightly");
    CHECK(living[0].process == ::getpid());
    CHECK(livingRuns(folder.path / "none").empty());
    PluginRegistry registry({});
    TestEnvironment environment;
    StageContext context(environment, PluginKind::sink, "recover", "recover");
    CHECK(recoverJournals(folder.path, registry, context, [](const std::string&) {}) == 0);
    CHECK(folder.files().size() == 1);
}

TEST_CASE("a journal whose plugin is missing stays, and says so") {
    const Folder folder;
    {
        Journal journal(folder.path);
        journal.append({PluginKind::sink, "gone", "sink 1", "{}"});
    }
    PluginRegistry registry({});
    TestEnvironment environment;
    StageContext context(environment, PluginKind::sink, "recover", "recover");
    CHECK(recoverJournals(folder.path, registry, context, [](const std::string&) {}) == 1);
    REQUIRE(folder.files().size() == 1);
    CHECK(environment.notices.warnings.list()[0].message ==
          "recovery by journal " + folder.files()[0].string() +
              " is not done: plugin 'gone' is needed to tidy up after it, and is not installed; name its "
              "folder with --plugin-dir");
}

TEST_CASE("a line that a crash cut short is passed over") {
    const Folder folder;
    std::ofstream(folder.path / "run.abc.journal") << R"({"kind":"sink","plugin":"go)";
    PluginRegistry registry({});
    TestEnvironment environment;
    StageContext context(environment, PluginKind::sink, "recover", "recover");
    CHECK(recoverJournals(folder.path, registry, context, [](const std::string&) {}) == 0);
    CHECK(folder.files().empty());
}
