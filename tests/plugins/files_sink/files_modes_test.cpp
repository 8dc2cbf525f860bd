#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>

#include "plugins/files_sink/restored.hpp"
#include "roost/error.hpp"
#include "sinks/files/node_copy.hpp"

using namespace roost;
using namespace roost::storage;
using files_test::errorOf;
using files_test::file;
using files_test::folder;
using files_test::items;
using files_test::looks;
using files_test::Restore;
using files_test::setModified;
using files_test::TemporaryFolder;
using files_test::writeFile;

namespace {

using Texts = std::vector<std::string>;
using Looks = std::map<std::string, std::string>;

/// Alice and Bob are there, with something of everything that a user may have in a folder.
void makeServer(const TemporaryFolder& root) {
    writeFile(root / "users/alice/pdfs/old.pdf", "old");
    writeFile(root / "users/alice/pdfs/same.pdf", "same");
    writeFile(root / "users/alice/pdfs/sub/kept.pdf", "kept");
    writeFile(root / "users/alice/rmapi/rmapi.conf", "token");
    writeFile(root / "users/bob/pdfs/b.pdf", "bob's");
    REQUIRE(::symlink("old.pdf", (root / "users/alice/pdfs/link").c_str()) == 0);
    REQUIRE(::mkfifo((root / "users/alice/pdfs/pipe").c_str(), 0640) == 0);
    std::filesystem::create_directory(root / "users/alice/pdfs/empty");
    ::chmod((root / "users/alice/pdfs/sub").c_str(), 0710);
    ::chmod((root / "users/alice/pdfs/old.pdf").c_str(), 04600);
    for (const char* path : {"old.pdf", "same.pdf", "sub/kept.pdf", "sub", "empty", ""})
        setModified(root / "users/alice/pdfs" / path, 1'111'111'111'123'456'789);
}

std::uint64_t inode(const std::filesystem::path& path) {
    struct stat status {};
    REQUIRE(::lstat(path.c_str(), &status) == 0);
    return status.st_ino;
}

/// What is below a user's folder of documents.
Looks documents(const TemporaryFolder& root, const std::string& user = "alice") {
    return looks(root / ("users/" + user + "/pdfs"));
}

void runWhole(Restore& restore, std::vector<Item> items) {
    restore.write(std::move(items));
    restore.commit();
}

}  // namespace

TEST_CASE("merge adds what comes, replaces what has the same path, and keeps all else as it is") {
    const TemporaryFolder root;
    makeServer(root);
    const Looks before = looks(root / "users");
    const std::uint64_t kept = inode(root / "users/alice/pdfs/sub/kept.pdf");
    Restore restore(root / "users", {"documents", "configs"}, FilesMode::merge);
    CHECK(restore.acceptance.destroys ==
          Texts{"configs of 1 user: 1 file, 5 bytes, of these what comes again",
                "documents of 2 users: 6 files, 23 bytes, of these what comes again"});
    CHECK(!restore.acceptance.rehearses);
    restore.write(items(folder("documents", "alice", ""), file("documents", "alice", "old.pdf", "new bytes"),
                        folder("documents", "alice", "sub"), file("documents", "alice", "sub/new.pdf", "new"),
                        folder("documents", "alice", "fresh"),
                        file("documents", "alice", "fresh/f.pdf", "fresh"),
                        file("documents", "carol", "c.pdf", "carol's")));
    restore.sink.prepare();
    Looks staged = looks(root / "users");
    std::erase_if(staged, [](const auto& each) { return each.first.starts_with(".roost-staging-"); });
    CHECK(staged == before);
    restore.sink.commit();
    restore.sink.tidy();

    Looks expected = before;
    expected["alice/pdfs/old.pdf"] = "33188 1500000000.0 new bytes";
    expected["alice/pdfs/sub/new.pdf"] = "33188 1500000000.0 new";
    expected["alice/pdfs/fresh"] = "16872 1400000000.0";
    expected["alice/pdfs/fresh/f.pdf"] = "33188 1500000000.0 fresh";
    expected["carol/pdfs/c.pdf"] = "33188 1500000000.0 carol's";
    Looks after = looks(root / "users");
    for (const char* made : {"carol", "carol/pdfs", "alice"}) {  // their times are of now
        expected.erase(made);
        after.erase(made);
    }
    for (const auto& [name, look] : after) {
        INFO(name);
        CHECK(look == expected[name]);
    }
    CHECK(after.size() == expected.size());
    CHECK(inode(root / "users/alice/pdfs/sub/kept.pdf") == kept);  // linked, not copied
    CHECK(restore.sink.summary() ==
          std::vector<std::pair<std::string, std::string>>{
              {"folder", (root / "users").native()}, {"files", "4"}, {"size", "24"}});
}

