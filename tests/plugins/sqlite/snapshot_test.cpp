#include "lib/sql/sqlite/snapshot.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <thread>

#include "plugins/sqlite/sqlite_test_support.hpp"

using namespace roost;
using namespace roost::sqlite;
using namespace roost::sqlite::testing;

namespace {

using Names = std::vector<std::string>;

const Reading oneAndTwo{"T 74", "R i1", "R i2"};

/// What lies in a folder, names and bytes.
std::vector<std::pair<std::string, std::string>> stateOf(const Folder& folder) {
    std::vector<std::pair<std::string, std::string>> state;
    for (const std::string& name : folder.names()) state.emplace_back(name, contentOf(folder.file(name)));
    return state;
}

/// The targets of this process's open files that hold `part`.
Names openFiles(const std::string& part) {
    Names found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code ignored;
        const std::string target = std::filesystem::read_symlink(entry.path(), ignored).string();
        if (target.find(part) != std::string::npos) found.push_back(target);
    }
    return found;
}

mode_t modeOfOpenFile(const std::string& part) {
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code ignored;
        const std::string target = std::filesystem::read_symlink(entry.path(), ignored).string();
        struct stat found {};
        if (target.find(part) != std::string::npos && ::stat(entry.path().c_str(), &found) == 0)
            return found.st_mode & 0777U;
    }
    return 0;
}

/// A database in WAL mode whose second row stands in the log only, as a crash leaves it.
void makeLeftOverLog(const Folder& folder, bool withIndex) {
    const Folder work;
    Database live(work.file("x.db"));
    live.run(
        "PRAGMA journal_mode = WAL; CREATE TABLE t(a); INSERT INTO t VALUES (1); PRAGMA "
        "wal_checkpoint(TRUNCATE);"
        "INSERT INTO t VALUES (2)");
    for (const std::string suffix : {"", "-wal", "-shm"})
        if (withIndex || suffix != "-shm")
            writeContent(folder.file("x.db" + suffix), contentOf(work.file("x.db" + suffix)));
}

/// A database whose journal tells how to undo a transaction that a crash ended half-way.
void makeHotJournal(const Folder& folder) {
    const Folder work;
    Database live(work.file("x.db"));
    live.run(
        "CREATE TABLE t(a); INSERT INTO t VALUES (1), (2); CREATE TABLE pad(a); INSERT INTO pad VALUES "
        "(zeroblob(100000))");
    // A cache of one page makes it write into the file before the transaction ends.
    live.run(
        "PRAGMA cache_size = 1; BEGIN; UPDATE t SET a = a + 100; UPDATE pad SET a = randomblob(200000);"
        "INSERT INTO pad VALUES (randomblob(500000))");
    for (const std::string suffix : {"", "-journal"})
        writeContent(folder.file("x.db" + suffix), contentOf(work.file("x.db" + suffix)));
}

SqliteSource::Options only(const std::string& path, SnapshotMode mode = SnapshotMode::automatic) {
    auto options = optionsFor(path);
    options.tables = {"t"};
    options.snapshot = mode;
    return options;
}

}  // namespace

TEST_CASE("a database in WAL mode that is in use is read in place, with what stands in its log") {
    const Folder folder;
    const std::string path = folder.file("x.db");
    Database live(path);
    live.run(
        "PRAGMA journal_mode = WAL; CREATE TABLE t(a); INSERT INTO t VALUES (1); PRAGMA "
        "wal_checkpoint(TRUNCATE);"
        "INSERT INTO t VALUES (2)");
    const std::string before = contentOf(path);
    Host host;
    SqliteSource source(only(path));
    static_cast<void>(source.catalog(host));
    CHECK(openFiles(host.temporary.path().string()).empty());
    live.run("INSERT INTO t VALUES (3)");
    Item item;
    std::vector<std::int64_t> values;
    while (source.next(item))
        if (const auto* batch = std::get_if<BatchPtr>(&item))
            for (std::size_t row = 0; row < (*batch)->rows(); ++row)
                values.push_back((*batch)->row(row)[0].integer());
    CHECK(values == std::vector<std::int64_t>{1, 2});
    CHECK(contentOf(path) == before);
    CHECK(folder.names() == Names{"x.db", "x.db-shm", "x.db-wal"});
    CHECK(readAll(only(path, SnapshotMode::copy), host) == Reading{"T 74", "R i1", "R i2", "R i3"});
    CHECK(readAll(only(path, SnapshotMode::lock), host) == Reading{"T 74", "R i1", "R i2", "R i3"});
}

