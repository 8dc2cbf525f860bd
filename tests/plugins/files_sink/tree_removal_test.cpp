#include "sinks/files/tree_removal.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "lib/storage/file_descriptor.hpp"
#include "plugins/files/sample_tree.hpp"

using namespace roost::storage;
using files_test::TemporaryFolder;
using files_test::writeFile;

TEST_CASE("a tree goes with everything in it, and what its links lead to stays") {
    const TemporaryFolder root;
    writeFile(root / "outside/kept", "kept");
    writeFile(root / "tree/a/b/c", "gone");
    std::filesystem::create_directory_symlink(root / "outside", root / "tree/link");
    ::chmod((root / "tree/a/b").c_str(), 0500);
    const FileDescriptor folder(::open(root.path().c_str(), O_RDONLY | O_DIRECTORY));
    removeTree(folder.get(), "tree");
    CHECK(!std::filesystem::exists(root / "tree"));
    CHECK(std::filesystem::exists(root / "outside/kept"));
    removeTree(folder.get(), "tree");  // nothing there: nothing to do
}

TEST_CASE("a tree thousands deep goes with few descriptors") {
    const TemporaryFolder root;
    FileDescriptor folder(::open(root.path().c_str(), O_RDONLY | O_DIRECTORY));
    const FileDescriptor top(::open(root.path().c_str(), O_RDONLY | O_DIRECTORY));
    for (int i = 0; i < 3000; ++i) {
        REQUIRE(::mkdirat(folder.get(), "d", 0700) == 0);
        folder = FileDescriptor(::openat(folder.get(), "d", O_RDONLY | O_DIRECTORY));
    }
    folder.close();
    {
        const files_test::DescriptorLimit limit(64);
        removeTree(top.get(), "d");
    }
    CHECK(!std::filesystem::exists(root / "d"));
}
