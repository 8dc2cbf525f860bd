#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "lib/storage/file_descriptor.hpp"
#include "plugins/files/sample_tree.hpp"
#include "roost/error.hpp"

using namespace roost;
using namespace roost::storage;
using namespace files_test;

namespace {

constexpr auto hint = " | run roost as a user that may read it, or set 'on-unreadable: skip' to leave it out";

std::string catalogError(const FilesOptions& options) {
    return asNobody([&] {
        RecordingContext context;
        FilesSource source(options);
        return errorOf([&] { static_cast<void>(source.catalog(context)); });
    });
}

/// Warnings of the catalog, what was set aside, and the entries' names, a line each.
std::string wholeRun(const FilesOptions& options) {
    return asNobody([&] {
        RecordingContext context;
        FilesSource source(options);
        std::string text;
        const Catalog catalog = source.catalog(context);
        for (const auto& warning : catalog.warnings) text += "warning: " + warning + "\n";
        for (const auto& name : names(takeAll(source))) text += name + "\n";
        for (const auto& aside : context.setAsides) text += "aside: " + aside + "\n";
        text += std::to_string(catalog.entryKinds[1].files) + " files, " +
                std::to_string(catalog.entryKinds[1].folders) + " folders";
        return text;
    });
}

}  // namespace

TEST_CASE("a file that can't be read ends the run at the catalog, before anything is written") {
    const TemporaryFolder folder;
    writeFile(folder / "u/pdfs/a", "1");
    writeFile(folder / "u/pdfs/b\n", "2");
    ::chmod((folder / "u/pdfs/b\n").c_str(), 0);
    CHECK(catalogError(optionsFor(folder.path())) ==
          std::string("documents/u/b\\x0a cannot be read: Permission denied") + hint);
}

TEST_CASE("a folder that can't be read ends the run at the catalog: a user's, a kind's, one within") {
    const TemporaryFolder folder;
    writeFile(folder / "u/pdfs/sub/a", "1");
    const auto lock = [&](const char* name) { ::chmod((folder / name).c_str(), 0); };
    const auto unlock = [&](const char* name) { ::chmod((folder / name).c_str(), 0755); };
    lock("u/pdfs/sub");
    CHECK(catalogError(optionsFor(folder.path())) ==
          std::string("documents/u/sub cannot be read: Permission denied") + hint);
    unlock("u/pdfs/sub");
    lock("u/pdfs");
    CHECK(catalogError(optionsFor(folder.path())) ==
          std::string("documents/u cannot be read: Permission denied") + hint);
    unlock("u/pdfs");
    lock("u");
    CHECK(catalogError(optionsFor(folder.path())) ==
          std::string("configs/u cannot be read: Permission denied") + hint);
    unlock("u");
    ::chmod(folder.path().c_str(), 0700);
    CHECK(catalogError(optionsFor(folder.path())) ==
          "storage folder '" + folder.path().string() +
              "' cannot be read: Permission denied | run roost as a user "
              "that may read it");
    ::chmod(folder.path().c_str(), 0755);
}

TEST_CASE("with 'on-unreadable: skip' what can't be read is set aside and the rest is taken") {
    const TemporaryFolder folder;
    writeFile(folder / "u/pdfs/a", "1");
    writeFile(folder / "u/pdfs/b", "2");
    writeFile(folder / "u/pdfs/locked/c", "3");
    writeFile(folder / "v/pdfs/d", "4");
    ::chmod((folder / "u/pdfs/a").c_str(), 0);
    ::chmod((folder / "u/pdfs/locked").c_str(), 0);
    ::chmod((folder / "v/pdfs").c_str(), 0);
    auto options = optionsFor(folder.path());
    options.onUnreadable = OnUnreadable::skip;
    CHECK(wholeRun(options) ==
          "warning: documents/u/a cannot be read and is left out\n"
          "warning: documents/u/locked cannot be read and is left out\n"
          "warning: documents/v cannot be read and is left out\n"
          "documents/u/\n"
          "documents/u/b\n"
          "aside: documents/u/a: left out, because it cannot be read: Permission denied\n"
          "aside: documents/u/locked: left out, because it cannot be read: Permission denied\n"
          "aside: documents/v: left out, because it cannot be read: Permission denied\n"
          "1 files, 1 folders");
    for (const char* name : {"u/pdfs/locked", "v/pdfs"}) ::chmod((folder / name).c_str(), 0755);
}

TEST_CASE("a folder that can be listed but not entered is met with the same care") {
    const TemporaryFolder folder;
    writeFile(folder / "u/pdfs/sub/a", "1");
    ::chmod((folder / "u/pdfs/sub").c_str(), 0444);
    auto options = optionsFor(folder.path());
    options.onUnreadable = OnUnreadable::skip;
    CHECK(wholeRun(options) ==
          "warning: documents/u/sub/a cannot be read and is left out\n"
          "documents/u/\n"
          "documents/u/sub/\n"
          "aside: documents/u/sub/a: left out, because it cannot be read: Permission denied\n"
          "0 files, 2 folders");
    ::chmod((folder / "u/pdfs/sub").c_str(), 0755);
}

TEST_CASE("running out of descriptors is never taken for an unreadable file") {
    const TemporaryFolder folder;
    writeFile(folder / "u/pdfs/a", "1");
    auto options = optionsFor(folder.path());
    options.onUnreadable = OnUnreadable::skip;
    RecordingContext context;
    FilesSource source(options);
    static_cast<void>(source.catalog(context));
    Item item;
    REQUIRE(source.next(item));
    std::string error;
    {
        // Only this call: the sanitizers need descriptors of their own.
        const FileDescriptor lowest(::dup(0));
        REQUIRE(lowest);
        const DescriptorLimit limit(static_cast<std::uint64_t>(lowest.get()));
        error = errorOf([&] { source.next(item); });
    }
    CHECK(error ==
          "documents/u/a cannot be read: Too many open files | raise the limit (ulimit -n) or free memory");
    CHECK(context.setAsides.empty());
}
