// The little of SQLite that a box needs: a connection, and statements on it.
#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace box {

/// A connection to one file. Used by one thread at a time.
class Database {
public:
    /// `flags` are those of sqlite3_open_v2(). Throws roost::Error.
    Database(const std::filesystem::path& file, int flags);
    /// Runs statements that give no rows.
    void run(const char* sql);
    [[nodiscard]] sqlite3* handle() const noexcept { return handle_.get(); }
    /// Throws roost::Error with what SQLite says.
    [[noreturn]] void fail(const std::string& action) const;

private:
    struct Close {
        void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
    };
    std::filesystem::path file_;
    std::unique_ptr<sqlite3, Close> handle_;
};

/// A prepared statement; its parameters count from 1, its columns from 0. The database outlives it.
class Statement {
public:
    Statement(Database& database, const char* sql);
    /// What is bound is read by step() and has to live until then.
    Statement& bind(int parameter, std::int64_t number);
    Statement& bind(int parameter, std::string_view bytes);
    /// True where there is a row. Without one the statement is ready to run again.
    bool step();
    void reset() noexcept { sqlite3_reset(handle_.get()); }
    [[nodiscard]] std::int64_t number(int column) const;
    /// Valid until the next step().
    [[nodiscard]] std::string_view bytes(int column) const;

private:
    struct Finalize {
        void operator()(sqlite3_stmt* handle) const noexcept { sqlite3_finalize(handle); }
    };
    Database& database_;
    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// How a box is marked (PRAGMA application_id), so that no other database is taken for one.
inline constexpr std::int64_t applicationId = 0x626f7831;

}  // namespace box
