#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <thread>

#include "plugins/sqlite_sink/sink_test_support.hpp"

using namespace roost;
using namespace roost::sqlite;
using namespace roost::sqlite::testing;
using roost::testing::RecordingContext;

namespace {

using Texts = std::vector<std::string>;

std::string rows(const std::string& word, int count, int bytes) {
    return "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT); CREATE INDEX by_v ON t(v); "
           "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < " +
           std::to_string(count) + ") INSERT INTO t SELECT n, '" + word + " ' || n || hex(zeroblob(" +
           std::to_string(bytes / 2) + ")) FROM c;";
}

const std::string oldState = rows("old", 3000, 300);
const std::string newState = rows("new", 4000, 500);
/// More than the sink keeps in memory, so that its transaction writes into the file before it ends.
const std::string largeState = rows("large", 2000, 40'000);

/// Runs until `until` in a process of its own, which is then killed; returns the journal's last record.
std::string killed(const std::string& from, const std::string& to, Until until) {
    std::array<int, 2> pipe{};
    REQUIRE(::pipe(pipe.data()) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        RecordingContext context;
        auto* const sink = new SqliteSink(sinkOptions(to));
        try {
            run(*sink, from, context, until);
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s\n", error.what());
        }
        const std::string record = context.journalRecords.empty() ? "" : context.journalRecords.back();
        static_cast<void>(!::write(pipe[1], record.data(), record.size()));
        std::error_code ignored;
        std::filesystem::remove_all(context.temporary.path(), ignored);
        ::kill(::getpid(), SIGKILL);
    }
    ::close(pipe[1]);
    std::string record(4096, '\0');
    record.resize(
        static_cast<std::size_t>(std::max<ssize_t>(::read(pipe[0], record.data(), record.size()), 0)));
    ::close(pipe[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    return record;
}

/// The reading once SQLite has put the file in order; a reader alone may not roll back.
Reading readingOf(const std::string& path) {
    static_cast<void>(query(path, "SELECT count(*) FROM sqlite_schema"));
    return readWithPython(path);
}

struct Files {
    Files() { make(from, newState); }
    Folder folder;
    std::string from = folder.file("from.db");
    std::string to = folder.file("to.db");
    RecordingContext context;
};

}  // namespace

TEST_CASE(
    "what is killed before its commit leaves the old rows, behind it the new ones, and recovery knows "
    "which") {
    Files files;
    for (const std::string journal : {"DELETE", "WAL"})
        for (const Until until : {Until::written, Until::prepared, Until::committed}) {
            INFO(journal << static_cast<int>(until));
            for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(files.to + suffix);
            make(files.to, "PRAGMA journal_mode = " + journal + ";" + oldState);
            const Reading before = readingOf(files.to);
            const std::string record = killed(files.from, files.to, until);
            const Decision decision = SqliteSink::decision(record, files.context);
            CHECK(decision == (until == Until::committed ? Decision::committed : Decision::undone));
            CHECK(query(files.to, "SELECT count(*) FROM sqlite_schema WHERE name = '_roost_commit'") ==
                  (until == Until::committed ? "1" : "0"));
            // The marker is nobody's data.
            RecordingContext reading;
            SqliteSource source(optionsFor(files.to));
            CHECK(source.catalog(reading).tables.size() == 1);
            for (int time = 0; time < 2; ++time) {
                const std::string said = SqliteSink::recover(record, decision, files.context);
                if (until != Until::committed)
                    CHECK(said == "database '" + files.to + "' is as it was before the unfinished load");
                else
                    CHECK(said == (time == 0 ? "the load into database '" + files.to +
                                                   "' was committed; removed its marker"
                                             : ""));
            }
            CHECK(readingOf(files.to) == (until == Until::committed ? readingOf(files.from) : before));
            CHECK(query(files.to, "SELECT count(*) FROM sqlite_schema WHERE name = '_roost_commit'") == "0");
            CHECK(query(files.to, "PRAGMA integrity_check") == "ok");
        }
}

TEST_CASE("a transaction that a kill cut short in the middle of the file is rolled back by recovery") {
    Files files;
    std::filesystem::remove(files.from);
    make(files.from, largeState);
    make(files.to, oldState);
    const Reading before = readingOf(files.to);
    const std::string record = killed(files.from, files.to, Until::written);
    REQUIRE(std::filesystem::file_size(files.to + "-journal") > 512);
    CHECK(SqliteSink::decision(record, files.context) == Decision::undone);
    CHECK(SqliteSink::recover(record, Decision::undone, files.context) ==
          "database '" + files.to + "' is as it was before the unfinished load");
    CHECK(files.folder.names() == Texts{"from.db", "to.db"});
    CHECK(readingOf(files.to) == before);
    CHECK(query(files.to, "PRAGMA integrity_check") == "ok");
}

TEST_CASE("a new database that is killed appears whole or not at all") {
    Files files;
    for (const Until until : {Until::written, Until::prepared, Until::committed}) {
        INFO(static_cast<int>(until));
        std::filesystem::remove(files.to);
        const std::string record = killed(files.from, files.to, until);
        const bool there = until == Until::committed;
        CHECK(std::filesystem::exists(files.to) == there);
        CHECK(files.folder.names().size() == 2);  // the source, and the database or its unfinished form
        const Decision decision = SqliteSink::decision(record, files.context);
        CHECK(decision == (there ? Decision::committed : Decision::undone));
        const std::string said = SqliteSink::recover(record, decision, files.context);
        if (there)
            CHECK(said == "the load into database '" + files.to + "' was committed; removed its marker");
        else
            CHECK(said.starts_with("removed the unfinished database '" + files.folder.file(".to.db.")));
        CHECK(files.folder.names() == (there ? Texts{"from.db", "to.db"} : Texts{"from.db"}));
        if (there) CHECK(readingOf(files.to) == readingOf(files.from));
        CHECK(SqliteSink::recover(record, decision, files.context).empty());
    }
}

TEST_CASE("the next run removes what a killed one left, if its journal is lost") {
    Files files;
    static_cast<void>(killed(files.from, files.to, Until::written));
    REQUIRE(move(files.from, sinkOptions(files.to), files.context).empty());
    CHECK(files.folder.names() == Texts{"from.db", "to.db"});
    REQUIRE(files.context.warnings.size() == 1);
    CHECK(files.context.warnings[0].find("which an interrupted run had left") != std::string::npos);
}

TEST_CASE("abort at any point leaves everything as it was") {
    Files files;
    make(files.to, oldState);
    const std::string before = contentOf(files.to);
    for (const Until until : {Until::written, Until::prepared}) {
        SqliteSink sink(sinkOptions(files.to));
        run(sink, files.from, files.context, until);
        sink.abort();
        CHECK(contentOf(files.to) == before);
        CHECK(files.folder.names() == Texts{"from.db", "to.db"});
        const std::string fresh = files.folder.file("fresh.db");
        {
            SqliteSink made(sinkOptions(fresh));
            run(made, files.from, files.context, until);
        }
        CHECK(files.folder.names() == Texts{"from.db", "to.db"});
    }
}

TEST_CASE(
    "the journal names the file in a way that any name survives; without a journal there is no marker") {
    Files files;
    const std::string odd = files.folder.file("a % \xFF\xC3\xA4\n.db");
    SqliteSink sink(sinkOptions(odd));
    run(sink, files.from, files.context, Until::committed);
    const std::string record = files.context.journalRecords.back();
    CHECK(std::ranges::all_of(record, [](char c) { return c >= 0x20 && c < 0x7F; }));
    CHECK(SqliteSink::decision(record, files.context) == Decision::committed);
    sink.tidy();
    CHECK(SqliteSink::decision(record, files.context) == Decision::undone);
    CHECK(writeErrorOf([&] {
              static_cast<void>(SqliteSink::decision("nonsense", files.context));
          }).starts_with("the journal of a SQLite sink cannot be read"));

    files.context.keepsJournal = false;
    SqliteSink silent(sinkOptions(files.to));
    run(silent, files.from, files.context, Until::committed);
    CHECK(query(files.to, "SELECT count(*) FROM sqlite_schema WHERE name = '_roost_commit'") == "0");
}

TEST_CASE("a database that is made is private, and belongs to the owner of its folder") {
    Files files;
    if (::geteuid() == 0) REQUIRE(::chown(files.folder.path().c_str(), 1234, 2345) == 0);
    REQUIRE(move(files.from, sinkOptions(files.to), files.context).empty());
    struct stat info {};
    REQUIRE(::stat(files.to.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777U) == 0600);
    if (::geteuid() == 0) {
        CHECK(info.st_uid == 1234);
        CHECK(info.st_gid == 2345);
    }
}

TEST_CASE("a name that somebody takes meanwhile is not replaced") {
    Files files;
    SqliteSink sink(sinkOptions(files.to));
    run(sink, files.from, files.context, Until::prepared);
    make(files.to, "CREATE TABLE mine(x)");
    CHECK(writeErrorOf([&] { sink.commit(); }) ==
          "database '" + files.to +
              "' was made by another program meanwhile | look at what it holds; run again to load into it");
    sink.abort();
    CHECK(query(files.to, "SELECT name FROM sqlite_schema") == "mine");
    CHECK(files.folder.names() == Texts{"from.db", "to.db"});
}

TEST_CASE("an empty file is filled in place") {
    Files files;
    writeContent(files.to, "");
    REQUIRE(move(files.from, sinkOptions(files.to), files.context).empty());
    CHECK(readingOf(files.to) == readingOf(files.from));
    CHECK(files.folder.names() == Texts{"from.db", "to.db"});
}

TEST_CASE("a writer that holds the database makes a load wait, then fail with nothing changed") {
    Files files;
    make(files.to, oldState);
    const Reading before = readingOf(files.to);
    Database other(files.to);
    other.run("BEGIN IMMEDIATE");
    CHECK(move(files.from, sinkOptions(files.to), files.context)
              .starts_with("database '" + files.to + "': cannot begin to write: it stayed locked for 200ms"));
    other.run("ROLLBACK");
    other.close();
    CHECK(readingOf(files.to) == before);
}

TEST_CASE(
    "a reader that never ends makes the commit fail with nothing changed; one that ends is waited for") {
    Files files;
    make(files.to, "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'old')");
    make(files.from, "DELETE FROM t WHERE id > 100");
    const Reading before = readingOf(files.to);
    Database reader(files.to);
    reader.run("BEGIN; SELECT * FROM t");
    CHECK(move(files.from, sinkOptions(files.to), files.context) ==
          "database '" + files.to +
              "': cannot commit: other programs kept it locked for 200ms | stop what reads or writes it, or "
              "set a longer 'busy-timeout'");
    reader.run("COMMIT");
    CHECK(readingOf(files.to) == before);

    auto options = sinkOptions(files.to);
    options.busyTimeout = 20'000;
    reader.run("BEGIN; SELECT * FROM t");
    std::thread later([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        reader.run("COMMIT");
    });
    CHECK(move(files.from, options, files.context).empty());
    later.join();
    reader.close();
    CHECK(readingOf(files.to) == readingOf(files.from));
}

TEST_CASE("a load that outgrows its memory while others read ends instead of growing") {
    Files files;
    make(files.to, oldState);
    std::filesystem::remove(files.from);
    make(files.from, largeState);
    const Reading before = readingOf(files.to);
    Database reader(files.to);
    reader.run("BEGIN; SELECT * FROM t LIMIT 1");
    CHECK(move(files.from, sinkOptions(files.to), files.context) ==
          "database '" + files.to +
              "': cannot write to it: other programs kept it locked for 200ms | stop what reads or writes "
              "it, or set a longer 'busy-timeout'");
    reader.run("COMMIT");
    reader.close();
    CHECK(readingOf(files.to) == before);
}

TEST_CASE("readers of a database in WAL mode see the old rows until the commit, and lose nothing") {
    Files files;
    make(files.to, "PRAGMA journal_mode = WAL;" + oldState);
    Database reader(files.to);
    reader.run("BEGIN; SELECT * FROM t LIMIT 1");
    REQUIRE(move(files.from, sinkOptions(files.to), files.context).empty());
    CHECK(query(files.to, "SELECT count(*) FROM t") == "4000");
    reader.run("CREATE TEMP TABLE seen AS SELECT count(*) AS n FROM main.t; COMMIT");
    reader.close();
    CHECK(readingOf(files.to) == readingOf(files.from));
}

TEST_CASE("a request to stop ends the load, and nothing is changed") {
    Files files;
    make(files.to, oldState);
    const std::string before = contentOf(files.to);
    SqliteSink sink(sinkOptions(files.to));
    run(sink, files.from, files.context, Until::written);
    files.context.stop.request_stop();
    CHECK(writeErrorOf([&] { sink.prepare(); }) == "interrupted");
    sink.abort();
    CHECK(contentOf(files.to) == before);
}

TEST_CASE("a full disk is an error that names the database, and nothing is changed") {
    // A limit on the size of files stands for the full disk.
    CHECK(asOrdinaryUser([] {
        const Folder own;
        const std::string path = own.file("to.db");
        make(path, "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (7, 'old')");
        const Reading before = readingOf(path);
        const std::string large(1'000'000, 'x');
        Content content;
        content.catalog.dialect = "sqlite";
        content.table("t", {{"id", "int64"}, {"v", "text"}});
        for (int i = 0; i < 10; ++i) content.row({Cell::integer(i), Cell::view(CellKind::text, large)});
        ::signal(SIGXFSZ, SIG_IGN);
        struct rlimit limit {};
        limit.rlim_cur = limit.rlim_max = rlim_t{4} << 20U;
        ::setrlimit(RLIMIT_FSIZE, &limit);
        RecordingContext context;
        const std::string error = move(content, sinkOptions(path), context);
        const bool fresh = move(content, sinkOptions(own.file("new.db")), context)
                               .starts_with("database '" + own.file("new.db"));
        return fresh && error.starts_with("database '" + path + "': cannot commit: ") &&
               readingOf(path) == before && own.names() == Texts{"to.db"};
    }));
}
