#include "lib/sql/sqlite/statement.hpp"

#include <utility>

namespace roost::sqlite {

Statement::Statement(const Connection& connection, std::string_view sql, std::string action)
    : connection_(&connection), action_(std::move(action)) {
    sqlite3_stmt* prepared = nullptr;
    const int code = sqlite3_prepare_v3(connection.handle(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
    handle_.reset(prepared);
    if (code != SQLITE_OK) connection_->fail(action_);
}

bool Statement::step() {
    const int code = tryStep();
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) connection_->fail(action_);
    return false;
}

void Statement::bind(int parameter, std::int64_t value) {
    if (sqlite3_bind_int64(handle(), parameter, value) != SQLITE_OK) connection_->fail(action_);
}

void Statement::bind(int parameter, std::string_view value) {
    if (sqlite3_bind_text64(handle(), parameter, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8) !=
        SQLITE_OK)
        connection_->fail(action_);
}

std::string_view Statement::text(int column) const noexcept {
    const unsigned char* data = sqlite3_column_text(handle(), column);
    if (data == nullptr) return {"", 0};
    return {static_cast<const char*>(static_cast<const void*>(data)),
            static_cast<std::size_t>(sqlite3_column_bytes(handle(), column))};
}

}  // namespace roost::sqlite
