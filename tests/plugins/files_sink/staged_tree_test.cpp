#include "sinks/files/staged_tree.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "plugins/files_sink/restored.hpp"
#include "roost/error.hpp"

using namespace roost;
using namespace roost::storage;
using files_test::errorOf;
using files_test::TemporaryFolder;

namespace {

struct Staged {
    Staged() : tree(FileDescriptor(::open(root.path().c_str(), O_RDONLY | O_DIRECTORY)), context) {}
    void write(Item item) { tree.write("0/alice", std::get<Entry>(item), {}); }
    TemporaryFolder root;
    testing::RecordingContext context;
    StagedTree tree;
};

}  // namespace

TEST_CASE("folders keep their time and mode, also those that are entered again later") {
    Staged staged;
    staged.write(files_test::folder("documents", "alice", ""));
    staged.write(files_test::folder("documents", "alice", "a"));
    staged.write(files_test::file("documents", "alice", "a/1", "one"));
    staged.write(files_test::folder("documents", "alice", "b"));
    staged.write(files_test::file("documents", "alice", "b/1", "one"));
    staged.write(files_test::file("documents", "alice", "a/2", "two"));
    staged.write(files_test::file("documents", "alice", "implied/deeper/3", "three"));
    staged.tree.finish();
    const auto all = files_test::looks(staged.root / "0/alice");
    CHECK(all.at("a") == "16872 1400000000.0");
    CHECK(all.at("b") == "16872 1400000000.0");
    CHECK(all.at("a/2") == "33188 1500000000.0 two");
    CHECK(all.at("implied").starts_with("16877 "));  // 0755
    CHECK(files_test::looks(staged.root.path()).at("0/alice") == "16872 1400000000.0");
}

TEST_CASE("folders may lie thousands deep") {
    Staged staged;
    std::string path;
    for (int i = 0; i < 3000; ++i) path += "d/";
    {
        const files_test::DescriptorLimit limit(64);
        staged.write(files_test::file("documents", "alice", path + "file", "deep"));
        staged.write(files_test::file("documents", "alice", "top", "high"));
        staged.tree.finish();
    }
    CHECK(staged.tree.files() == 2);
    CHECK(staged.tree.bytes() == 8);
    FileDescriptor folder(::open((staged.root / "0/alice").c_str(), O_RDONLY | O_DIRECTORY));
    for (int i = 0; i < 3000; ++i)
        folder = FileDescriptor(::openat(folder.get(), "d", O_RDONLY | O_DIRECTORY));
    struct stat status {};
    REQUIRE(::fstatat(folder.get(), "file", &status, 0) == 0);
    CHECK(status.st_size == 4);
}

TEST_CASE("a name that comes twice, or as a file and a folder, is an error that names it") {
    Staged staged;
    staged.write(files_test::file("documents", "alice", "a", "x"));
    CHECK(errorOf([&] { staged.write(files_test::file("documents", "alice", "a", "y")); }) ==
          "'documents/alice/a' comes twice, or the target's file system cannot tell its name from another's "
          "| restore into a file system that keeps names as they are");
    CHECK(errorOf([&] { staged.write(files_test::file("documents", "alice", "a/b", "y")); }) ==
          "'documents/alice/a/b' would lie in what is a file | ");
}

TEST_CASE("a name that the file system cannot hold is an error that names it") {
    Staged staged;
    CHECK(errorOf([&] {
              staged.write(files_test::file("documents", "alice", std::string(300, 'n'), "x"));
          }) == "cannot write 'documents/alice/" + std::string(300, 'n') +
                    "': File name too long | the target's file system cannot hold this name");
}

TEST_CASE("a file never gets set-user-id, and the warning says so") {
    Staged staged;
    Item item = files_test::file("documents", "alice", "a", "x");
    std::get<Entry>(item).mode = 04755;
    staged.write(std::move(item));
    staged.tree.finish();
    CHECK(files_test::looks(staged.root / "0/alice").at("a").starts_with("33261 "));  // 0755
    CHECK(staged.context.warnings ==
          std::vector<std::string>{"1 file was restored without set-user-id, set-group-id and sticky bits"});
}

TEST_CASE("fewer bytes than the entry said are an error unless the source tells why") {
    Staged staged;
    Item item = files_test::file("documents", "alice", "a", "x");
    std::get<Entry>(item).size = 5;
    CHECK(errorOf([&] { staged.write(std::move(item)); }) ==
          "'documents/alice/a' came with 1 bytes instead of 5 | ");
}

TEST_CASE("a stop request ends the writing") {
    Staged staged;
    staged.context.stop.request_stop();
    CHECK_THROWS_AS(staged.write(files_test::file("documents", "alice", "a", "x")), Interrupted);
}
