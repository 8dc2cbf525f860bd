#include "lib/sql/postgresql/table_definition.hpp"

#include "lib/sql/postgresql/identifiers.hpp"

namespace roost::sql::postgresql {

namespace {

std::string nameList(const std::vector<std::string>& names) {
    std::string list = "(";
    for (const std::string& name : names) list += (list.size() > 1 ? ", " : "") + quoteIdentifier(name);
    return list + ")";
}

std::string columnClause(const Column& column) {
    std::string clause = quoteIdentifier(column.name) + " " + column.nativeType;
    if (!column.collation.empty()) clause += " COLLATE " + column.collation;
    if (column.generated)
        clause += " GENERATED ALWAYS AS (" + *column.generated + ") STORED";
    else if (column.defaultValue)
        clause += " DEFAULT " + *column.defaultValue;
    else if (column.identity != Identity::none)
        clause += std::string(" GENERATED ") +
                  (column.identity == Identity::always ? "ALWAYS" : "BY DEFAULT") + " AS IDENTITY";
    return column.nullable ? clause : clause + " NOT NULL";
}

/// "CONSTRAINT name ", or nothing where the server is to find a name.
std::string named(const std::string& name) {
    return name.empty() ? std::string() : "CONSTRAINT " + quoteIdentifier(name) + " ";
}

}  // namespace

std::string quotedTable(const std::string& schema, const std::string& name) {
    return quoteQualified(schema.empty() ? "public" : schema, name);
}

std::string createColumns(const Table& table) {
    std::string sql = "CREATE TABLE " + quotedTable(table.schema, table.name) + " (";
    std::string_view separator = "\n    ";
    for (const Column& column : table.columns) {
        sql.append(separator).append(columnClause(column));
        separator = ",\n    ";
    }
    return sql + "\n)";
}

std::vector<std::string> constraintStatements(const Table& table) {
    const std::string alter = "ALTER TABLE " + quotedTable(table.schema, table.name) + " ADD ";
    std::vector<std::string> statements;
    if (!table.primaryKey.empty()) statements.push_back(alter + "PRIMARY KEY " + nameList(table.primaryKey));
    for (const UniqueConstraint& unique : table.uniques)
        statements.push_back(alter + named(unique.name) + "UNIQUE " + nameList(unique.columns));
    for (const CheckConstraint& check : table.checks)
        statements.push_back(alter + named(check.name) + "CHECK (" + check.expression + ")");
    return statements;
}

std::string indexStatement(const Table& table, const Index& index) {
    return std::string("CREATE ") + (index.unique ? "UNIQUE " : "") + "INDEX " +
           (index.name.empty() ? std::string() : quoteIdentifier(index.name) + " ") + "ON " +
           quotedTable(table.schema, table.name) + " " + nameList(index.columns);
}

std::string foreignKeyStatement(const Table& table, const ForeignKey& key, const std::string& parent) {
    std::string sql = "ALTER TABLE " + quotedTable(table.schema, table.name) + " ADD " + named(key.name) +
                      "FOREIGN KEY " + nameList(key.columns) + " REFERENCES " + parent;
    if (!key.targetColumns.empty()) sql += " " + nameList(key.targetColumns);
    sql += " ON UPDATE " + key.onUpdate + " ON DELETE " + key.onDelete;
    if (key.deferrable) sql += key.initiallyDeferred ? " DEFERRABLE INITIALLY DEFERRED" : " DEFERRABLE";
    return sql;
}

std::vector<std::string> commentStatements(const Table& table) {
    std::vector<std::string> statements;
    const std::string name = quotedTable(table.schema, table.name);
    if (!table.comment.empty())
        statements.push_back("COMMENT ON TABLE " + name + " IS " + quoteLiteral(table.comment));
    for (const Column& column : table.columns)
        if (!column.comment.empty())
            statements.push_back("COMMENT ON COLUMN " + name + "." + quoteIdentifier(column.name) + " IS " +
                                 quoteLiteral(column.comment));
    return statements;
}

}  // namespace roost::sql::postgresql