TEST_CASE("add keeps what is there with the same bytes, and then changes nothing at all") {
    const TemporaryFolder root;
    makeServer(root);
    const auto bring = [] {
        return items(folder("documents", "alice", ""), file("documents", "alice", "same.pdf", "same"),
                     folder("documents", "alice", "sub"), file("documents", "alice", "sub/new.pdf", "new"));
    };
    Restore first(root / "users", {"documents"}, FilesMode::add);
    CHECK(first.acceptance.destroys.empty());
    CHECK(first.acceptance.rehearses);
    Looks expected = documents(root);
    const std::uint64_t same = inode(root / "users/alice/pdfs/same.pdf");
    runWhole(first, bring());
    expected["sub/new.pdf"] = "33188 1500000000.0 new";
    CHECK(documents(root) == expected);
    CHECK(inode(root / "users/alice/pdfs/same.pdf") == same);
    CHECK(first.sink.summary() ==
          std::vector<std::pair<std::string, std::string>>{{"folder", (root / "users").native()},
                                                           {"files", "1"},
                                                           {"size", "3"},
                                                           {"files there already", "1"}});

    const Looks all = looks(root / "users");
    const std::uint64_t unit = inode(root / "users/alice/pdfs");
    Restore second(root / "users", {"documents"}, FilesMode::add);
    runWhole(second, bring());
    CHECK(looks(root / "users") == all);
    CHECK(inode(root / "users/alice/pdfs") == unit);  // not even exchanged
    CHECK(second.sink.summary().at(1) == std::pair<std::string, std::string>{"files", "0"});
    CHECK(second.sink.summary().at(3) == std::pair<std::string, std::string>{"files there already", "2"});
}

TEST_CASE("add refuses other bytes, and what is something else, before anything shows") {
    const TemporaryFolder root;
    makeServer(root);
    const Looks before = looks(root / "users");
    const auto refused = [&](std::vector<Item> (*bring)(), FilesMode mode, bool dry) {
        Restore restore(root / "users", {"documents"}, mode, dry);
        std::string error = errorOf([&] {
            restore.write(bring());
            restore.sink.prepare();
        });
        restore.sink.abort();
        CHECK(looks(root / "users") == before);
        return error;
    };
    for (const bool dry : {false, true}) {
        CAPTURE(dry);
        CHECK(refused([] { return items(file("documents", "alice", "same.pdf", "SAME")); }, FilesMode::add,
                      dry) ==
              "'documents/alice/same.pdf' is there already, with other bytes than come | 'mode: merge' "
              "replaces it; or move it away first");
        CHECK(refused([] { return items(file("documents", "alice", "same.pdf", "same and more")); },
                      FilesMode::add, dry)
                  .starts_with("'documents/alice/same.pdf' is there already"));
        CHECK(refused([] { return items(file("documents", "alice", "link", "x")); }, FilesMode::add, dry) ==
              "'documents/alice/link' comes as a file, and is a link or special file there | move it away "
              "first");
        CHECK(refused([] { return items(file("documents", "alice", "sub", "x")); }, FilesMode::add, dry) ==
              "'documents/alice/sub' comes as a file, and is a folder there | move it away first");
        CHECK(refused([] { return items(folder("documents", "alice", "old.pdf")); }, FilesMode::add, dry) ==
              "'documents/alice/old.pdf' comes as a folder, and is none there | move it away first");
    }
    CHECK(refused([] { return items(file("documents", "alice", "link", "x")); }, FilesMode::merge, false) ==
          "'documents/alice/link' comes as a file, and is a link or special file there | move it away first");
    CHECK(refused([] { return items(file("documents", "alice", "sub", "x")); }, FilesMode::merge, false) ==
          "'documents/alice/sub' comes as a file, and is a folder there | move it away first");
}

TEST_CASE("a rehearsal of add takes what can be added, and writes nothing") {
    const TemporaryFolder root;
    makeServer(root);
    const Looks before = looks(root / "users");
    Restore restore(root / "users", {"documents"}, FilesMode::add, true);
    restore.write(items(folder("documents", "alice", ""), file("documents", "alice", "same.pdf", "same"),
                        folder("documents", "alice", "sub"), file("documents", "alice", "sub/n.pdf", "n"),
                        file("documents", "nobody yet", "a/b/c.pdf", "c")));
    restore.sink.prepare();
    restore.sink.abort();
    CHECK(looks(root / "users") == before);
    CHECK(restore.context.journalRecords.empty());
    Restore nowhere(root / "elsewhere", {"documents"}, FilesMode::add, true);
    nowhere.write(items(file("documents", "alice", "a.pdf", "a")));
    nowhere.sink.prepare();
    nowhere.sink.abort();
    CHECK(!std::filesystem::exists(root / "elsewhere"));
}

