#include "lib/stream/partial_file.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <csignal>

#include "lib/stream/standard_output.hpp"
#include "plugins/recording_context.hpp"
#include "plugins/shell.hpp"
#include "plugins/stream/sample_data.hpp"
#include "roost/error.hpp"

using namespace roost;
using namespace roost::stream;
using namespace roost::testing;

namespace {

void append(ByteTarget& target, const std::string& text) {
    const Bytes piece = asBytes(text);
    target.append({&piece, 1});
}

std::vector<std::string> names(const std::filesystem::path& folder) {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        found.push_back(entry.path().filename());
    std::sort(found.begin(), found.end());
    return found;
}

unsigned modeOf(const std::filesystem::path& path) {
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    return info.st_mode & 07777U;
}

}  // namespace

TEST_CASE("a file has its name only after the commit, and mode 0600 all the time") {
    TemporaryFolder folder;
    const auto target = folder / "a.tar.gz";
    PartialFile file(target, OnExisting::fail);
    append(file, "hello world");
    const std::string temporary = file.temporaryName().filename();
    CHECK(names(folder.path()) == std::vector<std::string>{temporary});
    CHECK(temporary.starts_with(".a.tar.gz."));
    CHECK(temporary.ends_with(".roost-partial"));
    CHECK(modeOf(file.temporaryName()) == 0600);
    file.rewrite(6, asBytes("WORLD"));
    file.prepare();
    file.commit();
    CHECK(names(folder.path()) == std::vector<std::string>{"a.tar.gz"});
    CHECK(readFile(target) == "hello WORLD");
    CHECK(modeOf(target) == 0600);
}

TEST_CASE("without a commit nothing is left") {
    TemporaryFolder folder;
    {
        PartialFile file(folder / "a", OnExisting::fail);
        append(file, "x");
        file.prepare();
    }
    CHECK(names(folder.path()).empty());
    PartialFile file(folder / "a", OnExisting::fail);
    file.abort();
    CHECK(names(folder.path()).empty());
}

TEST_CASE("an existing file is never overwritten unless it is to be replaced") {
    TemporaryFolder folder;
    const auto target = folder / "a";
    writeFile(target, "old");
    {
        PartialFile file(target, OnExisting::fail);
        append(file, "new");
        CHECK_THROWS_WITH(file.commit(), "'" + target.native() + "' exists already");
        CHECK(readFile(target) == "old");
    }
    CHECK(names(folder.path()) == std::vector<std::string>{"a"});
    PartialFile file(target, OnExisting::replace);
    append(file, "new");
    CHECK(readFile(target) == "old");
    file.commit();
    CHECK(readFile(target) == "new");
}

TEST_CASE("bytes move within the file in both directions") {
    TemporaryFolder folder;
    const std::string data = randomBytes(3'500'000);
    PartialFile file(folder / "a", OnExisting::fail);
    append(file, "head" + data);
    file.shift(4, 1000);
    CHECK(file.size() == data.size() + 1004);
    file.rewrite(4, asBytes(std::string(1000, '-')));
    append(file, "tail");
    file.shift(1004, -999);
    file.commit();
    CHECK(readFile(folder / "a") == "head-" + data + "tail");
}

TEST_CASE("a name of 255 bytes has a temporary name, too") {
    TemporaryFolder folder;
    const auto target = folder / std::string(255, 'n');
    PartialFile file(target, OnExisting::fail);
    append(file, "x");
    file.commit();
    CHECK(readFile(target) == "x");
}

