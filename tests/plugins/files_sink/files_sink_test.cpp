#include "sinks/files/files_sink.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "lib/storage/shown_name.hpp"
#include "plugins/files_sink/restored.hpp"
#include "roost/error.hpp"

using namespace roost;
using namespace roost::storage;
using files_test::errorOf;
using files_test::file;
using files_test::folder;
using files_test::items;
using files_test::looks;
using files_test::Restore;
using files_test::TemporaryFolder;
using files_test::writeFile;

namespace {

/// What a live server has, and what its backup brings.
void makeServer(const TemporaryFolder& root) {
    writeFile(root / "users/alice/pdfs/old.pdf", "old");
    writeFile(root / "users/alice/pdfs/same.pdf", "before");
    writeFile(root / "users/alice/rmapi/rmapi.conf", "token");
    writeFile(root / "users/alice/notes.txt", "no kind's");
    writeFile(root / "users/carol/pdfs/c.pdf", "carol's");
    writeFile(root / "users/dave/pdfs/d.pdf", "dave's");
    writeFile(root / "users/dave/rmapi/rmapi.conf", "dave's token");
}

std::vector<Item> backup() {
    return items(folder("documents", "alice", ""), file("documents", "alice", "same.pdf", "after"),
                 folder("documents", "alice", "sub"), file("documents", "alice", "sub/new.pdf", "new"),
                 folder("documents", "bob", ""), file("documents", "bob", "b.pdf", "bob's"));
}

std::vector<std::string> present(const std::filesystem::path& root) {
    std::vector<std::string> names;
    for (const auto& [name, look] : looks(root))
        if (look.find("16") != 0) names.push_back(name + "=" + look.substr(look.rfind(' ') + 1));
    return names;
}

}  // namespace

TEST_CASE("a kind that comes ends up exactly as it came; everything else is left alone") {
    const TemporaryFolder root;
    makeServer(root);
    const auto before = looks(root / "users");
    Restore restore(root / "users", {"documents"});
    CHECK(restore.acceptance.refusals.empty());
    CHECK(restore.acceptance.destroys == std::vector<std::string>{"documents of 3 users: 4 files, 22 bytes"});
    restore.write(backup());
    restore.sink.prepare();
    // Nothing shows before the commit.
    auto staged = looks(root / "users");
    std::erase_if(staged, [](const auto& each) { return each.first.starts_with(".roost-staging-"); });
    CHECK(staged == before);
    restore.sink.commit();
    restore.sink.tidy();

    auto after = looks(root / "users");
    CHECK(present(root / "users") ==
          std::vector<std::string>{"alice/notes.txt=kind's", "alice/pdfs/same.pdf=after",
                                   "alice/pdfs/sub/new.pdf=new", "alice/rmapi/rmapi.conf=token",
                                   "bob/pdfs/b.pdf=bob's", "dave/rmapi/rmapi.conf=token"});
    CHECK(after.at("alice/notes.txt") == before.at("alice/notes.txt"));
    CHECK(after.at("alice/pdfs/same.pdf") == "33188 1500000000.0 after");
    CHECK(after.at("alice/pdfs/sub") == "16872 1400000000.0");
    CHECK(after.at("bob/pdfs") == "16872 1400000000.0");
    CHECK(!after.contains("carol"));  // nothing was left in it
    CHECK(after.contains("dave"));
    CHECK(restore.sink.summary() ==
          std::vector<std::pair<std::string, std::string>>{
              {"folder", (root / "users").native()}, {"files", "3"}, {"size", "13"}});
}

TEST_CASE("a catalog without files leaves the files alone, one with an empty kind clears it") {
    const TemporaryFolder root;
    makeServer(root);
    const auto before = looks(root / "users");
    Restore nothing(root / "users", {});
    CHECK(nothing.acceptance.destroys.empty());
    nothing.write({});
    nothing.commit();
    CHECK(looks(root / "users") == before);

    Restore mistaken(root / "users", {"configs"});
    mistaken.write(items(folder("configs", "alice", "")));
    CHECK(errorOf([&] { mistaken.sink.prepare(); }) ==
          "not one file came, and all that is there would go: configs of 2 users: 2 files, 17 bytes | see "
          "whether the source is the right one; 'partial: replace' removes them all the same");
    mistaken.sink.abort();
    CHECK(looks(root / "users") == before);

    Restore empty(root / "users", {"configs"}, FilesMode::replace, false, OnPartialKind::replace);
    CHECK(empty.acceptance.destroys == std::vector<std::string>{"configs of 2 users: 2 files, 17 bytes"});
    empty.write({});
    empty.commit();
    CHECK(present(root / "users") ==
          std::vector<std::string>{"alice/notes.txt=kind's", "alice/pdfs/old.pdf=old",
                                   "alice/pdfs/same.pdf=before", "carol/pdfs/c.pdf=carol's",
                                   "dave/pdfs/d.pdf=dave's"});
}

