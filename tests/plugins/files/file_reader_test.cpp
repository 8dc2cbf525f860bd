#include "lib/storage/file_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "plugins/files/sample_tree.hpp"

using namespace roost::storage;
using roost::ReadState;
using namespace files_test;

namespace {

struct Opened {
    FileReader reader;
    explicit Opened(const std::filesystem::path& path, ReadPolicy policy = {}) : reader(make(path, policy)) {}

    static FileReader make(const std::filesystem::path& path, ReadPolicy policy) {
        FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        struct stat status {};
        ::fstat(file.get(), &status);
        return FileReader(std::move(file), status, "documents/u/a.pdf", policy);
    }
    std::string read(std::size_t size) {
        std::string text(size, '\0');
        text.resize(reader.read(std::as_writable_bytes(std::span(text))));
        return text;
    }
};

std::string bytes(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 31 % 251);
    return text;
}

}  // namespace

TEST_CASE("a file comes whole, whatever the buffer's size") {
    const TemporaryFolder folder;
    const std::string content = bytes(300'000);
    writeFile(folder / "a", content);
    const auto size =
        GENERATE(std::size_t{1000}, std::size_t{4096}, std::size_t{300'000}, std::size_t{1'000'000});
    Opened file(folder / "a");
    std::string all;
    for (std::string part = file.read(size); !part.empty(); part = file.read(size)) all += part;
    CHECK((all == content));
    CHECK(file.reader.state() == ReadState::intact);
    CHECK(file.reader.message().empty());
}

TEST_CASE("an empty file and a sparse one are read") {
    const TemporaryFolder folder;
    writeFile(folder / "empty", "");
    CHECK(Opened(folder / "empty").read(10).empty());
    writeFile(folder / "sparse", "x");
    REQUIRE(::truncate((folder / "sparse").c_str(), 200'000) == 0);
    CHECK((Opened(folder / "sparse").read(300'000) == "x" + std::string(199'999, '\0')));
}

TEST_CASE("a file that shrinks while it is read ends early and says so") {
    const TemporaryFolder folder;
    writeFile(folder / "a", bytes(20'000));
    Opened file(folder / "a");
    CHECK((file.read(8'000) == bytes(8'000)));
    REQUIRE(::truncate((folder / "a").c_str(), 9'000) == 0);
    CHECK(file.read(100'000).size() == 1'000);
    CHECK(file.reader.state() == ReadState::shrank);
    CHECK(file.reader.message() == "shrank while it was read: 9000 of 20000 bytes came");
    CHECK(file.read(100).empty());
}

TEST_CASE(
    "a file that grows while it is read gives no more than its first size, and says so with the last byte") {
    const TemporaryFolder folder;
    writeFile(folder / "a", bytes(20'000));
    Opened file(folder / "a");
    CHECK(file.read(8'000).size() == 8'000);
    appendTo(folder / "a", "more");
    CHECK(file.read(100'000).size() == 12'000);
    CHECK(file.reader.state() == ReadState::grew);
    CHECK(file.reader.message() == "grew while it was read: its first 20000 bytes of 20004 were taken");
    CHECK(file.read(100).empty());
}

TEST_CASE("a file that is written to in place while it is read is reported as modified") {
    const TemporaryFolder folder;
    writeFile(folder / "a", bytes(20'000));
    setModified(folder / "a", 1'000'000'000'000'000'000);
    Opened file(folder / "a");
    CHECK(file.read(8'000).size() == 8'000);
    setModified(folder / "a", 1'000'000'000'000'000'001);
    CHECK(file.read(100'000).size() == 12'000);
    CHECK(file.reader.state() == ReadState::modified);
    CHECK(file.reader.message() == "was modified while it was read: its bytes may be of different versions");
}

TEST_CASE("a file that is removed while it is read is intact: its bytes all came") {
    const TemporaryFolder folder;
    writeFile(folder / "a", bytes(20'000));
    Opened file(folder / "a");
    CHECK(file.read(8'000).size() == 8'000);
    std::filesystem::remove(folder / "a");
    CHECK(file.read(100'000).size() == 12'000);
    CHECK(file.reader.state() == ReadState::intact);
}

TEST_CASE("'on-changed: fail' turns a change into an error that names the file") {
    const TemporaryFolder folder;
    writeFile(folder / "a", bytes(20));
    Opened file(folder / "a", {.failOnChange = true, .failOnError = true});
    CHECK(file.read(8).size() == 8);
    appendTo(folder / "a", "more");
    CHECK(errorOf([&] { static_cast<void>(file.read(100)); }) ==
          "documents/u/a.pdf grew while it was read: its first 20 bytes of 24 were taken | "
          "run it again when nothing writes there, or set 'on-changed: warn' to go on");
}

TEST_CASE("an error while reading ends the run or the file, as the policy says") {
    // A folder opens like a file and fails when it is read, like a bad disk.
    const TemporaryFolder folder;
    struct stat status {};
    status.st_size = 100;
    const auto open = [&](ReadPolicy policy) {
        return FileReader(FileDescriptor(::open(folder.path().c_str(), O_RDONLY | O_CLOEXEC)), status,
                          "documents/u/a.pdf", policy);
    };
    std::vector<std::byte> buffer(10);
    FileReader strict = open({});
    CHECK(errorOf([&] { static_cast<void>(strict.read(buffer)); }) ==
          "documents/u/a.pdf could not be read after 0 of 100 bytes: Is a directory | "
          "check the disk, or set 'on-unreadable: skip' to go on without such files");
    FileReader lenient = open({.failOnChange = true, .failOnError = false});
    CHECK(lenient.read(buffer) == 0);
    CHECK(lenient.state() == ReadState::failed);
    CHECK(lenient.message() == "could not be read after 0 of 100 bytes: Is a directory");
}
