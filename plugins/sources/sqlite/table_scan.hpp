// The rows of one table, by what each value really is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/sql/sqlite/connection.hpp"
#include "lib/sql/sqlite/statement.hpp"
#include "roost/batch.hpp"
#include "roost/catalog.hpp"
#include "sources/sqlite/utf16.hpp"

namespace roost::sqlite {

/// scan: by rowid, or by primary key where the table has no rowid. key: by primary key.
enum class RowOrder : std::uint8_t { scan, key };

/// What of a table is read.
struct ScanScope {
    /// Positions in Table::columns, in the order in which the batch is to have them; nothing for all that are
    /// stored, each at its own position.
    std::optional<std::vector<std::size_t>> columns;
    std::string where;  ///< a condition; "" for all rows
};

/// How the database keeps text; nothing for UTF-8.
[[nodiscard]] std::optional<ByteOrder> textEncoding(const Connection& connection);

/// Reads a table from its first row to its last. Cells stand at the positions of Table::columns; those of
/// generated columns are null, unless they are to be read as well. `connection` and `table` must outlive it.
class TableScan {
public:
    TableScan(const Connection& connection, const Table& table, RowOrder order,
              std::optional<ByteOrder> encoding, const ScanScope& scope = {});

    /// The next batch, never empty; null behind the last row. Throws roost::Error that names the table and
    /// the last row that could be read, or Interrupted.
    [[nodiscard]] BatchPtr next();
    [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }

private:
    void readRow(Batch& batch);
    [[nodiscard]] Cell readText(sqlite3_value* value, Batch& batch) const;
    [[nodiscard]] Cell readBytes(sqlite3_value* value, CellKind kind, Batch& batch) const;
    [[nodiscard]] const char* content(sqlite3_value* value) const;
    void rememberKey(const Batch& batch);
    [[noreturn]] void failAfterLastRow(const Batch& batch);

    const Connection* connection_;
    const Table* table_;
    std::optional<ByteOrder> encoding_;
    std::vector<std::size_t> positions_;  ///< where the cell of each column that is read belongs
    std::size_t width_;                   ///< columns of a batch
    std::vector<std::size_t> keyPositions_;
    Statement statement_;
    std::uint64_t rows_ = 0;
    std::string lastKey_;
    bool finished_ = false;
};

}  // namespace roost::sqlite
