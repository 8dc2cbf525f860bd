#include "database.hpp"

#include "roost/error.hpp"

namespace box {

Database::Database(const std::filesystem::path& file, int flags) : file_(file) {
    sqlite3* handle = nullptr;
    const int result = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
    handle_.reset(handle);
    if (result != SQLITE_OK)
        throw roost::Error("cannot open '" + file.native() + "': " + sqlite3_errstr(result),
                           "check the url, and whether the file may be read");
}

void Database::fail(const std::string& action) const {
    throw roost::Error("cannot " + action + " '" + file_.native() + "': " + sqlite3_errmsg(handle_.get()));
}

void Database::run(const char* sql) {
    if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail("use");
}

Statement::Statement(Database& database, const char* sql) : database_(database) {
    sqlite3_stmt* handle = nullptr;
    if (sqlite3_prepare_v2(database.handle(), sql, -1, &handle, nullptr) != SQLITE_OK) database.fail("use");
    handle_.reset(handle);
}

Statement& Statement::bind(int parameter, std::int64_t number) {
    if (sqlite3_bind_int64(handle_.get(), parameter, number) != SQLITE_OK) database_.fail("use");
    return *this;
}

Statement& Statement::bind(int parameter, std::string_view bytes) {
    // A null pointer would bind NULL.
    const char* data = bytes.empty() ? "" : bytes.data();
    if (sqlite3_bind_blob64(handle_.get(), parameter, data, bytes.size(), SQLITE_STATIC) != SQLITE_OK)
        database_.fail("use");
    return *this;
}

bool Statement::step() {
    const int result = sqlite3_step(handle_.get());
    if (result == SQLITE_ROW) return true;
    if (result != SQLITE_DONE) database_.fail("read or write");
    sqlite3_reset(handle_.get());
    return false;
}

std::int64_t Statement::number(int column) const { return sqlite3_column_int64(handle_.get(), column); }

std::string_view Statement::bytes(int column) const {
    const void* data = sqlite3_column_blob(handle_.get(), column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
    return {static_cast<const char*>(data), data == nullptr ? 0 : size};
}

}  // namespace box
