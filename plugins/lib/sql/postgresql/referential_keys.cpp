#include "lib/sql/postgresql/referential_keys.hpp"

#include "lib/sql/postgresql/identifiers.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::sql::postgresql {

namespace {

// One row for each column of a key. confdelsetcols came with PostgreSQL 15.
constexpr std::string_view keysQuery = R"(
WITH touched(oid) AS (
    SELECT unnest($1::oid[])
  UNION
    SELECT tree.relid FROM unnest($1::oid[]) root(oid), pg_partition_tree(root.oid) tree
)
SELECT k.oid, k.conname, pg_get_constraintdef(k.oid), obj_description(k.oid, 'pg_constraint'), k.convalidated,
       k.condeferrable, k.confdeltype,
       c.oid, cn.nspname, c.relname, c.relkind = 'p', pg_get_userbyid(c.relowner), pg_has_role(c.relowner, 'USAGE'),
       p.oid, pn.nspname, p.relname, p.relkind = 'p', pg_get_userbyid(p.relowner), pg_has_role(p.relowner, 'USAGE'),
       ca.attname, pa.attname, format('OPERATOR(%I.%s)', opn.nspname, op.oprname),
       coalesce(nullif(to_jsonb(k) -> 'confdelsetcols', 'null') @> to_jsonb(key.own), true)
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace cn ON cn.oid = c.relnamespace
JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
CROSS JOIN LATERAL unnest(k.conkey, k.confkey, k.conpfeqop) WITH ORDINALITY AS key(own, other, operator, place)
JOIN pg_attribute ca ON ca.attrelid = c.oid AND ca.attnum = key.own
JOIN pg_attribute pa ON pa.attrelid = p.oid AND pa.attnum = key.other
JOIN pg_operator op ON op.oid = key.operator JOIN pg_namespace opn ON opn.oid = op.oprnamespace
WHERE k.contype = 'f' AND k.conparentid = 0
  AND (k.conrelid IN (SELECT oid FROM touched) OR k.confrelid IN (SELECT oid FROM touched))
ORDER BY cn.nspname, c.relname, k.conname, k.oid, key.place)";

constexpr std::string_view primaryKeyQuery = R"(
SELECT a.attname FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS key(own, place)
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = key.own
WHERE i.indrelid = $1::oid AND i.indisprimary AND key.place <= i.indnkeyatts ORDER BY key.place)";

constexpr int listedOrphans = 5;

KeySide sideAt(const Result& rows, int i, int first) {
    KeySide side;
    side.oid = static_cast<Oid>(rows.integer(i, first));
    side.schema = rows.string(i, first + 1);
    side.name = rows.string(i, first + 2);
    side.partitioned = rows.boolean(i, first + 3);
    side.owner = rows.string(i, first + 4);
    side.owned = rows.boolean(i, first + 5);
    return side;
}

std::string assignments(const std::vector<std::string>& names, const Result& rows, int row, int first) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i)
        text += (i == 0 ? "" : ", ") + storage::shownName(names[i]) + "=" +
                storage::shownName(rows.text(row, first + static_cast<int>(i)).substr(0, 80));
    return text;
}

Error orphansError(const ReferentialKey& key, const Orphans& orphans) {
    return Error(key.shown() + " cannot be put back: " + orphans.text(key),
                 "the rows that come do not hold together: make a new backup, or mend them at their source");
}

}  // namespace

std::string rowsOf(const KeySide& side, const StandIns& standIns) {
    const auto found = standIns.find(side.oid);
    if (found != standIns.end()) return found->second;
    return (side.partitioned ? "" : "ONLY ") + side.quoted();
}

std::string orphanCondition(const ReferentialKey& key, const StandIns& standIns) {
    std::string present;
    std::string matches;
    for (const KeyPart& part : key.parts) {
        const std::string child = "c." + quoteIdentifier(part.child);
        present += (present.empty() ? "" : " AND ") + child + " IS NOT NULL";
        matches += (matches.empty() ? "" : " AND ") + std::string("p.") + quoteIdentifier(part.parent) + " " +
                   part.equals + " " + child;
    }
    return present + " AND NOT EXISTS (SELECT FROM " + rowsOf(key.parent, standIns) + " p WHERE " + matches +
           ")";
}

std::string KeySide::shownName() const {
    return storage::shownName(schema == "public" ? name : schema + "." + name);
}

std::string KeySide::quoted() const { return quoteQualified(schema, name); }

std::string ReferentialKey::shown() const {
    if (!name.empty()) return "foreign key '" + storage::shownName(name) + "' of table " + child.shownName();
    std::string columns;
    for (const KeyPart& part : parts) columns += (columns.empty() ? "" : ", ") + part.child;
    return "foreign key (" + storage::shownName(columns) + ") of table " + child.shownName();
}

