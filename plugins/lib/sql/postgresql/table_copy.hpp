// The rows of one table on their way into the server.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/sql/postgresql/byte_buffer.hpp"
#include "lib/sql/postgresql/connection.hpp"
#include "lib/sql/postgresql/digest_fields.hpp"
#include "lib/sql/postgresql/row_encoder.hpp"
#include "lib/sql/postgresql/shown_row.hpp"
#include "lib/sql/rejection/bad_values.hpp"
#include "roost/batch.hpp"

namespace roost::sql::postgresql {

/// Where rows go, and how they are named when one is refused.
struct CopyTarget {
    const Table* from = nullptr;  ///< as it comes
    std::string schema;           ///< as the server has it
    std::string relation;         ///< the table that is written to, which may be a stand-in
    std::vector<KeyColumn> key;
    /// Makes a column one of text; false where it can't be one. Null where none can.
    std::function<bool(const TargetColumn&)> widen;
};

/// Loads one table by COPY ... FROM STDIN, in pieces of some megabytes that are held until the server has
/// taken them: a row that it refuses is found, and what BadValues says is done with it; the others go in all
/// the same. The connection is busy from the first add() until finish(); a copy that ends early leaves a
/// connection that can only be closed. Throws Error, ServerError, Interrupted.
class TableCopy {
public:
    /// What is referred to outlives it. `digest`: of the rows that are taken; null for none.
    TableCopy(Connection& connection, CopyTarget target, RowEncoder encoder, BadValues& bad,
              DigestFields* digest);

    void add(const BatchPtr& batch);
    /// Sends what is left and waits for the server. Returns how many rows it has taken.
    std::uint64_t finish();
    [[nodiscard]] const RowEncoder& encoder() const noexcept { return encoder_; }
    [[nodiscard]] const CopyTarget& target() const noexcept { return target_; }
    /// Of the rows that were taken, after finish().
    [[nodiscard]] const std::optional<TableDigest>& digest() const noexcept { return digest_; }

private:
    /// A row with values that were changed so that it fits.
    struct MendedRow {
        std::vector<Cell> cells;
        std::deque<std::string> texts;  ///< that cells point to
    };
    /// A row that comes: its number, counted from 1, and where its cells are.
    struct Row {
        std::uint64_t number = 0;
        std::uint32_t batch = 0;  ///< a place in batches_
        std::uint32_t place = 0;  ///< in that batch
        std::unique_ptr<MendedRow> mended;
    };
    /// What the server complains of: a place in piece_, and the column where it names one.
    struct Refusal {
        std::size_t place = 0;
        std::string column;
    };

    [[nodiscard]] std::span<const Cell> cellsOf(const Row& row) const;
    void addRow(Row row);
    void addPending();
    void letGo();
    [[nodiscard]] bool encode(Row& row);
    [[nodiscard]] bool mend(Row& row, std::size_t column, const std::string& reason, const std::string& hint);
    [[nodiscard]] MendedRow& mendedRow(Row& row) const;
    [[nodiscard]] bool asText(Row& row, std::size_t column, const std::string& reason);
    [[nodiscard]] BadCell badCell(const Row& row, const LoadedColumn* column,
                                  const std::string& reason) const;
    void tellOthers(const Row& row, std::size_t column);
    void addToDigest(std::size_t rowBegin);
    void start();
    void send();
    void endPiece();
    void recover(const ServerError& error);
    [[nodiscard]] std::optional<Refusal> refusalOf(const ServerError& error) const;
    void settle(Row& row, const Refusal& refusal, const ServerError& error);
    void addRowsOfNothing();

    Connection& connection_;
    CopyTarget target_;
    RowEncoder encoder_;
    BadValues& bad_;
    DigestFields* digestFields_;
    std::optional<TableDigest> digest_;
    std::optional<TableDigest> pieceDigest_;
    ByteBuffer buffer_;
    ByteBuffer digestBuffer_;
    BinaryFields fields_;
    std::vector<BatchPtr> batches_;  ///< that rows of piece_ and pending_ may lie in
    std::size_t heldBytes_ = 0;
    std::vector<Row> piece_;   ///< the rows of the COPY that runs, in its order
    std::deque<Row> pending_;  ///< behind one that was refused: to be sent again
    std::size_t pieceRows_;    ///< how many rows a piece may have now
    std::uint64_t rowsAdded_ = 0;
    std::uint64_t rowsTaken_ = 0;
    bool running_ = false;
};

}  // namespace roost::sql::postgresql
