#include "lib/sql/postgresql/sequences.hpp"

#include <algorithm>
#include <map>

#include "lib/sql/postgresql/identifiers.hpp"

namespace roost::sql::postgresql {

namespace {

constexpr std::string_view sequencesQuery = R"(
SELECT c.oid, n.nspname, c.relname, coalesce(owner.refobjid, 0), coalesce(owner.refobjsubid, 0),
       tn.nspname, t.relname, a.attname, coalesce(owner.deptype = 'i', false),
       format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
       has_sequence_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE')
FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_depend owner ON owner.classid = 'pg_class'::regclass AND owner.objid = c.oid AND owner.objsubid = 0
  AND owner.refclassid = 'pg_class'::regclass AND owner.refobjsubid > 0 AND owner.deptype IN ('a', 'i')
LEFT JOIN pg_class t ON t.oid = owner.refobjid LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = owner.refobjid AND a.attnum = owner.refobjsubid
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relpersistence <> 't'
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
ORDER BY n.nspname, c.relname)";

Sequence sequenceAt(const Result& rows, int i) {
    Sequence sequence;
    sequence.oid = static_cast<Oid>(rows.integer(i, 0));
    sequence.schema = rows.string(i, 1);
    sequence.name = rows.string(i, 2);
    sequence.ownerTable = static_cast<Oid>(rows.integer(i, 3));
    sequence.ownerColumn = static_cast<int>(rows.integer(i, 4));
    sequence.ownerTableSchema = rows.string(i, 5);
    sequence.ownerTableName = rows.string(i, 6);
    sequence.ownerColumnName = rows.string(i, 7);
    sequence.identity = rows.boolean(i, 8);
    sequence.typeName = rows.string(i, 9);
    sequence.start = rows.integer(i, 10);
    sequence.increment = rows.integer(i, 11);
    sequence.minimum = rows.integer(i, 12);
    sequence.maximum = rows.integer(i, 13);
    sequence.cache = rows.integer(i, 14);
    sequence.cycles = rows.boolean(i, 15);
    sequence.readable = rows.boolean(i, 16);
    return sequence;
}

/// Where they stand. pg_sequences would hide the value of a sequence that was set and not yet used.
void readStates(Connection& connection, std::vector<Sequence>& sequences) {
    constexpr std::size_t atOnce = 100;
    std::map<Oid, Sequence*> readable;
    for (Sequence& sequence : sequences)
        if (sequence.readable) readable.emplace(sequence.oid, &sequence);
    std::string sql;
    std::size_t pending = 0;
    std::size_t left = readable.size();
    for (const auto& [oid, sequence] : readable) {
        sql += (pending == 0 ? "" : " UNION ALL ") + std::string("SELECT ") + std::to_string(oid) +
               "::bigint, last_value, is_called FROM " + quoteQualified(sequence->schema, sequence->name);
        --left;
        if (++pending < atOnce && left > 0) continue;
        const Result rows = connection.query(sql, "read the sequences");
        for (int i = 0; i < rows.rows(); ++i) {
            Sequence& found = *readable.at(static_cast<Oid>(rows.integer(i, 0)));
            found.lastValue = rows.integer(i, 1);
            found.called = rows.boolean(i, 2);
        }
        sql.clear();
        pending = 0;
    }
}

}  // namespace

std::optional<std::int64_t> Sequence::nextValue() const {
    if (!readable) return std::nullopt;
    if (!called) return lastValue;
    std::int64_t next = 0;
    const bool beyond =
        __builtin_add_overflow(lastValue, increment, &next) || next > maximum || next < minimum;
    if (!beyond) return next;
    if (!cycles) return std::nullopt;
    return increment > 0 ? minimum : maximum;
}

std::string Sequence::options() const {
    std::string text = "START WITH " + std::to_string(start) + " INCREMENT BY " + std::to_string(increment) +
                       " MINVALUE " + std::to_string(minimum) + " MAXVALUE " + std::to_string(maximum) +
                       " CACHE " + std::to_string(cache);
    return cycles ? text + " CYCLE" : text;
}

NativeObject Sequence::object() const {
    NativeObject object;
    object.type = "sequence";
    object.schema = catalogSchema(schema);
    object.name = name;
    const std::string quoted = quoteQualified(schema, name);
    object.sql = "CREATE SEQUENCE " + quoted + " AS " + typeName + " " + options() + ";";
    if (readable)
        object.sql += "\nSELECT pg_catalog.setval(" + quoteLiteral(quoted) + ", " +
                      std::to_string(lastValue) + ", " + (called ? "true" : "false") + ");";
    return object;
}

NativeObject Sequence::ownership() const {
    NativeObject object;
    object.type = "sequence owner";
    object.schema = catalogSchema(schema);
    object.name = name;
    object.table = ownerTableName;
    object.sql = "ALTER SEQUENCE " + quoteQualified(schema, name) + " OWNED BY " +
                 quoteQualified(ownerTableSchema, ownerTableName) + "." + quoteIdentifier(ownerColumnName) +
                 ";";
    return object;
}

std::vector<Sequence> readSequences(Connection& connection) {
    const Result rows = connection.query(std::string(sequencesQuery), "list the sequences");
    std::vector<Sequence> sequences;
    for (int i = 0; i < rows.rows(); ++i) sequences.push_back(sequenceAt(rows, i));
    readStates(connection, sequences);
    return sequences;
}

}  // namespace roost::sql::postgresql
