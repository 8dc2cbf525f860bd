// The rows of one table on their way into the server.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "lib/sql/postgresql/byte_buffer.hpp"
#include "lib/sql/postgresql/connection.hpp"
#include "lib/sql/postgresql/row_encoder.hpp"
#include "lib/sql/postgresql/shown_row.hpp"
#include "roost/batch.hpp"

namespace roost::sql::postgresql {

/// Where rows go, and how they are named when one is refused.
struct CopyTarget {
    std::string shownName;  ///< "users", as the catalog has it
    std::string schema;     ///< as the server has it
    std::string relation;   ///< the table that is written to, which may be a stand-in
    std::vector<KeyColumn> key;
};

/// Loads one table by COPY ... FROM STDIN. The connection is busy from the first add() until finish(); a copy
/// that ends early leaves a connection that can only be closed. Holds one buffer of rows, and the last
/// batches, so that a row that the server refuses can be named. Throws Error, ServerError, Interrupted.
class TableCopy {
public:
    TableCopy(Connection& connection, CopyTarget target, RowEncoder encoder);

    void add(const BatchPtr& batch);
    /// Sends what is left and waits for the server. Returns how many rows it has taken.
    std::uint64_t finish();
    [[nodiscard]] const RowEncoder& encoder() const noexcept { return encoder_; }
    [[nodiscard]] const CopyTarget& target() const noexcept { return target_; }

private:
    struct Recent {
        std::uint64_t firstRow = 0;
        BatchPtr batch;
    };

    void start();
    void endCopy();
    void sendBuffer();
    void remember(const BatchPtr& batch);
    void addRowsOfNothing();
    [[noreturn]] void refused(const BadColumn& bad, std::span<const Cell> row) const;
    [[noreturn]] void refused(const ServerError& error) const;
    /// The row of a number counted from 1, if it is still known.
    [[nodiscard]] std::optional<std::span<const Cell>> recentRow(std::uint64_t number) const;

    Connection& connection_;
    CopyTarget target_;
    RowEncoder encoder_;
    ByteBuffer buffer_;
    std::deque<Recent> recent_;
    std::size_t recentBytes_ = 0;
    std::uint64_t rowsAdded_ = 0;
    std::uint64_t rowsTaken_ = 0;   ///< by the COPYs that have ended
    std::uint64_t rowsBefore_ = 0;  ///< added before the COPY that runs
    bool running_ = false;
};

}  // namespace roost::sql::postgresql
