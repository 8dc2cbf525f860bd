#include "lib/sql/postgresql/table_scan.hpp"

#include <memory>
#include <vector>

#include "lib/sql/postgresql/identifiers.hpp"
#include "roost/error.hpp"

namespace roost::sql::postgresql {

namespace {

/// Rows without columns take no memory, and would never fill a batch.
constexpr std::size_t mostRows = 65'536;

/// The columns that are selected, in that order.
std::vector<std::size_t> selected(const TableDescription& table, const ScanScope& scope) {
    if (scope.columns) return *scope.columns;
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < table.readings.size(); ++i)
        if (!table.readings[i].expression.empty()) all.push_back(i);
    return all;
}

std::vector<Field> fieldsOf(const TableDescription& table, const ScanScope& scope) {
    std::vector<Field> fields;
    for (const std::size_t column : selected(table, scope))
        fields.push_back({table.readings[column].form, scope.columns ? fields.size() : column});
    return fields;
}

/// A generated column that no sink needs has no expression of its own.
std::string expressionOf(const TableDescription& table, std::size_t column) {
    const std::string& expression = table.readings[column].expression;
    return expression.empty() ? quoteIdentifier(table.table.columns[column].name) : expression;
}

/// The rows' source and what they must be.
std::string fromClause(const Relation& relation, const std::string& where) {
    std::string from = " FROM " + tableRows(relation);
    if (!relation.extensionFilter.empty()) from += " " + relation.extensionFilter;
    if (!where.empty()) from += (relation.extensionFilter.empty() ? " WHERE (" : " AND (") + where + ")";
    return from;
}

}  // namespace

std::string tableRows(const Relation& relation) {
    return std::string(relation.kind == 'p' ? "" : "ONLY ") + quoteQualified(relation.schema, relation.name);
}

std::string selectStatement(const TableDescription& table, RowOrder order, const ScanScope& scope) {
    std::string sql = "SELECT";
    std::string_view separator = " ";
    for (const std::size_t column : selected(table, scope)) {
        sql.append(separator).append(expressionOf(table, column));
        separator = ", ";
    }
    sql += fromClause(table.relation, scope.where);
    if (order == RowOrder::scan || table.table.primaryKey.empty()) return sql;
    separator = " ORDER BY ";
    for (const std::string& column : table.table.primaryKey) {
        sql.append(separator).append(quoteIdentifier(column));
        separator = ", ";
    }
    return sql;
}

std::uint64_t countRows(Connection& connection, const TableDescription& table, const std::string& where) {
    const Result counted = connection.query("SELECT count(*)" + fromClause(table.relation, where),
                                            "count the rows of table '" + table.table.qualifiedName() + "'");
    return static_cast<std::uint64_t>(counted.integer(0, 0));
}

TableScan::TableScan(Connection& connection, const TableDescription& table, RowOrder order,
                     const ScanScope& scope)
    : connection_(connection),
      table_(table),
      decoder_(fieldsOf(table, scope)),
      width_(scope.columns ? scope.columns->size() : table.table.columns.size()) {
    connection_.startCopyOut("COPY (" + selectStatement(table, order, scope) + ") TO STDOUT (FORMAT binary)",
                             "read table '" + table.table.qualifiedName() + "'");
}

BatchPtr TableScan::next() {
    if (ended_) return nullptr;
    auto batch = std::make_shared<Batch>(table_.table.id, width_);
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
