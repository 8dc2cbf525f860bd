#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "plugins/files/sample_tree.hpp"
#include "roost/error.hpp"

using namespace roost;
using namespace roost::storage;
using namespace files_test;

using Names = std::vector<std::string>;

TEST_CASE("a file that vanishes between listing and opening comes as vanished before its first byte") {
    const TemporaryFolder folder;
    writeFile(folder / "u/pdfs/a", "1");
    writeFile(folder / "u/pdfs/b", "2");
    writeFile(folder / "u/pdfs/c", "3");
    RecordingContext context;
    FilesSource source(optionsFor(folder.path()));
    static_cast<void>(source.catalog(context));
    Item item;
    REQUIRE(source.next(item));
    std::filesystem::remove(folder / "u/pdfs/b");
    REQUIRE(source.next(item));
    REQUIRE(source.next(item));
    const auto& entry = std::get<Entry>(item);
    CHECK(entry.displayName() == "documents/u/b");
    CHECK(entry.size == 0);
    CHECK(entry.content->state() == ReadState::vanished);
    CHECK(entry.content->message() == "vanished before it could be read");
    CHECK(names(takeAll(source)) == Names{"documents/u/c"});
}

TEST_CASE("a file that becomes a symbolic link after it was listed is not followed") {
    const TemporaryFolder folder;
    writeFile(folder / "u/pdfs/a", "1");
    RecordingContext context;
    FilesSource source(optionsFor(folder.path()));
    static_cast<void>(source.catalog(context));
    Item item;
    REQUIRE(source.next(item));
    std::filesystem::remove(folder / "u/pdfs/a");
    std::filesystem::create_symlink("/etc/passwd", folder / "u/pdfs/a");
    const auto entries = takeAll(source);
    REQUIRE(entries.size() == 1);
    CHECK(entries[0].state == ReadState::vanished);
    CHECK(entries[0].message == "was replaced before it could be read");
    CHECK(entries[0].bytes.empty());
}

TEST_CASE("a file's size is the one that it has when it is opened, not when it was counted") {
    const TemporaryFolder folder;
    writeFile(folder / "u/pdfs/a", "12345");
    RecordingContext context;
    FilesSource source(optionsFor(folder.path()));
    CHECK(source.catalog(context).entryKinds[1].bytes == 5);
    writeFile(folder / "u/pdfs/a", "123456789");
    writeFile(folder / "u/pdfs/new", "x");
    const auto entries = takeAll(source);
    REQUIRE(names(entries) == Names{"documents/u/", "documents/u/a", "documents/u/new"});
    CHECK(entries[1].bytes == "123456789");
    CHECK(entries[1].size == 9);
    CHECK(entries[1].state == ReadState::intact);
}

TEST_CASE("a folder that vanishes between listing and opening is set aside and the rest goes on") {
    const TemporaryFolder folder;
    writeFile(folder / "u/pdfs/a/x", "1");
    writeFile(folder / "u/pdfs/b", "2");
    RecordingContext context;
    FilesSource source(optionsFor(folder.path()));
    static_cast<void>(source.catalog(context));
    Item item;
    REQUIRE(source.next(item));
    std::filesystem::rename(folder / "u/pdfs/a", folder / "elsewhere");
    CHECK(names(takeAll(source)) == Names{"documents/u/b"});
    CHECK(context.setAsides ==
          Names{"documents/u/a: was moved, removed or replaced while the run went through it; "
                "what it held may be missing"});
}

TEST_CASE("a user who is removed during the run is passed over") {
    const TemporaryFolder folder;
    writeFile(folder / "u/pdfs/a", "1");
    writeFile(folder / "v/pdfs/b", "2");
    RecordingContext context;
    FilesSource source(optionsFor(folder.path()));
    static_cast<void>(source.catalog(context));
    Item item;
    REQUIRE(source.next(item));
    std::filesystem::remove_all(folder / "v");
    CHECK(names(takeAll(source)) == Names{"documents/u/a"});
    CHECK(context.setAsides == Names{});
}

TEST_CASE("with 'on-changed: fail' whatever vanishes or changes ends the run and is named") {
    const TemporaryFolder folder;
    writeFile(folder / "u/pdfs/a", "12345");
    writeFile(folder / "u/pdfs/b/x", "1");
    auto options = optionsFor(folder.path());
    options.onChanged = OnChanged::fail;
    RecordingContext context;
    const std::string hint = " | run it again when nothing writes there, or set 'on-changed: warn' to go on";
    Item item;
    {
        FilesSource source(options);
        static_cast<void>(source.catalog(context));
        REQUIRE(source.next(item));
        REQUIRE(source.next(item));
        appendTo(folder / "u/pdfs/a", "6");
        CHECK(errorOf([&] { static_cast<void>(take(std::get<Entry>(item))); }) ==
              "documents/u/a grew while it was read: its first 5 bytes of 6 were taken" + hint);
        std::filesystem::remove_all(folder / "u/pdfs/b");
        CHECK(errorOf([&] { source.next(item); }) ==
              "documents/u/b was moved, removed or replaced while the run went through it" + hint);
    }
    FilesSource source(options);
    static_cast<void>(source.catalog(context));
    REQUIRE(source.next(item));
    std::filesystem::remove(folder / "u/pdfs/a");
    CHECK(errorOf([&] { source.next(item); }) == "documents/u/a vanished before it could be read" + hint);
}

TEST_CASE("while a thread truncates, appends to and removes files, every entry keeps its promise or tells") {
    const TemporaryFolder folder;
    constexpr int files = 60;
    const auto path = [&](int i) { return folder / ("u/pdfs/" + std::to_string(i)); };
    const std::string content(200'000, 'x');
    for (int i = 0; i < files; ++i) writeFile(path(i), content);
    std::atomic<bool> done = false;
    std::thread writer([&] {
        for (int round = 0; !done; ++round) {
            const int i = round * 7 % files;
            if (round % 4 == 0) std::filesystem::remove(path(i));
            if (round % 4 == 1) writeFile(path(i), content);
            if (round % 4 == 2) appendTo(path(i), "more");
            if (round % 4 == 3) static_cast<void>(::truncate(path(i).c_str(), 100'000) == 0);
        }
    });
    int taken = 0;
    std::string wrong;
    for (int round = 0; round < 20; ++round) {
        RecordingContext context;
        FilesSource source(optionsFor(folder.path()));
        static_cast<void>(source.catalog(context));
        for (Item item; source.next(item); ++taken) {
            auto& entry = std::get<Entry>(item);
            const Taken file = take(entry, 10'000);
            if (file.bytes.size() > file.size) wrong = file.name + ": more bytes than promised";
            if (file.state == ReadState::intact && file.bytes.size() != file.size)
                wrong = file.name + ": intact, but " + std::to_string(file.bytes.size());
            if ((file.state == ReadState::intact) != file.message.empty())
                wrong = file.name + ": " + file.message;
        }
    }
    done = true;
    writer.join();
    CHECK(wrong.empty());
    CHECK(taken > 20 * files / 4);
}
