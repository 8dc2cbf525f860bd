#include "lib/sql/postgresql/quiet_tables.hpp"

namespace roost::sql::postgresql {

namespace {

// Root tables before their partitions: what is done to a root may reach them as well, and is then set right.
constexpr std::string_view query = R"(
WITH touched(oid, level) AS (
    SELECT root.oid, 0 FROM unnest($1::oid[]) root(oid)
  UNION
    SELECT tree.relid, tree.level FROM unnest($1::oid[]) root(oid), pg_partition_tree(root.oid) tree
    WHERE tree.level > 0 AND tree.relid IS NOT NULL
), named AS (
    SELECT c.oid, min(t.level) AS level, format('%I.%I', n.nspname, c.relname) AS name, c.relforcerowsecurity
    FROM touched t JOIN pg_class c ON c.oid = t.oid JOIN pg_namespace n ON n.oid = c.relnamespace
    GROUP BY c.oid, n.nspname, c.relname, c.relforcerowsecurity
)
SELECT format('trigger ''%s'' of table %s', t.tgname, r.name),
       format('ALTER TABLE ONLY %s DISABLE TRIGGER %I', r.name, t.tgname),
       format('ALTER TABLE ONLY %s %s TRIGGER %I', r.name, CASE t.tgenabled WHEN 'O' THEN 'ENABLE'
              WHEN 'D' THEN 'DISABLE' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE REPLICA' END, t.tgname), r.level, t.tgname
FROM named r JOIN pg_trigger t ON t.tgrelid = r.oid AND NOT t.tgisinternal WHERE $2::boolean
UNION ALL
SELECT format('rule ''%s'' of table %s', w.rulename, r.name),
       format('ALTER TABLE ONLY %s DISABLE RULE %I', r.name, w.rulename),
       format('ALTER TABLE ONLY %s %s RULE %I', r.name, CASE w.ev_enabled WHEN 'O' THEN 'ENABLE'
              WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE REPLICA' END, w.rulename), r.level, w.rulename
FROM named r JOIN pg_rewrite w ON w.ev_class = r.oid AND w.ev_enabled <> 'D' WHERE $3::boolean
UNION ALL
SELECT format('forced row-level security of table %s', r.name),
       format('ALTER TABLE ONLY %s NO FORCE ROW LEVEL SECURITY', r.name),
       format('ALTER TABLE ONLY %s FORCE ROW LEVEL SECURITY', r.name), r.level, ''
FROM named r WHERE r.relforcerowsecurity
ORDER BY 4, 1, 5)";

}  // namespace

std::vector<Silencing> silencingFor(Connection& connection, const std::string& tables, bool triggers,
                                    bool rules) {
    const Result rows = connection.query(std::string(query), "read the triggers",
                                         {tables, triggers ? "t" : "f", rules ? "t" : "f"});
    std::vector<Silencing> silencing;
    for (int i = 0; i < rows.rows(); ++i)
        silencing.push_back({rows.string(i, 0), rows.string(i, 1), rows.string(i, 2)});
    return silencing;
}

}  // namespace roost::sql::postgresql