TEST_CASE("partial files of dead runs are removed, those in use are not") {
    TemporaryFolder folder;
    PartialFile inUse(folder / "a.tar.gz", OnExisting::fail);
    writeFile(folder / ".a.tar.gz.AbCdEf.roost-partial", "left");
    writeFile(folder / ".b.tar.gz.AbCdEf.roost-partial", "left");
    writeFile(folder / "mine.roost-partial", "no temporary name");
    writeFile(folder / "b.tar.gz", "whole");
    std::filesystem::create_directory(folder / ".dir.AbCdEf.roost-partial");
    CHECK(removeStalePartials(folder.path()) ==
          std::vector<std::string>{".a.tar.gz.AbCdEf.roost-partial", ".b.tar.gz.AbCdEf.roost-partial"});
    CHECK(names(folder.path()) == std::vector<std::string>{inUse.temporaryName().filename(),
                                                           ".dir.AbCdEf.roost-partial", "b.tar.gz",
                                                           "mine.roost-partial"});
    CHECK_FALSE(removeStalePartial(inUse.temporaryName()));
    CHECK_FALSE(removeStalePartial(folder / ".none.AbCdEf.roost-partial"));
}

TEST_CASE("a symbolic link with a partial name leads nowhere") {
    TemporaryFolder folder;
    writeFile(folder / "precious", "x");
    std::filesystem::create_symlink(folder / "precious", folder / ".a.AbCdEf.roost-partial");
    CHECK(removeStalePartials(folder.path()).empty());
    CHECK(readFile(folder / "precious") == "x");
}

TEST_CASE("a folder that is missing is named") {
    TemporaryFolder folder;
    CHECK_THROWS_WITH(
        PartialFile(folder / "none" / "a", OnExisting::fail),
        "cannot make a file in the folder '" + (folder / "none").native() + "': No such file or directory");
}

TEST_CASE("a limit on file sizes gives one clear error and leaves nothing") {
    TemporaryFolder folder;
    const auto former = std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    const rlimit small{1'000'000, limit.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    std::string message;
    try {
        PartialFile file(folder / "a.tar.gz", OnExisting::fail);
        for (int i = 0; i < 20; ++i) append(file, randomBytes(100'000));
    } catch (const Error& error) {
        message = error.what();
    }
    ::setrlimit(RLIMIT_FSIZE, &limit);
    std::signal(SIGXFSZ, former);
    CHECK_THAT(message, Catch::Matchers::Matches(
                            "cannot write '.*/a\\.tar\\.gz': the limit on the size of a file is reached "
                            "\\([0-9.]+ [KMGT]?i?B free on the file system\\)"));
    CHECK(names(folder.path()).empty());
}

TEST_CASE("each reason for a failed write has its own sentence") {
    TemporaryFolder folder;
    const std::string size = "[0-9.]+ [KMGT]?i?B";
    CHECK_THAT(
        writeError("/x/a", folder.path(), ENOSPC).what(),
        Catch::Matchers::Matches("cannot write '/x/a': the file system is full \\(" + size + " free\\)"));
    CHECK_THAT(writeError("/x/a", folder.path(), EDQUOT).what(),
               Catch::Matchers::Matches("cannot write '/x/a': the disk quota is used up \\(" + size +
                                        " free on the file system\\)"));
    CHECK(std::string(writeError("/x/a", folder.path(), EIO).what()) ==
          "cannot write '/x/a': Input/output error");
    CHECK(writeError("/x/a", "/no/such", ENOSPC).what() ==
          std::string("cannot write '/x/a': the file system is full (free space unknown)"));
    CHECK(writeError("/x/a", "/x", ENOSPC).hint() ==
          "make room on the file system of '/x' or write elsewhere");
    CHECK(writeError("/tmp", "/tmp", ENOSPC).hint() ==
          "make room there, or let TMPDIR name a folder with more");
}

TEST_CASE("standard output gets the bytes at the commit, corrected") {
    TemporaryFolder folder;
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    {
        StandardOutput out(folder.path(), ends[1]);
        append(out, "hello world");
        out.rewrite(0, asBytes("H"));
        out.prepare();
        out.commit();
    }
    ::close(ends[1]);
    std::array<char, 100> text{};
    const auto got = ::read(ends[0], text.data(), text.size());
    ::close(ends[0]);
    CHECK(std::string(text.data(), static_cast<std::size_t>(got)) == "Hello world");
    CHECK(names(folder.path()).empty());
}
