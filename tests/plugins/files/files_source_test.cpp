#include "sources/files/files_source.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <memory>

#include "plugins/files/sample_tree.hpp"
#include "roost/error.hpp"

using namespace roost;
using namespace roost::storage;
using namespace files_test;

namespace {

using Names = std::vector<std::string>;

const EntryKindTotals& totals(const Catalog& catalog, const std::string& kind) {
    for (const EntryKindTotals& totals : catalog.entryKinds)
        if (totals.kind == kind) return totals;
    throw std::runtime_error("no kind " + kind);
}

/// What `find` sees of a kind's folders, as entries' names, sorted with every folder's '/' written out.
Names foundByFind(const std::filesystem::path& root, const std::string& folder, const std::string& kind) {
    const std::string command = "find '" + root.string() + "' -mindepth 2 -printf '%y%P\\0'";
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
    std::string output;
    for (int c = 0; (c = std::fgetc(pipe.get())) != EOF;) output += static_cast<char>(c);
    Names list;
    for (std::size_t at = 0; at < output.size(); at = output.find('\0', at) + 1) {
        const std::string line = output.substr(at, output.find('\0', at) - at);
        const std::size_t slash = line.find('/');
        const std::string owner = line.substr(1, slash - 1);
        const std::string rest = line.substr(slash + 1);
        if (rest != folder && !rest.starts_with(folder + "/")) continue;
        list.push_back(kind + "/" + owner + rest.substr(folder.size()) + (line[0] == 'd' ? "/" : ""));
    }
    std::sort(list.begin(), list.end());
    return list;
}

}  // namespace