TEST_CASE("a database in WAL mode that nobody uses is read without a file appearing beside it") {
    const Folder folder;
    const std::string path = folder.file("x.db");
    Database(path).run("PRAGMA journal_mode = WAL; CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)");
    REQUIRE(folder.names() == Names{"x.db"});
    const auto before = stateOf(folder);
    for (const SnapshotMode mode : {SnapshotMode::automatic, SnapshotMode::copy}) {
        Host host;
        CHECK(readAll(only(path, mode), host) == oneAndTwo);
        CHECK(stateOf(folder) == before);
        CHECK(host.temporary.names().empty());
    }
}

TEST_CASE("a log that a crash left is included, and neither it nor the database is touched") {
    for (const bool withIndex : {false, true}) {
        CAPTURE(withIndex);
        const Folder folder;
        makeLeftOverLog(folder, withIndex);
        const std::string database = contentOf(folder.file("x.db"));
        const std::string log = contentOf(folder.file("x.db-wal"));
        const Names names = folder.names();
        Host host;
        CHECK(readAll(only(folder.file("x.db")), host) == oneAndTwo);
        CHECK(contentOf(folder.file("x.db")) == database);
        CHECK(contentOf(folder.file("x.db-wal")) == log);
        CHECK(folder.names() == names);
        CHECK(host.temporary.names().empty());
    }
}

TEST_CASE("a transaction that a crash ended half-way is undone in the copy only") {
    const Folder folder;
    makeHotJournal(folder);
    const auto before = stateOf(folder);
    for (const SnapshotMode mode : {SnapshotMode::automatic, SnapshotMode::copy}) {
        Host host;
        CHECK(readAll(only(folder.file("x.db"), mode), host) == oneAndTwo);
        CHECK(stateOf(folder) == before);
        CHECK(host.temporary.names().empty());
    }
    Host host;
    CHECK(errorOf(only(folder.file("x.db"), SnapshotMode::lock), host) ==
          "database '" + folder.file("x.db") +
              "': cannot read it: a crash left a journal beside it that has to be rolled back first | set "
              "'snapshot: auto', "
              "which does that in a copy, or open the database once with its application");
    CHECK(stateOf(folder) == before);
}

TEST_CASE("a database with a rollback journal is copied where nobody else can see it") {
    const Folder folder;
    const std::string path = folder.file("x.db");
    Database live(path);
    live.run("CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)");
    Host host;
    const std::string temporary = host.temporary.path().string();
    SqliteSource source(only(path));
    static_cast<void>(source.catalog(host));
    CHECK(host.temporary.names().empty());
    const Names open = openFiles(temporary);
    REQUIRE_FALSE(open.empty());
    for (const std::string& file : open) CHECK(file.ends_with(" (deleted)"));
    CHECK(modeOfOpenFile(temporary) == 0600);
    CHECK(openFiles(path).size() == 1);  // the test's own
    CHECK(live.tryRun("INSERT INTO t VALUES (3)"));
    Item item;
    Reading kinds;
    while (source.next(item)) {
        if (const auto* batch = std::get_if<BatchPtr>(&item))
            kinds.push_back(std::to_string((*batch)->rows()) + " rows");
        if (std::holds_alternative<TableEnd>(item)) CHECK(openFiles(temporary).empty());
    }
    CHECK(kinds == Reading{"2 rows"});
}

TEST_CASE("with lock, writers wait until the last table has been read") {
    const Folder folder;
    const std::string path = folder.file("x.db");
    Database live(path);
    live.run("CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)");
    Host host;
    SqliteSource source(only(path, SnapshotMode::lock));
    static_cast<void>(source.catalog(host));
    CHECK(openFiles(host.temporary.path().string()).empty());
    CHECK_FALSE(live.tryRun("INSERT INTO t VALUES (3)"));
    Item item;
    while (source.next(item))
        if (std::holds_alternative<TableEnd>(item)) break;
    CHECK(live.tryRun("INSERT INTO t VALUES (3)"));
    CHECK(openFiles(path).size() == 1);  // the test's own
}