TEST_CASE("replace-users replaces what the users have that come, and leaves the others alone") {
    const TemporaryFolder root;
    makeServer(root);
    const Looks bob = documents(root, "bob");
    Restore restore(root / "users", {"documents", "configs"}, FilesMode::replaceUsers);
    CHECK(restore.acceptance.destroys ==
          Texts{"configs of 1 user: 1 file, 5 bytes, of these what belongs to users that come",
                "documents of 2 users: 6 files, 23 bytes, of these what belongs to users that come"});
    runWhole(restore, items(folder("documents", "alice", ""), file("documents", "alice", "n.pdf", "new")));
    CHECK(documents(root) == Looks{{"n.pdf", "33188 1500000000.0 new"}});
    CHECK(documents(root, "bob") == bob);
    CHECK(!std::filesystem::exists(root / "users/alice/rmapi"));  // she came without a configuration
}

TEST_CASE("an abort of a merge leaves everything as it was, also what was linked") {
    const TemporaryFolder root;
    makeServer(root);
    const Looks before = looks(root / "users");
    {
        Restore restore(root / "users", {"documents"}, FilesMode::merge);
        restore.write(items(file("documents", "alice", "old.pdf", "x"), folder("documents", "bob", "")));
        restore.sink.prepare();
        restore.sink.abort();
    }
    CHECK(looks(root / "users") == before);
}

TEST_CASE("a merge that was decided is finished by recovery") {
    const TemporaryFolder root;
    makeServer(root);
    std::string record;
    Looks expected = documents(root);
    expected["n.pdf"] = "33188 1500000000.0 n";
    roost::testing::RecordingContext context;
    {
        Restore restore(root / "users", {"documents"}, FilesMode::merge);
        restore.write(items(file("documents", "alice", "n.pdf", "n")));
        restore.sink.prepare();
        record = restore.context.journalRecords.back();
    }  // as after a crash: no commit, no abort
    CHECK(FilesSink::recover(record, Decision::committed, context) ==
          "finished the restore of files into '" + (root / "users").native() + "'");
    CHECK(documents(root) == expected);
    CHECK(FilesSink::recover(record, Decision::committed, context) == "");
}

TEST_CASE(
    "what cannot be linked is copied with its mode and time; what is neither file nor link is refused") {
    const TemporaryFolder root;
    makeServer(root);
    std::filesystem::create_directory(root / "to");
    const FileDescriptor from(::open((root / "users/alice/pdfs").c_str(), O_RDONLY | O_DIRECTORY));
    const FileDescriptor to(::open((root / "to").c_str(), O_RDONLY | O_DIRECTORY));
    std::vector<std::byte> buffer(3);  // smaller than a file
    for (const char* name : {"old.pdf", "same.pdf", "link"})
        CHECK(copyNode(from.get(), name, to.get(), name, buffer) == 0);
    const Looks there = documents(root);
    CHECK(looks(root / "to") == Looks{{"link", there.at("link")},
                                      {"old.pdf", there.at("old.pdf")},
                                      {"same.pdf", there.at("same.pdf")}});
    CHECK(copyNode(from.get(), "pipe", to.get(), "pipe", buffer) == EOPNOTSUPP);
    CHECK(copyNode(from.get(), "old.pdf", to.get(), "old.pdf", buffer) == EEXIST);
}

TEST_CASE("without special rights a merge goes into folders that their owner may not write to") {
    const TemporaryFolder root;
    ::chmod(root.path().c_str(), 0777);
    const std::string outcome = files_test::asNobody([&]() -> std::string {
        writeFile(root / "users/alice/pdfs/sub/kept.pdf", "kept");
        ::chmod((root / "users/alice/pdfs/sub").c_str(), 0500);
        std::string error = errorOf([&] {
            Restore restore(root / "users", {"documents"}, FilesMode::merge);
            Item closed = folder("documents", "alice", "sub");
            std::get<Entry>(closed).mode = 0500;
            runWhole(restore, items(folder("documents", "alice", ""), std::move(closed),
                                    file("documents", "alice", "sub/new.pdf", "new")));
        });
        for (const auto& [name, look] : documents(root))
            error += " " + name + "=" + look.substr(0, 5) + look.substr(look.rfind(' '));
        return error;
    });
    CHECK(outcome.find("sub/kept.pdf=33188 kept sub/new.pdf=33188 new") != std::string::npos);
    CHECK(outcome.find("sub=16704") != std::string::npos);
    CHECK(outcome.starts_with(" "));
}