TEST_CASE("an abort leaves everything as it was, also a storage folder that was not there") {
    const TemporaryFolder root;
    makeServer(root);
    const auto before = looks(root / "users");
    {
        Restore restore(root / "users", {"documents", "configs"});
        restore.write(backup());
        restore.sink.prepare();
        restore.sink.abort();
    }
    CHECK(looks(root / "users") == before);
    {
        Restore restore(root / "elsewhere", {"documents"});
        CHECK(restore.acceptance.refusals.empty());
        restore.write(backup());
        CHECK(std::filesystem::exists(root / "elsewhere"));
        restore.sink.abort();
    }
    CHECK(!std::filesystem::exists(root / "elsewhere"));
}

TEST_CASE("what an abort cannot take away is told, and left to recovery") {
    const TemporaryFolder root;
    makeServer(root);
    const auto before = looks(root / "users");
    Restore restore(root / "users", {"documents", "configs"});
    restore.write(backup());
    const std::string record = restore.context.journalRecords.back();
    std::filesystem::path staging;
    for (const auto& entry : std::filesystem::directory_iterator(root / "users"))
        if (entry.path().filename().native().starts_with(".roost-staging-")) staging = entry.path();
    REQUIRE_FALSE(staging.empty());
    // A file in its place, which is not this program's to remove.
    std::filesystem::rename(staging, root / "aside");
    writeFile(staging, "in the way");
    restore.sink.abort();
    const std::string name = staging.filename().native();
    CHECK(restore.context.logged.back() == "cannot remove '" + name +
                                               "': Not a directory; what was staged is left in '" +
                                               staging.native() + "'");
    REQUIRE(restore.context.journalRecords.size() == 2);
    std::filesystem::remove(staging);
    std::filesystem::rename(root / "aside", staging);
    CHECK(FilesSink::recover(restore.context.journalRecords.back(), Decision::undone, restore.context) ==
          "undid the unfinished restore of files into '" + (root / "users").native() +
              "': nothing there has changed");
    CHECK(looks(root / "users") == before);
}

TEST_CASE("without a journal no files are restored") {
    const TemporaryFolder root;
    makeServer(root);
    const auto before = looks(root / "users");
    Restore restore(root / "users", {"documents"});
    restore.context.keepsJournal = false;
    CHECK(errorOf([&] { restore.write(backup()); }) ==
          "no journal can be kept for the restore of files, which must not go on without one | set "
          "ROOST_STATE_DIR to a folder that can be written");
    restore.sink.abort();
    CHECK(looks(root / "users") == before);
}

TEST_CASE("what a rename must not or cannot replace is refused before anything changes") {
    const TemporaryFolder root;
    makeServer(root);
    std::filesystem::rename(root / "users/alice/pdfs", root / "elsewhere");
    std::filesystem::create_directory_symlink(root / "elsewhere", root / "users/alice/pdfs");
    const auto before = looks(root / "users");
    Restore restore(root / "users", {"documents"});
    restore.write(backup());
    CHECK(errorOf([&] { restore.sink.prepare(); }) ==
          "'" + (root / "users/alice/pdfs").native() +
              "' is a symbolic link, through which nothing is restored | put the folder itself there, or "
              "leave this kind of file out");
    restore.sink.abort();
    CHECK(looks(root / "users") == before);
}

TEST_CASE("kinds without a place, a missing folder above and leftovers are refused") {
    const TemporaryFolder root;
    Restore unknown(root / "users", {"pictures"});
    CHECK(unknown.acceptance.refusals ==
          std::vector<std::string>{"files of the kind 'pictures' have no place: 'kinds' does not name it"});
    Restore nowhere(root / "no/such/users", {"documents"});
    CHECK(nowhere.acceptance.refusals ==
          std::vector<std::string>{"the folder '" + (root / "no/such").native() + "', in which '" +
                                   (root / "no/such/users").native() +
                                   "' would be made, does not exist; make it first"});
    std::filesystem::create_directories(root / "users/.roost-staging-abc");
    Restore left(root / "users", {"documents"});
    CHECK(left.acceptance.refusals ==
          std::vector<std::string>{
              "'" + (root / "users/.roost-staging-abc").native() +
              "' is left of an interrupted restore that is not recovered yet: run 'roost recover' with the "
              "ROOST_STATE_DIR of that restore; where its journal is lost, look at what is in it and remove "
              "it"});
}

