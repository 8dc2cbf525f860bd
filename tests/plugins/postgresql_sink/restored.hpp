// Runs the PostgreSQL sink as the engine does, from a source or from rows made by hand.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "plugins/postgresql/test_server.hpp"
#include "plugins/recording_context.hpp"
#include "roost/catalog.hpp"
#include "roost/item.hpp"
#include "sinks/postgresql/postgresql_sink.hpp"

namespace roost::test {

using SinkOptions = postgresql::PostgresqlSink::Options;

[[nodiscard]] SinkOptions into(const ScratchDatabase& database);
[[nodiscard]] SinkOptions into(const std::string& url);

/// Tables and rows made by hand. Text of cells must outlive it (string literals).
class Content {
public:
    using Row = std::vector<Cell>;

    explicit Content(std::string dialect = "sqlite") { catalog.dialect = std::move(dialect); }
    /// Adds a table with columns of these names and types ("id", "int64"; "at", "timestamptz
    /// as seconds").
    Table& add(const std::string& name, const std::vector<std::pair<std::string, std::string>>& columns,
               std::vector<Row> rows);

    Catalog catalog;
    std::vector<std::vector<Row>> rows;  ///< at the position of catalog.tables
};

[[nodiscard]] inline Cell text(std::string_view value) { return Cell::view(CellKind::text, value); }
[[nodiscard]] inline Cell number(std::int64_t value) { return Cell::integer(value); }

/// What a run came to.
struct Restored {
    Acceptance acceptance;
    std::vector<std::string> warnings;  ///< of the run; the plan's are in `acceptance`
    std::vector<std::pair<std::string, std::string>> asides;
    std::vector<std::string> journal;
    std::vector<std::pair<std::string, std::string>> summary;

    [[nodiscard]] bool warned(const std::string& part) const;
};

/// Accepts, loads and commits; a dry run aborts instead. Throws what the sink throws, after abort(); a
/// refusal is an Error with all of them, a line each.
[[nodiscard]] Restored restore(const Content& content, const SinkOptions& options, bool dryRun = false);
/// The same with all that a database holds.
[[nodiscard]] Restored copyDatabase(const ScratchDatabase& from, const SinkOptions& options,
                                    bool dryRun = false);

/// The message of the Error that the restore ends with, "" if it does not.
[[nodiscard]] std::string failureOf(const Content& content, const SinkOptions& options);

/// pg_dump's text of a database, without what differs from run to run. `arguments` go to pg_dump.
[[nodiscard]] std::string dump(const ScratchDatabase& database, const std::string& arguments = {});

/// The rows of a query, columns with '|', rows with line feeds between.
[[nodiscard]] std::string table(const ScratchDatabase& database, const std::string& query);

}  // namespace roost::test
