#include "sources/sqlite/table_scan.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "lib/sql/name_pattern.hpp"
#include "lib/sql/quoting.hpp"
#include "lib/sql/sqlite/catalog_reader.hpp"
#include "lib/sql/sqlite/shown_cell.hpp"
#include "roost/error.hpp"

namespace roost::sqlite {

namespace {

using sql::quoteIdentifier;

std::string actionFor(const Table& table) { return "read table '" + table.name + "'"; }

/// The key's columns with the collation and direction in which their index keeps them, so that following it
/// takes no sorting; "" where the table has no index for its key.
std::string indexedKey(const Connection& connection, const Table& table) {
    Statement parts(
        connection,
        "SELECT x.name, x.coll, x.\"desc\" FROM pragma_index_list(?1, 'main') AS l, "
        "pragma_index_xinfo(l.name, 'main') AS x WHERE l.origin = 'pk' AND x.\"key\" ORDER BY x.seqno",
        actionFor(table));
    parts.bind(1, std::string_view(table.name));
    std::string order;
    while (parts.step())
        order += (order.empty() ? "" : ", ") + quoteIdentifier(parts.text(0)) + " COLLATE " +
                 quoteIdentifier(parts.text(1)) + (parts.integer(2) != 0 ? " DESC" : "");
    return order;
}

bool hasRowid(const Connection& connection, const Table& table) {
    Statement listed(connection, "SELECT wr FROM pragma_table_list(?1) WHERE schema = 'main'",
                     actionFor(table));
    listed.bind(1, std::string_view(table.name));
    return !listed.step() || listed.integer(0) == 0;
}

/// A name of the rowid that no column hides; "" if all are taken.
std::string rowidName(const Table& table) {
    for (const std::string_view name : {"rowid", "_rowid_", "oid"})
        if (std::ranges::none_of(table.columns, [&](const Column& column) {
                return sql::sameName(column.name, name, sql::NameCase::folded);
            }))
            return std::string(name);
    return {};
}

/// Rows stay in the order of the scan, whatever index finds those that are wanted.
std::string orderOf(const Connection& connection, const Table& table, RowOrder order, bool chosen) {
    if (!hasRowid(connection, table)) return " ORDER BY " + indexedKey(connection, table);
    const std::string rowid = rowidName(table);
    if (order == RowOrder::scan || table.primaryKey.empty())
        return chosen && !rowid.empty() ? " ORDER BY " + rowid : "";
    std::string key = indexedKey(connection, table);
    if (key.empty()) return " ORDER BY " + quoteIdentifier(table.primaryKey.front());
    // A key may hold NULL more than once.
    if (!rowid.empty()) key += ", " + rowid;
    return " ORDER BY " + key;
}

std::vector<std::size_t> columnsToRead(const Table& table, const ScanScope& scope) {
    if (scope.columns) return *scope.columns;
    std::vector<std::size_t> stored;
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        if (isStored(table.columns[i])) stored.push_back(i);
    return stored;
}

std::string selectRows(const Connection& connection, const Table& table, RowOrder order,
                       const ScanScope& scope) {
    std::string select;
    for (const std::size_t column : columnsToRead(table, scope))
        select += (select.empty() ? "SELECT " : ", ") + quoteIdentifier(table.columns[column].name);
    select += " FROM main." + quoteIdentifier(table.name);
    const bool chosen = !scope.where.empty();
    const std::string sorted = orderOf(connection, table, order, chosen);
    if (chosen) return select + " WHERE " + scope.where + sorted;
    // Without this SQLite would rather walk an index that has all columns, in another order.
    return select + (sorted.empty() ? " NOT INDEXED" : sorted);
}

}  // namespace

std::optional<ByteOrder> textEncoding(const Connection& connection) {
    Statement encoding(connection, "PRAGMA encoding", "read its encoding");
    if (!encoding.step() || encoding.text(0) == "UTF-8") return std::nullopt;
    return encoding.text(0) == "UTF-16be" ? ByteOrder::big : ByteOrder::little;
}

TableScan::TableScan(const Connection& connection, const Table& table, RowOrder order,
                     std::optional<ByteOrder> encoding, const ScanScope& scope)
    : connection_(&connection),
      table_(&table),
      encoding_(encoding),
      positions_(columnsToRead(table, scope)),
      width_(scope.columns ? positions_.size() : table.columns.size()),
      statement_(connection, selectRows(connection, table, order, scope), actionFor(table)) {
    if (scope.columns) {
        std::iota(positions_.begin(), positions_.end(), std::size_t{0});
        return;  // the key may not be among them: rows are named by their number
    }
    for (const std::string& name : table.primaryKey) keyPositions_.push_back(*table.columnIndex(name));
}

BatchPtr TableScan::next() {
    if (finished_) return nullptr;
    auto batch = std::make_shared<Batch>(table_->id, width_);
    while (!batch->full()) {
        const int code = statement_.tryStep();
        if (code == SQLITE_ROW) {
            readRow(*batch);
            continue;
        }
        if (code != SQLITE_DONE) failAfterLastRow(*batch);
        finished_ = true;
        break;
    }
    if (batch->empty()) return nullptr;
    rows_ += batch->rows();
    rememberKey(*batch);
    return batch;
}

// Through sqlite3_column_value(): each sqlite3_column_...() call looks for errors of the whole statement,
// which takes longer than reading the value. It is safe since connections are opened without mutexes.
void TableScan::readRow(Batch& batch) {
    const std::span<Cell> cells = batch.addRow();
    for (std::size_t i = 0; i < positions_.size(); ++i) {
        sqlite3_value* value = sqlite3_column_value(statement_.handle(), static_cast<int>(i));
        Cell& cell = cells[positions_[i]];
        switch (sqlite3_value_type(value)) {
            case SQLITE_INTEGER:
                cell = Cell::integer(sqlite3_value_int64(value));
                break;
            case SQLITE_FLOAT:
                cell = Cell::real(sqlite3_value_double(value));
                break;
            case SQLITE_TEXT:
                cell = encoding_ ? readText(value, batch) : readBytes(value, CellKind::text, batch);
                break;
            case SQLITE_BLOB:
                cell = readBytes(value, CellKind::bytes, batch);
                break;
            default:
                break;  // NULL, as addRow() made it
        }
    }
}

/// Asked for as a blob also where it is text: what stands in the file, without a NUL that SQLite would append
/// and copy it for. Never null.
const char* TableScan::content(sqlite3_value* value) const {
    const void* data = sqlite3_value_blob(value);
    if (data != nullptr) return static_cast<const char*>(data);
    if (sqlite3_errcode(connection_->handle()) == SQLITE_NOMEM) connection_->fail(actionFor(*table_));
    return "";
}

Cell TableScan::readBytes(sqlite3_value* value, CellKind kind, Batch& batch) const {
    const char* data = content(value);
    return Cell::view(kind, batch.store({data, static_cast<std::size_t>(sqlite3_value_bytes(value))}));
}

Cell TableScan::readText(sqlite3_value* value, Batch& batch) const {
    const std::string_view text(content(value), static_cast<std::size_t>(sqlite3_value_bytes16(value)));
    if (text.size() < 2) return Cell::view(CellKind::text, {"", 0});
    const std::span<char> target = batch.allocate(text.size() / 2 * 3);
    return Cell::view(CellKind::text, {target.data(), convertUtf16(text, *encoding_, target)});
}

void TableScan::rememberKey(const Batch& batch) {
    const auto row = batch.row(batch.rows() - 1);
    lastKey_.clear();
    for (std::size_t i = 0; i < keyPositions_.size(); ++i)
        lastKey_ += (i == 0 ? "" : ", ") + table_->primaryKey[i] + " = " + shownCell(row[keyPositions_[i]]);
    if (lastKey_.empty()) lastKey_ = "row number " + std::to_string(rows_);
}

void TableScan::failAfterLastRow(const Batch& batch) {
    if (!batch.empty()) {
        rows_ += batch.rows();
        rememberKey(batch);
    }
    connection_->fail(actionFor(*table_) +
                      (lastKey_.empty() ? " from its first row on" : " behind " + lastKey_));
}

}  // namespace roost::sqlite