std::vector<ReferentialKey> keysTouching(Connection& connection, const std::string& tables) {
    const Result rows = connection.query(std::string(keysQuery), "read the foreign keys", {tables});
    std::vector<ReferentialKey> keys;
    for (int i = 0; i < rows.rows(); ++i) {
        const Oid oid = static_cast<Oid>(rows.integer(i, 0));
        if (keys.empty() || keys.back().oid != oid) {
            ReferentialKey key;
            key.oid = oid;
            key.name = rows.string(i, 1);
            key.definition = rows.string(i, 2);
            key.comment = rows.string(i, 3);
            key.validated = rows.boolean(i, 4);
            key.deferrable = rows.boolean(i, 5);
            key.onDelete = rows.text(i, 6).front();
            key.child = sideAt(rows, i, 7);
            key.parent = sideAt(rows, i, 13);
            keys.push_back(std::move(key));
        }
        keys.back().parts.push_back(
            {rows.string(i, 19), rows.string(i, 20), rows.string(i, 21), rows.boolean(i, 22)});
    }
    return keys;
}

std::string Orphans::text(const ReferentialKey& key) const {
    std::string shown = count == 1 ? "1 row refers" : std::to_string(count) + " rows refer";
    shown += " to rows of table " + key.parent.shownName() + " that do not exist: ";
    for (const std::string& row : rows) shown += (&row == rows.data() ? "" : ", ") + row;
    if (count > rows.size()) shown += " and " + std::to_string(count - rows.size()) + " more";
    return shown;
}

Orphans findOrphans(Connection& connection, const ReferentialKey& key, const StandIns& standIns,
                    const std::string& among) {
    const Result primary =
        connection.query(std::string(primaryKeyQuery), "read a primary key", {std::to_string(key.child.oid)});
    std::vector<std::string> names;
    std::vector<std::string> references;
    for (int i = 0; i < primary.rows(); ++i) names.push_back(primary.string(i, 0));
    for (const KeyPart& part : key.parts) references.push_back(part.child);
    std::string sql = "SELECT count(*) OVER ()";
    for (const auto* columns : {&names, &references})
        for (const std::string& column : *columns)
            sql += ", left(c." + quoteIdentifier(column) + "::pg_catalog.text, 80)";
    sql += " FROM " + rowsOf(key.child, standIns) + " c WHERE " + orphanCondition(key, standIns) +
           (among.empty() ? "" : " AND " + among) + " LIMIT " + std::to_string(listedOrphans);
    const Result rows = connection.query(sql, "look for rows that refer to nothing");
    Orphans orphans;
    for (int i = 0; i < rows.rows(); ++i) {
        orphans.count = static_cast<std::uint64_t>(rows.integer(i, 0));
        std::string shown = assignments(names, rows, i, 1);
        const std::string refers = assignments(references, rows, i, 1 + static_cast<int>(names.size()));
        shown += shown.empty() ? refers : " (" + refers + ")";
        orphans.rows.push_back(std::move(shown));
    }
    return orphans;
}

void dropKey(Connection& connection, const ReferentialKey& key) {
    connection.query("ALTER TABLE " + std::string(key.child.partitioned ? "" : "ONLY ") + key.child.quoted() +
                         " DROP CONSTRAINT " + quoteIdentifier(key.name),
                     "take off " + key.shown());
}

void restoreKey(Connection& connection, const ReferentialKey& key) {
    const std::string action = "put back " + key.shown();
    connection.execute("SAVEPOINT roost_key", action);
    try {
        connection.query("ALTER TABLE " + std::string(key.child.partitioned ? "" : "ONLY ") +
                             key.child.quoted() + " ADD CONSTRAINT " + quoteIdentifier(key.name) + " " +
                             key.definition,
                         action);
    } catch (const ServerError& error) {
        if (error.sqlState() != sql_state::foreignKeyViolation) throw;
        connection.execute("ROLLBACK TO SAVEPOINT roost_key", action);
        const Orphans orphans = findOrphans(connection, key, {});
        if (orphans.count == 0) throw;
        throw orphansError(key, orphans);
    }
    connection.execute("RELEASE SAVEPOINT roost_key", action);
    if (!key.comment.empty())
        connection.execute("COMMENT ON CONSTRAINT " + quoteIdentifier(key.name) + " ON " +
                               key.child.quoted() + " IS " + quoteLiteral(key.comment),
                           action);
}

bool actsOnDelete(const ReferentialKey& key) noexcept {
    return key.onDelete == 'c' || key.onDelete == 'n' || key.onDelete == 'd';
}

std::uint64_t applyOnDelete(Connection& connection, const ReferentialKey& key, const std::string& among) {
    const std::string action = "apply ON DELETE of " + key.shown();
    const std::string table = (key.child.partitioned ? "" : "ONLY ") + key.child.quoted() + " c";
    const std::string where = " WHERE " + orphanCondition(key, {}) + (among.empty() ? "" : " AND " + among);
    if (key.onDelete == 'c') return connection.query("DELETE FROM " + table + where, action).affectedRows();
    std::string changes;
    for (const KeyPart& part : key.parts)
        if (part.cleared)
            changes += (changes.empty() ? "" : ", ") + quoteIdentifier(part.child) +
                       (key.onDelete == 'n' ? " = NULL" : " = DEFAULT");
    return connection.query("UPDATE " + table + " SET " + changes + where, action).affectedRows();
}

}  // namespace roost::sql::postgresql
