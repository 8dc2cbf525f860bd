#include "conformance/contracts.hpp"

#include <algorithm>
#include <set>

namespace roost::conformance {

namespace {

void requireColumns(const Table& table, const std::vector<std::string>& columns, const std::string& what) {
    for (const std::string& column : columns)
        require(table.columnIndex(column).has_value(), "table " + table.qualifiedName() + ": its " + what +
                                                           " has a column '" + column +
                                                           "', which the table does not have");
}

void requireSoundTable(const Table& table) {
    require(!table.name.empty(), "a table has no name");
    require(!table.columns.empty(), "table " + table.qualifiedName() + " has no columns");
    std::set<std::string> names;
    for (const Column& column : table.columns) {
        require(!column.name.empty(), "table " + table.qualifiedName() + ": a column has no name");
        require(names.insert(column.name).second,
                "table " + table.qualifiedName() + " has two columns '" + column.name + "'");
    }
    requireColumns(table, table.primaryKey, "primary key");
    for (const UniqueConstraint& unique : table.uniques)
        requireColumns(table, unique.columns, "unique constraint");
    for (const ForeignKey& key : table.foreignKeys) {
        requireColumns(table, key.columns, "foreign key");
        require(key.targetColumns.empty() || key.targetColumns.size() == key.columns.size(),
                "table " + table.qualifiedName() + ": a foreign key has " +
                    std::to_string(key.columns.size()) + " columns and refers to " +
                    std::to_string(key.targetColumns.size()));
    }
    for (const Index& index : table.indexes) requireColumns(table, index.columns, "index");
}

}  // namespace

void requireSound(const Catalog& catalog) {
    std::set<std::string> names;
    std::set<TableId> ids;
    for (const Table& table : catalog.tables) {
        requireSoundTable(table);
        require(names.insert(table.qualifiedName()).second,
                "the catalog has table " + table.qualifiedName() + " twice");
        require(ids.insert(table.id).second,
                "table " + table.qualifiedName() + " has the number of another one");
    }
    std::set<std::string> kinds;
    for (const EntryKindTotals& kind : catalog.entryKinds) {
        require(!kind.kind.empty() && kind.kind.find('/') == std::string::npos,
                "'" + kind.kind + "' is no name for a kind of files");
        require(kinds.insert(kind.kind).second, "the catalog has the kind '" + kind.kind + "' twice");
    }
    require(catalog.tables.empty() || !catalog.dialect.empty(), "the catalog has tables and no dialect");
    for (const std::string& warning : catalog.warnings) require(!warning.empty(), "a warning says nothing");
}

void requireDone(const Ran& ran) {
    require(ran.code == ExitCode::done || ran.code == ExitCode::setAside,
            ran.message.empty() ? "the run failed and says nothing" : ran.message);
}

void requireFailed(const Ran& ran, const std::string& expected) {
    require(ran.code != ExitCode::done && ran.code != ExitCode::setAside, expected);
    require(!ran.message.empty() && !ran.message.ends_with(": "), "what it threw says nothing");
}

void requireBounded(const MemoryMeter& meter, std::uint64_t moved) {
    const std::uint64_t growth = meter.growth();
    require(growth <= memoryLimit, "memory grew by " + mebibytes(growth) + " while " + mebibytes(moved) +
                                       " moved; " + mebibytes(memoryLimit) + " is the limit");
}

std::string mebibytes(std::uint64_t bytes) { return std::to_string(bytes >> 20U) + " MiB"; }

}  // namespace roost::conformance
