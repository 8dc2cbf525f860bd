#include "lib/storage/tree_walk.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "plugins/files/sample_tree.hpp"
#include "roost/error.hpp"

using namespace roost::storage;
using namespace files_test;

namespace {

struct Walked {
    RecordingContext context;
    NameStore store{std::filesystem::temp_directory_path()};
    Watch watch{context};
    TreeWalk walk;

    explicit Walked(const std::filesystem::path& path)
        : walk(FileDescriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY)), store, watch) {}

    std::string step() {
        const auto found = walk.next();
        if (!found) return "end";
        const std::map<Finding, std::string> kinds{{Finding::folder, "folder "},
                                                   {Finding::file, "file "},
                                                   {Finding::link, "link "},
                                                   {Finding::special, "special "},
                                                   {Finding::unreadable, "unreadable "},
                                                   {Finding::lost, "lost "}};
        return kinds.at(found->finding) + std::string(found->path);
    }
    std::vector<std::string> rest() {
        std::vector<std::string> steps;
        for (std::string text = step(); text != "end"; text = step()) steps.push_back(text);
        return steps;
    }
};

/// A chain of `depth` folders called `name`, each with a file 'z' beside the next one.
void makeChain(const std::filesystem::path& root, const std::string& name, int depth) {
    FileDescriptor folder(::open(root.c_str(), O_RDONLY | O_DIRECTORY));
    for (int level = 0; level < depth; ++level) {
        const FileDescriptor file(::openat(folder.get(), "z", O_CREAT | O_WRONLY, 0644));
        REQUIRE(file);
        REQUIRE(::mkdirat(folder.get(), name.c_str(), 0755) == 0);
        folder = openFolder(folder.get(), name.c_str());
    }
}

std::string chainPath(const std::string& name, int depth) {
    std::string path;
    for (int level = 0; level < depth; ++level) path += (path.empty() ? "" : "/") + name;
    return path;
}

}  // namespace

TEST_CASE("2000 folders within one another are walked with few descriptors, to paths longer than PATH_MAX") {
    const TemporaryFolder folder;
    constexpr int depth = 2000;
    const std::string name(40, 'd');
    makeChain(folder.path(), name, depth);
    const DescriptorLimit limit(64);
    Walked walked(folder.path());
    std::vector<std::string> expected{"folder "};
    for (int level = 1; level <= depth; ++level) expected.push_back("folder " + chainPath(name, level));
    for (int level = depth - 1; level >= 0; --level)
        expected.push_back("file " + (level == 0 ? "z" : chainPath(name, level) + "/z"));
    const auto steps = walked.rest();
    CHECK((steps == expected));  // unexpanded: the paths have 80,000 characters
}

TEST_CASE("files in folders that were closed on the way down can be opened on the way up") {
    const TemporaryFolder folder;
    constexpr int depth = 40;
    makeChain(folder.path(), "d", depth);
    for (int level = 0; level < depth; ++level)
        writeFile(folder / (level == 0 ? "z" : chainPath("d", level) + "/z"), std::to_string(level));
    Walked walked(folder.path());
    int level = depth;
    while (const auto found = walked.walk.next()) {
        if (found->finding != Finding::file) continue;
        --level;
        const FileDescriptor file = openFile(found->parent, found->name);
        REQUIRE(file);
        char text[8] = {};
        REQUIRE(::read(file.get(), text, sizeof text - 1) > 0);
        CHECK(text == std::to_string(level));
    }
    CHECK(level == 0);
}

TEST_CASE("a folder that is moved away during the walk is still walked through its descriptor") {
    const TemporaryFolder folder;
    writeFile(folder / "tree/a/inner/file", "1");
    writeFile(folder / "tree/b", "2");
    Walked walked(folder / "tree");
    CHECK(walked.step() == "folder ");
    CHECK(walked.step() == "folder a");
    std::filesystem::rename(folder / "tree/a", folder / "elsewhere");
    CHECK(walked.rest() == std::vector<std::string>{"folder a/inner", "file a/inner/file", "file b"});
}