TEST_CASE("files and folders of every user come with their bytes, mode and time to the nanosecond") {
    const TemporaryFolder folder;
    writeFile(folder / "alice/pdfs/a.pdf", "first");
    writeFile(folder / "alice/pdfs/sub/b.pdf", std::string(100'000, 'b'));
    writeFile(folder / "alice/rmapi/rmapi.conf", "token");
    writeFile(folder / "bob/pdfs/empty.pdf", "");
    std::filesystem::create_directories(folder / "bob/pdfs/nothing in it");
    ::chmod((folder / "alice/pdfs/a.pdf").c_str(), 0640);
    ::chmod((folder / "alice/pdfs/sub").c_str(), 02750);
    ::chmod((folder / "alice/rmapi/rmapi.conf").c_str(), 04600);
    setModified(folder / "alice/pdfs/a.pdf", 1'234'567'890'123'456'789);
    setModified(folder / "alice/pdfs/sub/b.pdf", 0);
    setModified(folder / "alice/pdfs/sub", 981'173'106'000'000'001);
    ::utimensat(0, (folder / "bob/pdfs/empty.pdf").c_str(),
                std::array<timespec, 2>{{{-2, 5}, {-2, 5}}}.data(), 0);

    RecordingContext context;
    FilesSource source(optionsFor(folder.path()));
    const Catalog catalog = source.catalog(context);
    REQUIRE(catalog.entryKinds.size() == 2);
    CHECK(catalog.entryKinds[0].kind == "configs");
    CHECK(catalog.entryKinds[0].files == 1);
    CHECK(catalog.entryKinds[0].folders == 1);
    CHECK(catalog.entryKinds[0].bytes == 5);
    CHECK(catalog.entryKinds[0].users == 1);
    CHECK(catalog.entryKinds[1].kind == "documents");
    CHECK(catalog.entryKinds[1].files == 3);
    CHECK(catalog.entryKinds[1].folders == 4);
    CHECK(catalog.entryKinds[1].bytes == 100'005);
    CHECK(catalog.entryKinds[1].users == 2);
    CHECK(catalog.warnings == Names{});

    const auto entries = takeAll(source);
    REQUIRE(names(entries) == Names{"configs/alice/", "configs/alice/rmapi.conf", "documents/alice/",
                                    "documents/alice/a.pdf", "documents/alice/sub/",
                                    "documents/alice/sub/b.pdf", "documents/bob/", "documents/bob/empty.pdf",
                                    "documents/bob/nothing in it/"});
    CHECK(entries[1].bytes == "token");
    CHECK(entries[1].mode == 04600);
    CHECK(entries[3].bytes == "first");
    CHECK(entries[3].size == 5);
    CHECK(entries[3].mode == 0640);
    CHECK(entries[3].modified == 1'234'567'890'123'456'789);
    CHECK(entries[4].mode == 02750);
    CHECK(entries[4].modified == 981'173'106'000'000'001);
    CHECK(entries[4].size == 0);
    CHECK((entries[5].bytes == std::string(100'000, 'b')));
    CHECK(entries[5].modified == 0);
    CHECK(entries[7].bytes.empty());
    CHECK(entries[7].modified == -1'999'999'995);
    for (const Taken& entry : entries) CHECK(entry.state == ReadState::intact);
    CHECK(context.warnings == Names{});
    CHECK(context.setAsides == Names{});
}

TEST_CASE("names in any bytes come as they are, in the order of the bytes of full paths") {
    const TemporaryFolder folder;
    const Names awkward{"new\nline", "inv\xff\xfe", std::string(255, 'n'),
                        "-rf",       "é",           "e\xcc\x81",
                        "Case",      "case",        " ",
                        "*",         "a\\b",        "..x",
                        "x..y.pdf",  "'quote\"",    "\x01\x7f",
                        "a",         "a-b",         "a.b",
                        "a0",        "lost+found",  "😀",
                        "com1",      "a:b"};
    for (const std::string& name : awkward) {
        writeFile(folder / "u1/pdfs" / name / "x", name);
        writeFile(folder / "u1/pdfs" / name / "deeper/y", name);
        writeFile(folder / "u1/rmapi" / name, name);
        writeFile(folder / ("user " + name.substr(0, 200)) / "pdfs/z", name);
    }
    writeFile(folder / "u1-2/pdfs/x", "before u1, for '-' comes before '/'");
    RecordingContext context;
    FilesSource source(optionsFor(folder.path()));
    const Catalog catalog = source.catalog(context);
    const auto entries = takeAll(source);

    Names expected = foundByFind(folder.path(), "rmapi", "configs");
    const Names documents = foundByFind(folder.path(), "pdfs", "documents");
    expected.insert(expected.end(), documents.begin(), documents.end());
    REQUIRE(expected.size() > 5 * awkward.size());
    CHECK(names(entries) == expected);
    CHECK(totals(catalog, "configs").files == awkward.size());
    CHECK(totals(catalog, "documents").files == 3 * awkward.size() + 1);
    CHECK(totals(catalog, "documents").users == awkward.size() + 2);
    for (const Taken& entry : entries) {
        if (entry.name.ends_with('/') || entry.name == "documents/u1-2/x") continue;
        const bool named = std::any_of(awkward.begin(), awkward.end(), [&](const std::string& name) {
            return entry.bytes == name && entry.name.find(name.substr(0, 200)) != std::string::npos;
        });
        CHECK(named);
    }
    CHECK(catalog.warnings == Names{});
}

TEST_CASE("links and special files are named and left out; hard links are files") {
    const TemporaryFolder folder;
    writeFile(folder / "u/pdfs/file", "1");
    std::filesystem::create_hard_link(folder / "u/pdfs/file", folder / "u/pdfs/hard");
    std::filesystem::create_symlink("/etc/passwd", folder / "u/pdfs/link\n");
    std::filesystem::create_directory_symlink("/etc", folder / "u/pdfs/folder");
    REQUIRE(::mkfifo((folder / "u/pdfs/pipe").c_str(), 0644) == 0);
    std::filesystem::create_directory_symlink("/etc", folder / "u/rmapi");
    std::filesystem::create_directory_symlink("/etc", folder / "v");
    RecordingContext context;
    FilesSource source(optionsFor(folder.path()));
    const Catalog catalog = source.catalog(context);
    CHECK(names(takeAll(source)) == Names{"documents/u/", "documents/u/file", "documents/u/hard"});
    const std::string root = folder.path().string();
    CHECK(catalog.warnings == Names{root + "/u/rmapi is a symbolic link and is not followed",
                                    root + "/v is a symbolic link and is not followed",
                                    "documents/u/folder is a symbolic link and is not followed",
                                    "documents/u/link\\x0a is a symbolic link and is not followed",
                                    "documents/u/pipe is a socket, FIFO or device and is left out"});
    CHECK(totals(catalog, "documents").files == 2);
    CHECK(context.warnings == Names{});
}

TEST_CASE("many links are named up to a hundred and then counted") {
    const TemporaryFolder folder;
    std::filesystem::create_directories(folder / "u/pdfs");
    for (int i = 0; i < 130; ++i)
        std::filesystem::create_symlink("x", folder / ("u/pdfs/" + std::to_string(i)));
    RecordingContext context;
    FilesSource source(optionsFor(folder.path()));
    const Catalog catalog = source.catalog(context);
    REQUIRE(catalog.warnings.size() == 101);
    CHECK(catalog.warnings.back() == "30 more symbolic links are not followed");
}

TEST_CASE("links that appear after the catalog are told at the end") {
    const TemporaryFolder folder;
    writeFile(folder / "u/pdfs/a", "1");
    std::filesystem::create_symlink("x", folder / "u/pdfs/b");
    RecordingContext context;
    FilesSource source(optionsFor(folder.path()));
    CHECK(source.catalog(context).warnings.size() == 1);
    std::filesystem::create_symlink("x", folder / "u/pdfs/c");
    CHECK(names(takeAll(source)) == Names{"documents/u/", "documents/u/a"});
    CHECK(context.warnings == Names{"1 link or special file appeared during the run and were left out"});
}

TEST_CASE("a file that turns into a FIFO after it was listed neither blocks nor is read") {
    const TemporaryFolder folder;
    writeFile(folder / "u/pdfs/a", "1");
    RecordingContext context;
    FilesSource source(optionsFor(folder.path()));
    static_cast<void>(source.catalog(context));
    Item item;
    REQUIRE(source.next(item));
    std::filesystem::remove(folder / "u/pdfs/a");
    REQUIRE(::mkfifo((folder / "u/pdfs/a").c_str(), 0644) == 0);
    const auto entries = takeAll(source);
    REQUIRE(names(entries) == Names{"documents/u/a"});
    CHECK(entries[0].state == ReadState::vanished);
    CHECK(entries[0].message == "was replaced before it could be read");
}

TEST_CASE("what lies outside of the kinds' folders is counted and named, or refused") {
    const TemporaryFolder folder;
    writeFile(folder / "readme.txt", "12345");
    writeFile(folder / "u/pdfs/a", "1");
    writeFile(folder / "u/other/b", std::string(2048, 'x'));
    writeFile(folder / "u/other/c/d", "1");
    writeFile(folder / "u/stray", "1");
    writeFile(folder / "v/rmapi", "a file in the place of a kind's folder");
    std::filesystem::create_directories(folder / "lost+found");
    std::filesystem::create_directories(folder / "new user");
    const std::string root = folder.path().string();
    const std::string expected = "left out, because no kind of file has them (5 files, 2.0 KiB): " + root +
                                 "/lost+found/, " + root + "/readme.txt, " + root + "/u/other/, " + root +
                                 "/u/stray, " + root + "/v/rmapi";

    RecordingContext context;
    FilesSource source(optionsFor(folder.path()));
    CHECK(source.catalog(context).warnings == Names{expected});
    CHECK(names(takeAll(source)) == Names{"documents/u/", "documents/u/a"});

    auto options = optionsFor(folder.path());
    options.unknown = OnUnknown::fail;
    FilesSource strict(options);
    CHECK(errorOf([&] { static_cast<void>(strict.catalog(context)); }) ==
          expected + " | name their folders under 'kinds', or set 'unknown: warn' to leave them out");
}

TEST_CASE("another application's layout is a matter of options") {
    const TemporaryFolder folder;
    writeFile(folder / "u/media/pictures/a.png", "1");
    writeFile(folder / "u/media/notes/b.md", "2");
    writeFile(folder / "u/media/cache/c", "3");
    auto options = optionsFor(folder.path());
    options.kinds = {{"pictures", "media/pictures"}, {"notes", "media/notes"}};
    RecordingContext context;
    FilesSource source(options);
    const Catalog catalog = source.catalog(context);
    CHECK(catalog.warnings == Names{"left out, because no kind of file has them (1 file, 1 byte): " +
                                    folder.path().string() + "/u/media/cache/"});
    CHECK(names(takeAll(source)) == Names{"notes/u/", "notes/u/b.md", "pictures/u/", "pictures/u/a.png"});

    options.kinds = {{"everything", "."}};
    FilesSource whole(options);
    CHECK(whole.catalog(context).warnings == Names{});
    CHECK(names(takeAll(whole)).size() == 8);
}

TEST_CASE("a folder of users without any file has totals of zero") {
    const TemporaryFolder folder;
    RecordingContext context;
    FilesSource source(optionsFor(folder.path()));
    const Catalog catalog = source.catalog(context);
    REQUIRE(catalog.entryKinds.size() == 2);
    CHECK(totals(catalog, "documents").files == 0);
    Item item;
    CHECK_FALSE(source.next(item));
    CHECK_FALSE(source.next(item));
}

TEST_CASE("a storage folder that can't be used is one clear error") {
    const TemporaryFolder folder;
    RecordingContext context;
    const auto error = [&](const std::filesystem::path& path) {
        FilesSource source(optionsFor(path));
        return errorOf([&] { static_cast<void>(source.catalog(context)); });
    };
    const std::string root = folder.path().string();
    CHECK(error(folder / "missing") ==
          "storage folder '" + root + "/missing' does not exist | check the url of the storage source");
    writeFile(folder / "file", "");
    CHECK(error(folder / "file") ==
          "storage folder '" + root + "/file' is not a folder | check the url of the storage source");
}

TEST_CASE("the storage folder itself may be reached through a link") {
    const TemporaryFolder folder;
    writeFile(folder / "real/u/pdfs/a", "1");
    std::filesystem::create_directory_symlink("real", folder / "users");
    RecordingContext context;
    FilesSource source(optionsFor(folder / "users"));
    static_cast<void>(source.catalog(context));
    CHECK(names(takeAll(source)) == Names{"documents/u/", "documents/u/a"});
}

TEST_CASE("counting and reading stop when the run is to end") {
    const TemporaryFolder folder;
    for (int i = 0; i < 5; ++i) writeFile(folder / ("u/pdfs/" + std::to_string(i)), "");
    RecordingContext context;
    FilesSource source(optionsFor(folder.path()));
    static_cast<void>(source.catalog(context));
    Item item;
    REQUIRE(source.next(item));
    context.stop.request_stop();
    CHECK_THROWS_AS(source.next(item), Interrupted);
    FilesSource another(optionsFor(folder.path()));
    CHECK_THROWS_AS(another.catalog(context), Interrupted);
}

TEST_CASE("a link in the place of a kind's folder is named, and what lies behind it is known to be missing") {
    const TemporaryFolder folder;
    writeFile(folder / "elsewhere/a.pdf", "behind");
    writeFile(folder / "users/bob/pdfs/b.pdf", "bob's");
    std::filesystem::create_directories(folder / "users/alice");
    std::filesystem::create_directory_symlink(folder / "elsewhere", folder / "users/alice/pdfs");
    RecordingContext context;
    FilesSource source(optionsFor(folder / "users"));
    const Catalog catalog = source.catalog(context);
    CHECK(catalog.warnings ==
          Names{(folder / "users/alice/pdfs").native() + " is a symbolic link and is not followed"});
    CHECK(names(takeAll(source)) == Names{"documents/bob/", "documents/bob/b.pdf"});
    CHECK(context.setAsides == Names{(folder / "users").native() +
                                     ": 1 link or special file is left out, with what lies behind; the "
                                     "warnings name them"});
}

TEST_CASE("a storage without any user's files is told: a mount may be missing") {
    const TemporaryFolder folder;
    std::filesystem::create_directories(folder / "users");
    RecordingContext context;
    FilesSource source(optionsFor(folder / "users"));
    CHECK(source.catalog(context).warnings ==
          Names{(folder / "users").native() +
                " holds no user's files: is what should be mounted there mounted?"});
}
