#include "lib/sql/postgresql/table_catalog.hpp"

#include <map>
#include <utility>

#include "lib/sql/postgresql/constraints.hpp"
#include "lib/sql/postgresql/identifiers.hpp"

namespace roost::sql::postgresql {

namespace {

constexpr std::string_view columnsQuery = R"(
SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, format_type(a.atttypid, a.atttypmod), a.attnotnull,
       a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid),
       CASE WHEN a.attcollation <> t.typcollation THEN format('%I.%I', cn.nspname, co.collname) END,
       col_description(a.attrelid, a.attnum), serial.refobjid,
       a.attislocal OR EXISTS (
           SELECT FROM pg_inherits i JOIN pg_attribute pa ON pa.attrelid = i.inhparent AND pa.attname = a.attname
           LEFT JOIN pg_attrdef pd ON pd.adrelid = pa.attrelid AND pd.adnum = pa.attnum
           WHERE i.inhrelid = a.attrelid AND (pa.attnotnull IS DISTINCT FROM a.attnotnull
             OR pg_get_expr(pd.adbin, pd.adrelid) IS DISTINCT FROM pg_get_expr(d.adbin, d.adrelid)))
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_collation co ON co.oid = a.attcollation LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
LEFT JOIN LATERAL (
    SELECT uses.refobjid FROM pg_depend uses
    JOIN pg_depend owned ON owned.classid = 'pg_class'::regclass AND owned.objid = uses.refobjid
      AND owned.refclassid = 'pg_class'::regclass AND owned.refobjid = a.attrelid AND owned.refobjsubid = a.attnum
      AND owned.deptype = 'a'
    WHERE uses.classid = 'pg_attrdef'::regclass AND uses.objid = d.oid AND uses.refclassid = 'pg_class'::regclass
    LIMIT 1) serial ON a.attgenerated = ''
WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum)";

using Positions = std::map<Oid, TableDescription*>;

/// Sequences by the table and the column that own them.
using OwnedSequences = std::map<std::pair<Oid, int>, const Sequence*>;

/// The column's line in CREATE TABLE.
std::string columnClause(const Column& column, const Sequence* identitySequence) {
    std::string clause = quoteIdentifier(column.name) + " " + column.nativeType;
    if (!column.collation.empty()) clause += " COLLATE " + column.collation;
    if (column.generated)
        clause += " GENERATED ALWAYS AS (" + *column.generated +
                  (column.generatedStored ? ") STORED" : ") VIRTUAL");
    if (column.defaultValue) clause += " DEFAULT " + *column.defaultValue;
    if (identitySequence != nullptr)
        clause += std::string(" GENERATED ") +
                  (column.identity == Identity::always ? "ALWAYS" : "BY DEFAULT") +
                  " AS IDENTITY (SEQUENCE NAME " +
                  quoteQualified(identitySequence->schema, identitySequence->name) + " " +
                  identitySequence->options() + ")";
    return column.nullable ? clause : clause + " NOT NULL";
}

void addColumn(const Result& rows, int i, const ColumnTypes& types, const OwnedSequences& sequences,
               TableDescription& to, std::vector<std::string>& warnings) {
    Column column;
    column.name = rows.string(i, 2);
    column.nativeType = rows.string(i, 5);
    column.nullable = !rows.boolean(i, 6);
    column.collation = rows.string(i, 10);
    column.comment = rows.string(i, 11);
    ColumnReading reading = types.reading(column.name, static_cast<Oid>(rows.integer(i, 3)),
                                          static_cast<int>(rows.integer(i, 4)));
    column.type = reading.type;
    const std::string_view identity = rows.text(i, 7);
    const std::string_view generated = rows.text(i, 8);
    if (generated.empty()) {
        column.defaultValue = rows.optional(i, 9);
    } else {
        column.generated = rows.string(i, 9);
        column.generatedStored = generated == "s";
    }
    const Sequence* sequence = nullptr;
    if (!identity.empty() || !rows.isNull(i, 12)) {
        column.identity = identity == "a" ? Identity::always : Identity::byDefault;
        const auto found = sequences.find({to.relation.oid, static_cast<int>(rows.integer(i, 1))});
        if (found != sequences.end()) sequence = found->second;
        if (sequence != nullptr) column.nextValue = sequence->nextValue();
        if (sequence != nullptr && !sequence->readable)
            warnings.push_back(
                "the sequence of " + to.relation.shownName() + "." + column.name +
                " may not be read, so its next value is unknown (GRANT SELECT ON SEQUENCE helps)");
    }
    // What INHERITS brings is not said again: it would stay where the parent loses it.
    if (rows.boolean(i, 13))
        to.columnClauses.push_back(columnClause(column, identity.empty() ? nullptr : sequence));
    to.readings.push_back(std::move(reading));
    to.table.columns.push_back(std::move(column));
}

}  // namespace

std::vector<TableDescription> describeTables(Connection& connection, const std::vector<Relation>& relations,
                                             const std::vector<Sequence>& sequences,
                                             std::vector<std::string>& warnings) {
    std::vector<TableDescription> described(relations.size());
    Positions positions;
    for (std::size_t i = 0; i < relations.size(); ++i) {
        described[i].relation = relations[i];
        described[i].table.schema = catalogSchema(relations[i].schema);
        described[i].table.name = relations[i].name;
        described[i].table.comment = relations[i].comment;
        described[i].table.rows = relations[i].estimatedRows;
        positions.emplace(relations[i].oid, &described[i]);
    }
    OwnedSequences owned;
    for (const Sequence& sequence : sequences)
        if (sequence.ownerTable != 0)
            owned.emplace(std::pair(sequence.ownerTable, sequence.ownerColumn), &sequence);
    const std::string oids = oidArray(relations);
    const ColumnTypes types = ColumnTypes::read(connection, oids);
    const Result columns = connection.query(std::string(columnsQuery), "read the columns", {oids});
    for (int i = 0; i < columns.rows(); ++i)
        addColumn(columns, i, types, owned, *positions.at(static_cast<Oid>(columns.integer(i, 0))), warnings);
    addConstraints(connection, oids, positions, warnings);
    addIndexes(connection, oids, positions, warnings);
    return described;
}

std::string createStatement(const TableDescription& description) {
    const Relation& relation = description.relation;
    std::string sql = std::string("CREATE ") + (relation.unlogged ? "UNLOGGED " : "") + "TABLE " +
                      quoteQualified(relation.schema, relation.name) + " (";
    std::string_view separator = "\n    ";
    for (const auto* clauses : {&description.columnClauses, &description.constraintClauses})
        for (const std::string& clause : *clauses) {
            sql.append(separator).append(clause);
            separator = ",\n    ";
        }
    sql += "\n)";
    if (!relation.inherits.empty()) sql += " INHERITS (" + relation.inherits + ")";
    if (!relation.partitionKey.empty()) sql += " PARTITION BY " + relation.partitionKey;
    if (!relation.storageOptions.empty()) sql += " WITH (" + relation.storageOptions + ")";
    return sql + ";";
}

}  // namespace roost::sql::postgresql
