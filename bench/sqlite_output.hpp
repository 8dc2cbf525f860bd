// The rows as Aviary's SQLite file.
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <string>

#include "bench/row_output.hpp"

namespace roost::bench {

/// Makes a new database file with Aviary's tables. Throws std::runtime_error.
class SqliteOutput final : public RowOutput {
public:
    explicit SqliteOutput(const std::filesystem::path& file);

    void begin(std::string_view table, std::size_t columns) override;
    void row(std::span<const Value> values) override;
    void end() override;
    /// Makes the indexes and closes the file.
    void finish() override;

private:
    struct Close {
        void operator()(sqlite3* database) const noexcept { sqlite3_close(database); }
        void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
    };

    void run(std::string_view sql);
    void check(int result);
    void bind(int position, const Value& value);

    std::unique_ptr<sqlite3, Close> database_;
    std::unique_ptr<sqlite3_stmt, Close> insert_;
    std::string moments_;
};

}  // namespace roost::bench