TEST_CASE("with in-place a database is read where it lies, unless a file would have to be made beside it") {
    const Folder folder;
    const std::string path = folder.file("x.db");
    {
        Database live(path);
        live.run("CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)");
        Host host;
        SqliteSource source(only(path, SnapshotMode::inPlace));
        static_cast<void>(source.catalog(host));
        CHECK(openFiles(host.temporary.path().string()).empty());
        CHECK_FALSE(live.tryRun("INSERT INTO t VALUES (3)"));
    }
    Database(path).run("PRAGMA journal_mode = WAL");
    Host host;
    SqliteSource source(only(path, SnapshotMode::inPlace));
    static_cast<void>(source.catalog(host));
    CHECK_FALSE(openFiles(host.temporary.path().string()).empty());
    CHECK(folder.names() == Names{"x.db"});
}

TEST_CASE("a dry run copies nothing that can be read in place") {
    const Folder folder;
    const std::string path = folder.file("x.db");
    Database(path).run("CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)");
    Host host;
    host.dry = true;
    SqliteSource source(only(path));
    CHECK(source.catalog(host).tables[0].rows == 2);
    CHECK(openFiles(host.temporary.path().string()).empty());
}

TEST_CASE("nothing stays behind when the program is killed") {
    const Folder folder;
    const Folder temporary;
    Database(folder.file("x.db")).run("CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)");
    const pid_t child = ::fork();
    if (child == 0) {
        Host host;
        SqliteSource source(only(folder.file("x.db")));
        static_cast<void>(source.catalog(host));
        for (const auto& name : host.temporary.names()) writeContent(temporary.file(name), "");
        writeContent(temporary.file("place"), host.temporary.path().string());
        writeContent(temporary.file("ready"), "ready");
        ::pause();
        ::_exit(0);
    }
    while (contentOf(temporary.file("ready")).empty())
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const std::filesystem::path place = contentOf(temporary.file("place"));
    CHECK(std::filesystem::is_empty(place));
    std::filesystem::remove_all(place);
    CHECK(temporary.names() == Names{"place", "ready"});
    CHECK(folder.names() == Names{"x.db"});
}

TEST_CASE("a read-only folder is no hindrance, whatever the journal mode") {
    const auto readable = [](const std::function<void(const Folder&)>& make) {
        const Folder folder;
        make(folder);
        for (const std::string& name : folder.names()) REQUIRE(::chmod(folder.file(name).c_str(), 0444) == 0);
        REQUIRE(::chmod(folder.path().c_str(), 0555) == 0);
        return asOrdinaryUser([&] {
            Host host;
            return readAll(only(folder.file("x.db")), host) == oneAndTwo;
        });
    };
    CHECK(readable([](const Folder& folder) {
        Database(folder.file("x.db")).run("CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)");
    }));
    CHECK(readable([](const Folder& folder) {
        Database(folder.file("x.db"))
            .run("PRAGMA journal_mode = WAL; CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)");
    }));
    CHECK(readable([](const Folder& folder) { makeLeftOverLog(folder, false); }));
    CHECK(readable([](const Folder& folder) { makeLeftOverLog(folder, true); }));
    CHECK(readable(makeHotJournal));
}

TEST_CASE("a missing folder for temporary files is an error that says so") {
    const Folder folder;
    Database(folder.file("x.db")).run("CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)");
    Host host;
    std::filesystem::remove(host.temporary.path());
    CHECK(errorOf(only(folder.file("x.db")), host) ==
          "database '" + folder.file("x.db") + "': cannot copy it into '" + host.temporary.path().string() +
              "': No such file or directory | free some space there, let TMPDIR name another folder, or set "
              "'snapshot: lock'");
}

TEST_CASE("paths that SQLite would take for something else are files") {
    const Folder folder;
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path());
    for (const std::string name : {":memory:", "file:x.db?mode=memory", "-x"}) {
        Database made(folder.file("made.db"));
        made.tryRun("CREATE TABLE t(a)");
        made.tryRun("DELETE FROM t");
        made.run("INSERT INTO t VALUES (1), (2)");
        made.close();
        std::filesystem::copy_file("made.db", name);
        Host host;
        CHECK(readAll(only(name), host) == oneAndTwo);
    }
    std::filesystem::current_path(before);
}

TEST_CASE("a copy that is interrupted ends at once") {
    const Folder folder;
    Database(folder.file("x.db")).run("CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)");
    Host host;
    host.stop.request_stop();
    SqliteSource source(only(folder.file("x.db")));
    CHECK_THROWS_AS(source.catalog(host), Interrupted);
    CHECK(host.temporary.names().empty());
}
