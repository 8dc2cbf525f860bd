#include "bench/sqlite_output.hpp"

#include <stdexcept>

#include "bench/aviary_schema.hpp"

namespace roost::bench {

SqliteOutput::SqliteOutput(const std::filesystem::path& file) {
    sqlite3* database = nullptr;
    const int result = sqlite3_open(file.c_str(), &database);
    database_.reset(database);
    check(result);
    // A crash leaves a half-made file either way; the journal mode is a connection's own and not in the file.
    run("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-262144; BEGIN");
    run(sqliteSchema().tables);
}

void SqliteOutput::run(std::string_view sql) {
    check(sqlite3_exec(database_.get(), std::string(sql).c_str(), nullptr, nullptr, nullptr));
}

void SqliteOutput::check(int result) {
    if (result != SQLITE_OK && result != SQLITE_DONE)
        throw std::runtime_error("SQLite: " + std::string(sqlite3_errmsg(database_.get())));
}

void SqliteOutput::begin(std::string_view table, std::size_t columns) {
    std::string sql = "INSERT INTO " + std::string(table) + " VALUES (";
    for (std::size_t i = 0; i < columns; ++i) sql += i == 0 ? "?" : ",?";
    sqlite3_stmt* statement = nullptr;
    const int result = sqlite3_prepare_v2(database_.get(), (sql + ")").c_str(), -1, &statement, nullptr);
    insert_.reset(statement);
    check(result);
}

void SqliteOutput::bind(int position, const Value& value) {
    sqlite3_stmt* const insert = insert_.get();
    if (std::holds_alternative<Null>(value)) {
        check(sqlite3_bind_null(insert, position));
    } else if (const auto* flag = std::get_if<bool>(&value)) {
        check(sqlite3_bind_int(insert, position, *flag ? 1 : 0));
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
        check(sqlite3_bind_int64(insert, position, *number));
    } else if (const auto* real = std::get_if<double>(&value)) {
        check(sqlite3_bind_double(insert, position, *real));
    } else {
        std::string_view text;
        if (const auto* moment = std::get_if<Moment>(&value)) {
            const std::size_t start = moments_.size();
            appendMoment(moments_, *moment, 9);
            text = std::string_view(moments_).substr(start);
        } else {
            text = std::get<std::string_view>(value);
        }
        check(sqlite3_bind_text(insert, position, text.data(), static_cast<int>(text.size()), SQLITE_STATIC));
    }
}

void SqliteOutput::row(std::span<const Value> values) {
    moments_.clear();
    moments_.reserve(1024);  // bound in place: it must not move
    for (std::size_t i = 0; i < values.size(); ++i) bind(static_cast<int>(i) + 1, values[i]);
    check(sqlite3_step(insert_.get()));
    check(sqlite3_reset(insert_.get()));
}

void SqliteOutput::end() { insert_.reset(); }

void SqliteOutput::finish() {
    run(sqliteSchema().indexes);
    run("COMMIT");
    database_.reset();
}

}  // namespace roost::bench
