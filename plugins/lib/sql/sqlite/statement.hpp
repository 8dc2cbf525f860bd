// A prepared statement.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "lib/sql/sqlite/connection.hpp"

namespace roost::sqlite {

/// One statement of a Connection, which must outlive it. Every call throws what Connection::fail() throws.
class Statement {
public:
    /// `action` is what a failure will say that it could not do: "read table 'users'".
    Statement(const Connection& connection, std::string_view sql, std::string action);

    /// Moves to the next row; false behind the last one.
    bool step();
    /// step() where the caller wants to word the failure: SQLITE_ROW, SQLITE_DONE or an error code.
    [[nodiscard]] int tryStep() noexcept { return sqlite3_step(handle_.get()); }
    /// Ready to run again, with other values bound.
    void reset() noexcept { sqlite3_reset(handle_.get()); }

    /// Parameters count from 1. The text is copied.
    void bind(int parameter, std::int64_t value);
    void bind(int parameter, std::string_view value);

    /// Columns count from 0. Views are valid until the next step().
    [[nodiscard]] int type(int column) const noexcept { return sqlite3_column_type(handle_.get(), column); }
    [[nodiscard]] bool isNull(int column) const noexcept { return type(column) == SQLITE_NULL; }
    [[nodiscard]] std::int64_t integer(int column) const noexcept {
        return sqlite3_column_int64(handle_.get(), column);
    }
    [[nodiscard]] double real(int column) const noexcept {
        return sqlite3_column_double(handle_.get(), column);
    }
    /// As UTF-8; "" for NULL.
    [[nodiscard]] std::string_view text(int column) const noexcept;
    [[nodiscard]] std::string string(int column) const { return std::string(text(column)); }

    [[nodiscard]] sqlite3_stmt* handle() const noexcept { return handle_.get(); }

private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
    };

    const Connection* connection_;
    std::string action_;
    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

}  // namespace roost::sqlite
