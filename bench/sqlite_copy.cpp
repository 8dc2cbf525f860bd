// The yardstick for a restore into SQLite: a plain loop of prepared inserts in one transaction, fed by a
// second file's rows. No options, no checks: as fast as the library's own interface goes.
//
//     roost-bench-sqlite-copy FROM TO     TO has the same tables, which are empty
#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace {

struct Close {
    void operator()(sqlite3* database) const noexcept { sqlite3_close(database); }
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, Close>;
using Statement = std::unique_ptr<sqlite3_stmt, Close>;

[[noreturn]] void fail(sqlite3* database) {
    std::fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(database));
    std::exit(1);
}

Database open(const char* path, int flags) {
    sqlite3* database = nullptr;
    const int result = sqlite3_open_v2(path, &database, flags | SQLITE_OPEN_NOMUTEX, nullptr);
    Database owned(database);
    if (result != SQLITE_OK) fail(database);
    return owned;
}

Statement prepare(sqlite3* database, const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) fail(database);
    return Statement(statement);
}

void run(sqlite3* database, const char* sql) {
    if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(database);
}

void copyTable(sqlite3* from, sqlite3* to, const std::string& table) {
    const Statement read = prepare(from, "SELECT * FROM \"" + table + "\"");
    const int columns = sqlite3_column_count(read.get());
    std::string sql = "INSERT INTO \"" + table + "\" VALUES (";
    for (int i = 0; i < columns; ++i) sql += i == 0 ? "?" : ", ?";
    const Statement write = prepare(to, sql + ")");
    while (sqlite3_step(read.get()) == SQLITE_ROW) {
        for (int i = 0; i < columns; ++i)
            sqlite3_bind_value(write.get(), i + 1, sqlite3_column_value(read.get(), i));
        if (sqlite3_step(write.get()) != SQLITE_DONE) fail(to);
        sqlite3_reset(write.get());
    }
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) {
        std::fprintf(stderr, "usage: roost-bench-sqlite-copy FROM TO\n");
        return 2;
    }
    const Database from = open(arguments[1], SQLITE_OPEN_READONLY);
    const Database to = open(arguments[2], SQLITE_OPEN_READWRITE);
    std::vector<std::string> tables;
    {
        const Statement names = prepare(
            from.get(), "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
        while (sqlite3_step(names.get()) == SQLITE_ROW)
            tables.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(names.get(), 0)));
    }
    run(to.get(), "BEGIN");
    for (const std::string& table : tables) copyTable(from.get(), to.get(), table);
    run(to.get(), "COMMIT");
    return 0;
}
