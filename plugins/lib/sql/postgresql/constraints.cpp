#include "lib/sql/postgresql/constraints.hpp"

#include "lib/sql/postgresql/identifiers.hpp"
#include "lib/sql/postgresql/table_catalog.hpp"

namespace roost::sql::postgresql {

namespace {

// One row for each column of a constraint, and one with nulls for a check that names none.
constexpr std::string_view constraintsQuery = R"(
SELECT c.oid, c.conrelid, c.conname, c.contype, pg_get_constraintdef(c.oid), pg_get_expr(c.conbin, c.conrelid),
       c.condeferrable, c.condeferred, c.convalidated, fn.nspname, f.relname, c.confupdtype, c.confdeltype,
       a.attname, fa.attname, c.conislocal
FROM pg_constraint c
LEFT JOIN pg_class f ON f.oid = c.confrelid LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
LEFT JOIN LATERAL unnest(c.conkey, c.confkey) WITH ORDINALITY AS key(own, foreign_own, place) ON true
LEFT JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = key.own
LEFT JOIN pg_attribute fa ON fa.attrelid = c.confrelid AND fa.attnum = key.foreign_own
WHERE c.conrelid = ANY ($1::oid[]) AND c.contype IN ('p', 'u', 'c', 'f') AND c.conparentid = 0
ORDER BY c.conrelid, c.contype = 'c', c.contype <> 'p', c.conname, c.oid, key.place)";

// One row for each key column of an index, its name null for an expression.
constexpr std::string_view indexesQuery = R"(
SELECT i.indexrelid, i.indrelid, c.relname, i.indisunique, i.indisvalid OR c.relkind = 'I', pg_get_indexdef(i.indexrelid), a.attname
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
LEFT JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS key(own, place) ON key.place <= i.indnkeyatts
LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = key.own AND key.own > 0
WHERE i.indrelid = ANY ($1::oid[])
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
ORDER BY i.indrelid, c.relname, i.indexrelid, key.place)";

/// pg_constraint.confupdtype and confdeltype.
std::string actionName(std::string_view code) {
    if (code == "r") return "RESTRICT";
    if (code == "c") return "CASCADE";
    if (code == "n") return "SET NULL";
    if (code == "d") return "SET DEFAULT";
    return "NO ACTION";
}

ForeignKey foreignKeyAt(const Result& rows, int i) {
    ForeignKey key;
    key.name = rows.string(i, 2);
    key.deferrable = rows.boolean(i, 6);
    key.initiallyDeferred = rows.boolean(i, 7);
    key.targetSchema = catalogSchema(rows.text(i, 9));
    key.targetTable = rows.string(i, 10);
    key.onUpdate = actionName(rows.text(i, 11));
    key.onDelete = actionName(rows.text(i, 12));
    return key;
}

/// Adds what a constraint is; its columns follow row by row.
void beginConstraint(const Result& rows, int i, TableDescription& to, std::vector<std::string>& warnings) {
    const std::string name = rows.string(i, 2);
    const char kind = rows.text(i, 3).front();
    const bool validated = rows.boolean(i, 8);
    if (!validated)
        warnings.push_back("constraint '" + name + "' of table " + to.table.qualifiedName() +
                           " is NOT VALID: rows may break it");
    if (kind == 'u') to.table.uniques.push_back({name, {}});
    if (kind == 'c' && validated) to.table.checks.push_back({name, rows.string(i, 5)});
    if (kind == 'f') to.table.foreignKeys.push_back(foreignKeyAt(rows, i));
    if (kind != 'f' && validated && rows.boolean(i, 15))
        to.constraintClauses.push_back("CONSTRAINT " + quoteIdentifier(name) + " " + rows.string(i, 4));
}

void addColumn(const Result& rows, int i, Table& to) {
    if (rows.isNull(i, 13)) return;
    const char kind = rows.text(i, 3).front();
    if (kind == 'p') to.primaryKey.push_back(rows.string(i, 13));
    if (kind == 'u') to.uniques.back().columns.push_back(rows.string(i, 13));
    if (kind == 'f') {
        to.foreignKeys.back().columns.push_back(rows.string(i, 13));
        to.foreignKeys.back().targetColumns.push_back(rows.string(i, 14));
    }
}

}  // namespace

void addConstraints(Connection& connection, const std::string& oids,
                    const std::map<Oid, TableDescription*>& tables, std::vector<std::string>& warnings) {
    const Result rows = connection.query(std::string(constraintsQuery), "read the constraints", {oids});
    for (int i = 0; i < rows.rows(); ++i) {
        TableDescription& to = *tables.at(static_cast<Oid>(rows.integer(i, 1)));
        if (i == 0 || rows.text(i, 0) != rows.text(i - 1, 0)) beginConstraint(rows, i, to, warnings);
        addColumn(rows, i, to.table);
    }
}

void addIndexes(Connection& connection, const std::string& oids,
                const std::map<Oid, TableDescription*>& tables, std::vector<std::string>& warnings) {
    const Result rows = connection.query(std::string(indexesQuery), "read the indexes", {oids});
    bool simple = true;
    for (int i = 0; i < rows.rows(); ++i) {
        Table& to = tables.at(static_cast<Oid>(rows.integer(i, 1)))->table;
        const bool first = i == 0 || rows.text(i, 0) != rows.text(i - 1, 0);
        if (!rows.boolean(i, 4)) {
            if (first)
                warnings.push_back("index '" + rows.string(i, 2) + "' of table " + to.qualifiedName() +
                                   " is invalid (a CREATE INDEX failed) and left out");
            continue;
        }
        if (first) {
            simple = true;
            to.indexes.push_back({rows.string(i, 2), rows.boolean(i, 3), {}, rows.string(i, 5)});
        }
        Index& index = to.indexes.back();
        if (rows.isNull(i, 6)) simple = false;
        if (simple)
            index.columns.push_back(rows.string(i, 6));
        else
            index.columns.clear();
    }
}

}  // namespace roost::sql::postgresql
