// A program that never stops writing, and snapshots that must each be one state of it.
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <set>
#include <thread>

#include "plugins/sqlite/sqlite_test_support.hpp"

using namespace roost;
using namespace roost::sqlite;
using namespace roost::sqlite::testing;

namespace {

constexpr std::int64_t money = 2'000'000;

/// Moves money between two tables, a transaction at a time, until it is killed.
[[noreturn]] void moveMoney(const std::string& path) {
    Database database(path);
    sqlite3_busy_timeout(database.handle(), 20'000);
    database.tryRun("PRAGMA synchronous = OFF");
    for (int i = 0;; ++i) {
        const std::string account = std::to_string(i * 7919 % 1000 + 1);
        database.tryRun("BEGIN IMMEDIATE; UPDATE rich SET amount = amount - 1 WHERE id = " + account +
                        "; UPDATE poor SET amount = amount + 1 WHERE id = " + account +
                        "; INSERT INTO rich(amount, note) VALUES (0, hex(randomblob(200))); COMMIT");
        std::this_thread::sleep_for(std::chrono::microseconds(300));
    }
}

struct Sums {
    std::int64_t amount = 0;
    std::size_t rows = 0;
};

Sums readSums(const std::string& path, SnapshotMode mode) {
    Host host;
    auto options = optionsFor(path);
    options.snapshot = mode;
    SqliteSource source(options);
    static_cast<void>(source.catalog(host));
    Sums sums;
    Item item;
    while (source.next(item))
        if (const auto* batch = std::get_if<BatchPtr>(&item)) {
            for (std::size_t row = 0; row < (*batch)->rows(); ++row)
                sums.amount += (*batch)->row(row)[1].integer();
            sums.rows += (*batch)->rows();
            // Between two batches the writer gets on, so that a reader without a snapshot would mix states.
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    return sums;
}

}  // namespace

TEST_CASE("every snapshot of a database that is written to the whole time is one state of it") {
    for (const std::string journal : {"DELETE", "WAL"}) {
        CAPTURE(journal);
        const Folder folder;
        const std::string path = folder.file("bank.db");
        Database(path).run("PRAGMA journal_mode = " + journal +
                           "; CREATE TABLE poor(id INTEGER PRIMARY KEY, amount INT, note TEXT);"
                           "CREATE TABLE rich(id INTEGER PRIMARY KEY, amount INT, note TEXT);"
                           "INSERT INTO rich WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                           "WHERE i < 10000) "
                           "SELECT i, CASE WHEN i <= 1000 THEN 2000 ELSE 0 END, hex(randomblob(300)) FROM n;"
                           "INSERT INTO poor SELECT id, 0, note FROM rich WHERE id <= 1000;");
        const pid_t writer = ::fork();
        if (writer == 0) moveMoney(path);
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        std::set<std::size_t> rowCounts;
        for (const SnapshotMode mode : {SnapshotMode::automatic, SnapshotMode::copy, SnapshotMode::lock})
            for (int i = 0; i < 4; ++i) {
                const Sums sums = readSums(path, mode);
                CHECK(sums.amount == money);
                rowCounts.insert(sums.rows);
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
            }
        ::kill(writer, SIGKILL);
        ::waitpid(writer, nullptr, 0);
        // The writer did write between the snapshots.
        CHECK(rowCounts.size() > 6);
    }
}

TEST_CASE("a writer that is killed at any moment leaves a database that can be read") {
    for (const std::string journal : {"DELETE", "WAL"})
        for (int round = 0; round < 5; ++round) {
            CAPTURE(journal, round);
            const Folder folder;
            const std::string path = folder.file("bank.db");
            Database(path).run("PRAGMA journal_mode = " + journal +
                               "; CREATE TABLE poor(id INTEGER PRIMARY KEY, amount INT, note TEXT);"
                               "CREATE TABLE rich(id INTEGER PRIMARY KEY, amount INT, note TEXT);"
                               "INSERT INTO rich WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
                               "FROM n WHERE i < 1000) "
                               "SELECT i, 2000, '' FROM n; INSERT INTO poor SELECT id, 0, note FROM rich;");
            const pid_t writer = ::fork();
            if (writer == 0) moveMoney(path);
            std::this_thread::sleep_for(std::chrono::milliseconds(30 + round * 7));
            ::kill(writer, SIGKILL);
            ::waitpid(writer, nullptr, 0);
            const auto names = folder.names();
            CHECK(readSums(path, SnapshotMode::automatic).amount == money);
            CHECK(folder.names() == names);
        }
}
