#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <thread>

#include "plugins/sqlite/sqlite_test_support.hpp"

using namespace roost;
using namespace roost::sqlite;
using namespace roost::sqlite::testing;

TEST_CASE("what is no readable database is one clear error each") {
    const Folder folder;
    Host host;
    const auto error = [&](const std::string& name) { return errorOf(optionsFor(folder.file(name)), host); };
    const std::string place = folder.path().string();
    CHECK(error("missing.db") ==
          "database '" + place +
              "/missing.db' does not exist | check the path; a database to be read is never made");
    CHECK(error("no/folder.db") ==
          "database '" + place +
              "/no/folder.db' does not exist | check the path; a database to be read is never made");
    CHECK(error(".") == "database '" + place + "/.' is a folder | name the file within it");
    writeContent(folder.file("empty.db"), "");
    CHECK(error("empty.db") ==
          "database '" + place +
              "/empty.db' is an empty file (0 bytes) | check the path: no application has written to "
              "this file yet");
    writeContent(folder.file("text.db"), std::string(5000, 'x'));
    CHECK(error("text.db") ==
          "'" + place +
              "/text.db' is not a SQLite database: it does not begin with SQLite's signature | check the "
              "path; an encrypted database must be decrypted first");
    REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
    CHECK(error("pipe") == "database '" + place + "/pipe' is not a regular file | ");
    CHECK(folder.names() == std::vector<std::string>{"empty.db", "pipe", "text.db"});
}

TEST_CASE("a file that only begins like a database is refused") {
    const Folder folder;
    Host host;
    writeContent(folder.file("x.db"), std::string("SQLite format 3\0", 16) + std::string(5000, 'x'));
    CHECK(errorOf(optionsFor(folder.file("x.db")), host) ==
          "'" + folder.file("x.db") +
              "' is not a SQLite database | check the path; an encrypted database must be decrypted first");
}

TEST_CASE("a file that may not be read is an error") {
    const Folder folder;
    const std::string path = folder.file("x.db");
    Database(path).run("CREATE TABLE t(a)");
    REQUIRE(::chmod(path.c_str(), 0) == 0);
    REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
    CHECK(asOrdinaryUser([&] {
        Host host;
        return errorOf(optionsFor(path), host) == "database '" + path +
                                                      "' cannot be opened: Permission denied | check the "
                                                      "permissions of the file and of its folder";
    }));
}

TEST_CASE("no room for the copy is an error that says so") {
    const Folder folder;
    const std::string path = folder.file("x.db");
    Database(path).run("CREATE TABLE t(a); INSERT INTO t VALUES (zeroblob(3000000))");
    REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
    CHECK(asOrdinaryUser([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{1 << 20, 1 << 20};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        Host host;
        return errorOf(optionsFor(path), host) == "database '" + path + "': cannot copy it into '" +
                                                      host.temporary.path().string() +
                                                      "': File too large | free some space there, "
                                                      "let TMPDIR name another folder, or "
                                                      "set 'snapshot: lock'" &&
               host.temporary.names().empty();
    }));
}

TEST_CASE("a lock that another program holds is waited for, then named") {
    const Folder folder;
    const std::string path = folder.file("x.db");
    Database(path).run("CREATE TABLE t(a)");
    const pid_t child = ::fork();
    if (child == 0) {
        Database other(path);
        const bool locked = other.tryRun("BEGIN EXCLUSIVE");
        writeContent(folder.file("ready"), locked ? "yes" : "no");
        ::pause();
        ::_exit(0);
    }
    while (contentOf(folder.file("ready")).empty()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    CHECK(contentOf(folder.file("ready")) == "yes");
    Host host;
    auto options = optionsFor(path);
    options.busyTimeout = 200;
    const auto begin = std::chrono::steady_clock::now();
    const std::string error = errorOf(options, host);
    const auto waited = std::chrono::steady_clock::now() - begin;
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    CHECK(error ==
          "database '" + path + "': cannot read it: it stayed locked for 200ms; process " +
              std::to_string(child) +
              " holds an exclusive lock | wait until the other program is done, stop it, or set a longer "
              "'busy-timeout'");
    CHECK(waited >= std::chrono::milliseconds(200));
    CHECK(host.calls > 3);
}

TEST_CASE("a stop is heard while a lock is waited for") {
    const Folder folder;
    const std::string path = folder.file("x.db");
    Database other(path);
    other.run("CREATE TABLE t(a); BEGIN EXCLUSIVE");
    Host host;
    auto options = optionsFor(path);
    options.busyTimeout = 60'000;
    const std::jthread stopper([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        host.stop.request_stop();
    });
    SqliteSource source(options);
    CHECK_THROWS_AS(source.catalog(host), Interrupted);
    CHECK(host.temporary.names().empty());
}

TEST_CASE("a damaged page is an error that names the table and the last good row") {
    const Folder folder;
    const std::string path = folder.file("x.db");
    Database database(path);
    database.run(
        "PRAGMA page_size = 4096; CREATE TABLE good(a); INSERT INTO good VALUES (1);"
        "CREATE TABLE hurt(\"the key\" TEXT, v TEXT, PRIMARY KEY(\"the key\"));"
        "INSERT INTO hurt WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
        "SELECT 'k' || i, 'some text that takes room ' || i FROM n;");
    database.close();
    std::string content = contentOf(path);
    // The leaf of the table that has row 3000, with its type byte overwritten.
    const std::size_t at = content.find("k3000some text");
    REQUIRE(at != std::string::npos);
    content[at / 4096 * 4096] = '\xFF';
    writeContent(path, content);
    Host host;
    for (const SnapshotMode mode : {SnapshotMode::automatic, SnapshotMode::lock}) {
        auto options = optionsFor(path);
        options.snapshot = mode;
        const std::string error = errorOf(options, host);
        const std::string begin = "database '" + path + "': cannot read table 'hurt' behind the key = 'k";
        CAPTURE(error);
        CHECK(error.starts_with(begin));
        CHECK(error.ends_with(
            "database disk image is malformed | the database file is damaged; 'sqlite3 FILE .recover' "
            "saves what can be read"));
        const int last = std::atoi(error.c_str() + begin.size());
        CHECK(last > 2900);
        CHECK(last < 3000);
    }
    auto options = optionsFor(path);
    options.excludeTables = {"hurt"};
    CHECK(readAll(options, host) == Reading{"T 676f6f64", "R i1"});
}

TEST_CASE("a file that was cut off is an error") {
    const Folder folder;
    const std::string path = folder.file("x.db");
    Database(path).run(
        "CREATE TABLE t(a); INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
        "WHERE i < 9000) "
        "SELECT 'some text that takes room ' || i FROM n;");
    const std::string content = contentOf(path);
    writeContent(path, content.substr(0, content.size() / 2));
    Host host;
    CHECK(errorOf(optionsFor(path), host).find("malformed") != std::string::npos);
}

TEST_CASE("a table that is named but missing is an error, in any case of letters it is found") {
    const Folder folder;
    Database(folder.file("x.db")).run("CREATE TABLE Users(a); CREATE TABLE logs(a);");
    Host host;
    auto options = optionsFor(folder.file("x.db"));
    options.tables = {"usrs"};
    CHECK(errorOf(options, host) ==
          "database '" + folder.file("x.db") + "' has no table 'usrs' | did you mean 'Users'?");
    options.tables = {"users"};
    CHECK(readAll(options, host) == Reading{"T 5573657273"});
}
