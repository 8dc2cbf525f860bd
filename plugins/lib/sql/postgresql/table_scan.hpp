// The rows of one table, streamed into batches.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/sql/postgresql/connection.hpp"
#include "lib/sql/postgresql/row_decoder.hpp"
#include "lib/sql/postgresql/table_catalog.hpp"
#include "roost/batch.hpp"

namespace roost::sql::postgresql {

enum class RowOrder : std::uint8_t { scan, key };

/// What of a table is read.
struct ScanScope {
    /// Positions in Table::columns, in the order in which the batch is to have them; nothing for all, each at
    /// its own position.
    std::optional<std::vector<std::size_t>> columns;
    std::string where;  ///< a condition; "" for all rows
};

/// "ONLY schema.name": the table itself without its heirs, a partitioned one with its partitions.
[[nodiscard]] std::string tableRows(const Relation& relation);

/// The SELECT that gives a table's rows: of the table itself without those of its heirs, of a partitioned one
/// with those of its partitions. `order` key sorts by the primary key; a table without one stays in scan
/// order.
[[nodiscard]] std::string selectStatement(const TableDescription& table, RowOrder order,
                                          const ScanScope& scope = {});

/// The number of rows that selectStatement() gives; `where` as in ScanScope.
[[nodiscard]] std::uint64_t countRows(Connection& connection, const TableDescription& table,
                                      const std::string& where = {});

/// Reads one table by COPY. The connection is busy until next() returned null; a scan that ends early leaves
/// a connection that can only be closed. Holds one row and one batch at a time.
class TableScan {
public:
    /// `table` outlives the scan.
    TableScan(Connection& connection, const TableDescription& table, RowOrder order,
              const ScanScope& scope = {});

    /// The next rows; null after the last. Throws ServerError, Error, Interrupted.
    [[nodiscard]] BatchPtr next();
    [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }

private:
    Connection& connection_;
    const TableDescription& table_;
    RowDecoder decoder_;
    std::size_t width_;  ///< columns of a batch
    std::uint64_t rows_ = 0;
    bool ended_ = false;
};

}  // namespace roost::sql::postgresql
