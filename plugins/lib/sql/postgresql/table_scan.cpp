#include "lib/sql/postgresql/table_scan.hpp"

#include <memory>
#include <vector>

#include "lib/sql/postgresql/identifiers.hpp"
#include "roost/error.hpp"

namespace roost::sql::postgresql {

namespace {

/// Rows without columns take no memory, and would never fill a batch.
constexpr std::size_t mostRows = 65'536;

std::vector<Field> fieldsOf(const TableDescription& table) {
    std::vector<Field> fields;
    for (std::size_t i = 0; i < table.readings.size(); ++i)
        if (!table.readings[i].expression.empty()) fields.push_back({table.readings[i].form, i});
    return fields;
}

std::string fromClause(const Relation& relation) {
    std::string from = std::string(" FROM ") + (relation.kind == 'p' ? "" : "ONLY ") +
                       quoteQualified(relation.schema, relation.name);
    if (!relation.extensionFilter.empty()) from += " " + relation.extensionFilter;
    return from;
}

}  // namespace

std::string selectStatement(const TableDescription& table, RowOrder order) {
    std::string sql = "SELECT";
    std::string_view separator = " ";
    for (const ColumnReading& reading : table.readings) {
        if (reading.expression.empty()) continue;
        sql.append(separator).append(reading.expression);
        separator = ", ";
    }
    sql += fromClause(table.relation);
    if (order == RowOrder::scan || table.table.primaryKey.empty()) return sql;
    separator = " ORDER BY ";
    for (const std::string& column : table.table.primaryKey) {
        sql.append(separator).append(quoteIdentifier(column));
        separator = ", ";
    }
    return sql;
}

std::uint64_t countRows(Connection& connection, const TableDescription& table) {
    const Result counted = connection.query("SELECT count(*)" + fromClause(table.relation),
                                            "count the rows of table '" + table.table.qualifiedName() + "'");
    return static_cast<std::uint64_t>(counted.integer(0, 0));
}

TableScan::TableScan(Connection& connection, const TableDescription& table, RowOrder order)
    : connection_(connection), table_(table), decoder_(fieldsOf(table)) {
    connection_.startCopyOut("COPY (" + selectStatement(table, order) + ") TO STDOUT (FORMAT binary)",
                             "read table '" + table.table.qualifiedName() + "'");
}

BatchPtr TableScan::next() {
    if (ended_) return nullptr;
    auto batch = std::make_shared<Batch>(table_.table.id, table_.table.columns.size());
    CopyRow row;
    while (!batch->full() && batch->rows() < mostRows) {
        if (!connection_.receive(row)) {
            ended_ = true;
            break;
        }
        try {
            decoder_.decode(row.bytes(), *batch);
        } catch (const Error& error) {
            throw Error("cannot read table '" + table_.table.qualifiedName() + "' of " + connection_.name() +
                            " after row " + std::to_string(rows_ + batch->rows()) + ": " + error.what(),
                        error.hint());
        }
    }
    if (ended_ && !decoder_.complete())
        throw Error("the rows of table '" + table_.table.qualifiedName() + "' of " + connection_.name() +
                    " ended without the server's mark of their end");
    rows_ += batch->rows();
    return batch->empty() ? nullptr : std::move(batch);
}

}  // namespace roost::sql::postgresql
