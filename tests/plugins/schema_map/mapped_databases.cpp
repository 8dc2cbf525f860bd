#include "plugins/schema_map/mapped_databases.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <iterator>

#include "lib/sql/postgresql/table_definition.hpp"
#include "lib/sql/sqlite/ddl_text.hpp"
#include "plugins/postgresql/quiet_context.hpp"
#include "plugins/sqlite/sqlite_test_support.hpp"
#include "sources/postgresql/postgresql_source.hpp"

namespace roost::test {

namespace {

std::string joined(std::vector<std::string> names) {
    std::ranges::sort(names);
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ",") + name;
    return list;
}

/// DEFAULT NULL says nothing.
bool hasDefault(const Column& column) {
    return column.defaultValue && *column.defaultValue != "NULL" &&
           !column.defaultValue->starts_with("NULL::");
}

void addColumn(const std::string& table, const Column& column, std::vector<std::string>& lines) {
    std::string line = "column " + table + "." + column.name + " ";
    // Only a column of 64 bits numbers its rows in SQLite, and a sequence is the numbering, not a default.
    const bool numbered = column.identity != Identity::none ||
                          (column.defaultValue && column.defaultValue->starts_with("nextval("));
    line += numbered ? "whole number" : format(column.type);
    if (!column.nullable) line += " not null";
    if (numbered) line += " numbered";
    if (!numbered && hasDefault(column)) line += " default";
    if (column.generated) line += " generated";
    lines.push_back(line);
}

}  // namespace

Catalog readSqlite(const std::filesystem::path& file) {
    sqlite::testing::Host host;
    return sqlite::SqliteSource(sqlite::testing::optionsFor(file.string())).catalog(host);
}

Catalog sqliteCatalog(const std::string& sql) {
    const sqlite::testing::Folder folder;
    const std::string file = folder.file("made.db");
    sqlite::testing::Database database(file);
    database.run(sql);
    database.close();
    return readSqlite(file);
}

Catalog readPostgresql(const ScratchDatabase& database) {
    QuietContext context;
    postgresql::PostgresqlSource::Options options;
    options.url = Location::parse(database.url());
    return postgresql::PostgresqlSource(options).catalog(context);
}

void createSqlite(const std::filesystem::path& file, const Catalog& catalog) {
    REQUIRE(catalog.dialect == "sqlite");
    sqlite::testing::Database database(file.string());
    database.run("PRAGMA foreign_keys = ON");
    for (const Table& table : catalog.tables)
        database.run(table.nativeSql.empty() ? sqlite::createTableText(table) : table.nativeSql);
    for (const Table& table : catalog.tables)
        for (const Index& index : table.indexes) database.run(sqlite::createIndexText(table, index));
}

void createPostgresql(ScratchDatabase& database, const Catalog& catalog) {
    REQUIRE(catalog.dialect == "postgresql");
    Session session(database.name());
    for (const Table& table : catalog.tables)
        if (!table.schema.empty()) session.run("CREATE SCHEMA IF NOT EXISTS \"" + table.schema + "\"");
    for (const Table& table : catalog.tables) session.run(sql::postgresql::createColumns(table));
    for (const Table& table : catalog.tables) {
        for (const std::string& statement : sql::postgresql::constraintStatements(table))
            session.run(statement);
        for (const Index& index : table.indexes)
            session.run(index.nativeSql.empty() ? sql::postgresql::indexStatement(table, index)
                                                : index.nativeSql);
    }
    for (const Table& table : catalog.tables)
        for (const ForeignKey& key : table.foreignKeys)
            session.run(sql::postgresql::foreignKeyStatement(
                table, key, sql::postgresql::quotedTable(key.targetSchema, key.targetTable)));
}

std::vector<std::string> outline(const Catalog& catalog) {
    std::vector<std::string> lines;
    for (const Table& table : catalog.tables) {
        const std::string name = table.qualifiedName();
        for (const Column& column : table.columns) addColumn(name, column, lines);
        if (!table.primaryKey.empty()) {
            std::string key = "key " + name;
            for (const std::string& column : table.primaryKey) key += " " + column;
            lines.push_back(key);
        }
        for (const UniqueConstraint& unique : table.uniques)
            lines.push_back("unique " + name + " " + joined(unique.columns));
        for (const ForeignKey& key : table.foreignKeys) {
            std::string line = "reference " + name;
            for (const std::string& column : key.columns) line += " " + column;
            line += " to " + key.targetTable;
            for (const std::string& column : key.targetColumns) line += " " + column;
            lines.push_back(line + " " + key.onUpdate + "/" + key.onDelete +
                            (key.deferrable ? " deferrable" : "") +
                            (key.initiallyDeferred ? " deferred" : ""));
        }
        for (const Index& index : table.indexes)
            lines.push_back(std::string(index.unique ? "unique index " : "index ") + index.name + " " + name +
                            " " + (index.columns.empty() ? "(expression)" : joined(index.columns)));
        lines.push_back("checks " + name + " " + std::to_string(table.checks.size()));
    }
    std::ranges::sort(lines);
    return lines;
}

std::vector<std::string> differences(const Catalog& a, const Catalog& b) {
    const std::vector<std::string> left = outline(a);
    const std::vector<std::string> right = outline(b);
    std::vector<std::string> only;
    std::ranges::set_symmetric_difference(left, right, std::back_inserter(only));
    return only;
}

const Table& tableOf(const Catalog& catalog, const std::string& name) {
    const auto found = std::ranges::find_if(
        catalog.tables, [&](const Table& table) { return table.qualifiedName() == name; });
    if (found == catalog.tables.end()) FAIL("there is no table " << name);
    return *found;
}

const Column& columnOf(const Catalog& catalog, const std::string& table, const std::string& name) {
    const Table& found = tableOf(catalog, table);
    const auto place = found.columnIndex(name);
    if (!place) FAIL("there is no column " << name);
    return found.columns[*place];
}

std::vector<std::string> lossesOf(const Catalog& catalog) {
    std::vector<std::string> lines;
    for (const Loss& loss : catalog.losses) {
        const std::string table = loss.schema.empty() ? loss.table : loss.schema + "." + loss.table;
        lines.push_back(table.empty() ? loss.message : table + ": " + loss.message);
    }
    return lines;
}

}  // namespace roost::test