TEST_CASE("some files of a kind do not replace those that are there, unless it is said") {
    const TemporaryFolder root;
    makeServer(root);
    const auto refusals = [&](Coverage coverage, FilesMode mode,
                              OnPartialKind partial = OnPartialKind::refuse) {
        auto options = files_test::sinkOptions(root / "users", mode);
        options.partial = partial;
        roost::testing::RecordingContext context;
        Catalog catalog;
        catalog.entryKinds = {{"documents", 1, 0, 1, 1, coverage}};
        return FilesSink(options).accept(catalog, context).refusals;
    };
    const std::vector<std::string> someFiles{
        "only some files of the kind 'documents' come, and 4 files that are there would go for them; 'mode: "
        "merge' keeps the others, 'partial: replace' does not"};
    const std::vector<std::string> someUsers{
        "only some users' files of the kind 'documents' come, and 4 files that are there would go for them; "
        "'mode: replace-users' keeps the others, 'partial: replace' does not"};
    CHECK(refusals(Coverage::files, FilesMode::replace) == someFiles);
    CHECK(refusals(Coverage::files, FilesMode::replaceUsers) == someFiles);
    CHECK(refusals(Coverage::users, FilesMode::replace) == someUsers);
    CHECK(refusals(Coverage::users, FilesMode::replaceUsers).empty());
    CHECK(refusals(Coverage::files, FilesMode::merge).empty());
    CHECK(refusals(Coverage::files, FilesMode::add).empty());
    CHECK(refusals(Coverage::whole, FilesMode::replace).empty());
    CHECK(refusals(Coverage::files, FilesMode::replace, OnPartialKind::replace).empty());
}

TEST_CASE("more bytes than there is room for are refused before anything is written") {
    const TemporaryFolder root;
    Restore restore(root / "users", {});
    restore.catalog.entryKinds.push_back({"documents", 1, 0, std::uint64_t{1} << 60U, 1});
    const Acceptance acceptance = restore.sink.accept(restore.catalog, restore.context);
    REQUIRE(acceptance.refusals.size() == 1);
    CHECK(acceptance.refusals[0].starts_with("the files take " + shownSize(std::uint64_t{1} << 60U) +
                                             ", and '" + root.path().native() + "' has room for "));
}

namespace {

/// Runs a restore in a process that dies at `point`, and returns its last journal record.
std::string dieAt(const TemporaryFolder& root, const std::string& point) {
    std::array<int, 2> pipe{};
    REQUIRE(::pipe(pipe.data()) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        {
            Restore restore(root / "users", {"documents"});
            restore.write(backup());
            if (point != "written") restore.sink.prepare();
            const std::string record = restore.context.journalRecords.back();
            if (::write(pipe[1], record.data(), record.size()) < 0) ::_exit(1);
            if (point != "written" && point != "prepared") restore.sink.commit();
            if (point == "tidied") restore.sink.tidy();
            if (point == "half tidied") {  // as if killed in the middle of tidy()
                for (const auto& entry : std::filesystem::directory_iterator(root / "users"))
                    if (entry.path().filename().native().starts_with(".roost-staging-")) {
                        std::filesystem::remove(entry.path() / "units");
                        std::filesystem::remove_all(entry.path() / "old/0");
                    }
            }
            ::kill(::getpid(), SIGKILL);
        }
    }
    ::close(pipe[1]);
    std::string record;
    std::array<char, 4096> buffer{};
    for (ssize_t got = 0; (got = ::read(pipe[0], buffer.data(), buffer.size())) > 0;)
        record.append(buffer.data(), static_cast<std::size_t>(got));
    ::close(pipe[0]);
    ::waitpid(child, nullptr, 0);
    return record;
}

}  // namespace

TEST_CASE("recovery undoes a restore that was not decided, and finishes one that was, at whatever point") {
    for (const std::string point : {"written", "prepared", "committed", "half tidied", "tidied"}) {
        for (const Decision decision : {Decision::undone, Decision::committed}) {
            if (decision == Decision::committed && point == "written") continue;  // never decided
            if (decision == Decision::undone && point != "written" && point != "prepared") continue;
            INFO(point << " " << static_cast<int>(decision));
            const TemporaryFolder root;
            makeServer(root);
            const auto before = looks(root / "users");
            const std::string record = dieAt(root, point);
            testing::RecordingContext context;
            const std::string shown = "'" + (root / "users").native() + "'";
            const std::string said = FilesSink::recover(record, decision, context);
            if (decision == Decision::undone) {
                CHECK(said ==
                      "undid the unfinished restore of files into " + shown + ": nothing there has changed");
                CHECK(looks(root / "users") == before);
            } else {
                CHECK(said == (point == "tidied" ? "" : "finished the restore of files into " + shown));
                CHECK(present(root / "users") ==
                      std::vector<std::string>{"alice/notes.txt=kind's", "alice/pdfs/same.pdf=after",
                                               "alice/pdfs/sub/new.pdf=new", "alice/rmapi/rmapi.conf=token",
                                               "bob/pdfs/b.pdf=bob's", "dave/rmapi/rmapi.conf=token"});
            }
            CHECK(FilesSink::recover(record, decision, context).empty());  // once more does no harm
        }
    }
}

TEST_CASE("a journal record that is none is refused") {
    testing::RecordingContext context;
    CHECK_THROWS_AS(FilesSink::recover("nonsense", Decision::undone, context), Error);
    CHECK_THROWS_AS(
        FilesSink::recover(R"({"root":"","staging":"x","made_root":false,"prepared":false,"kinds":[]})",
                           Decision::undone, context),
        Error);
}
