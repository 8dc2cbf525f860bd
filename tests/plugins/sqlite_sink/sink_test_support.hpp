// What the tests of the SQLite sink share: runs from a source or from rows made by hand, and a look at files.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "plugins/recording_context.hpp"
#include "plugins/sqlite/sqlite_test_support.hpp"
#include "sinks/sqlite/sqlite_sink.hpp"

namespace roost::sqlite::testing {

[[nodiscard]] SqliteSink::Options sinkOptions(const std::string& path);

/// Tables and rows made by hand. Text of cells must outlive it.
struct Content {
    Catalog catalog;
    std::vector<std::vector<std::vector<Cell>>> rows;  ///< by table, then row

    /// Adds a table with columns of that name and logical type; the first one is the primary key.
    Table& table(const std::string& name, const std::vector<std::pair<std::string, std::string>>& columns);
    /// Adds a row to the table that was added last.
    void row(std::vector<Cell> cells) { rows.back().push_back(std::move(cells)); }
};

/// How far a run goes.
enum class Until { accepted, written, prepared, committed, tidied };

/// Moves everything of `source` (a database file) or `content` into the sink, as the engine does.
Acceptance run(SqliteSink& sink, const std::string& source, Context& context, Until until = Until::tidied);
Acceptance run(SqliteSink& sink, const Content& content, Context& context, Until until = Until::tidied);

/// One whole run from file to file; what it threw, as "message | hint", else "".
std::string move(const std::string& from, const SqliteSink::Options& options,
                 roost::testing::RecordingContext& context);
std::string move(const Content& content, const SqliteSink::Options& options,
                 roost::testing::RecordingContext& context);

/// The first column of every row as text, rows separated by blanks; NULL is "NULL".
[[nodiscard]] std::string query(const std::string& path, const std::string& sql);

/// Makes a database file by SQL.
void make(const std::string& path, const std::string& sql);

/// Every CREATE statement, by type and name.
[[nodiscard]] std::string schemaOf(const std::string& path);

[[nodiscard]] std::string writeErrorOf(const std::function<void()>& work);

}  // namespace roost::sqlite::testing