TEST_CASE(
    "what lay in a closed folder that is gone on the way up is reported as lost, and the walk goes on") {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder / "tree");
    makeChain(folder / "tree", "d", 40);
    Walked walked(folder / "tree");
    for (int level = 0; level <= 40; ++level) CHECK(walked.step() == "folder " + chainPath("d", level));
    // Level 21 hangs elsewhere now, so that ".." of it leads out of the tree.
    std::filesystem::rename(folder / ("tree/" + chainPath("d", 21)), folder / "elsewhere");
    std::filesystem::rename(folder / ("tree/" + chainPath("d", 10)), folder / "moved too");
    writeFile(folder / ("tree/" + chainPath("d", 10) + "/z"), "an impostor");
    std::vector<std::string> expected;
    for (int level = 39; level >= 21; --level) expected.push_back("file " + chainPath("d", level) + "/z");
    for (int level = 20; level >= 10; --level) expected.push_back("lost " + chainPath("d", level));
    for (int level = 9; level >= 1; --level) expected.push_back("file " + chainPath("d", level) + "/z");
    expected.push_back("file z");
    CHECK(walked.rest() == expected);
}

TEST_CASE("a folder that becomes a symbolic link before it is entered is not followed") {
    const TemporaryFolder folder;
    writeFile(folder / "secret/file", "1");
    std::filesystem::create_directories(folder / "tree/a");
    writeFile(folder / "tree/b", "2");
    Walked walked(folder / "tree");
    CHECK(walked.step() == "folder ");
    std::filesystem::remove(folder / "tree/a");
    std::filesystem::create_directory_symlink(folder / "secret", folder / "tree/a");
    CHECK(walked.rest() == std::vector<std::string>{"lost a", "file b"});
}

TEST_CASE("links, FIFOs and sockets are told apart from files without being opened") {
    const TemporaryFolder folder;
    writeFile(folder / "file", "1");
    std::filesystem::create_hard_link(folder / "file", folder / "hard");
    std::filesystem::create_symlink("file", folder / "link");
    std::filesystem::create_symlink("nowhere", folder / "dangling");
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0644) == 0);
    CHECK(Walked(folder.path()).rest() == std::vector<std::string>{"folder ", "link dangling", "file file",
                                                                   "file hard", "link link", "special pipe"});
}

TEST_CASE("a walk ends when the run is to end") {
    const TemporaryFolder folder;
    for (int i = 0; i < 10; ++i) writeFile(folder / std::to_string(i), "");
    Walked walked(folder.path());
    CHECK(walked.step() == "folder ");
    walked.context.stop.request_stop();
    CHECK_THROWS_AS(walked.step(), roost::Interrupted);
}

TEST_CASE("a long walk tells its host that it is alive") {
    const TemporaryFolder folder;
    for (int i = 0; i < 1000; ++i) writeFile(folder / std::to_string(i), "");
    Walked walked(folder.path());
    CHECK(walked.rest().size() == 1001);
    CHECK(walked.context.beats >= 7);
}

TEST_CASE("a folder without an end to its names is walked in bounded memory and in order") {
    const TemporaryFolder folder;
    std::vector<std::string> expected{"folder "};
    for (int i = 0; i < 50'000; ++i) {
        const FileDescriptor file(
            ::open((folder / ("file-" + std::to_string(i))).c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
        REQUIRE(file);
        expected.push_back("file file-" + std::to_string(i));
    }
    std::sort(expected.begin() + 1, expected.end());
    RecordingContext context;
    NameStore store(std::filesystem::temp_directory_path(), {64U << 10U, 64U << 10U});
    Watch watch(context);
    TreeWalk walk(FileDescriptor(::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY)), store, watch);
    std::size_t at = 0;
    while (const auto found = walk.next()) {
        const std::string text =
            (found->finding == Finding::folder ? "folder " : "file ") + std::string(found->path);
        REQUIRE(at < expected.size());
        if (text != expected[at]) FAIL(text << " instead of " << expected[at]);
        ++at;
    }
    CHECK(at == expected.size());
}
