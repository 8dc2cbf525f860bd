#include "lib/sql/postgresql/object_queries.hpp"

#include <array>

namespace roost::sql::postgresql {

namespace {

constexpr std::string_view extensions = R"(
SELECT 'extension', '', e.extname, 0, NULL, format('CREATE EXTENSION IF NOT EXISTS %I WITH SCHEMA %I;', e.extname, n.nspname), NULL
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname <> 'plpgsql' ORDER BY e.oid)";

constexpr std::string_view schemas = R"(
SELECT 'schema', n.nspname, n.nspname, 0, NULL, format('CREATE SCHEMA %I;', n.nspname), NULL
FROM pg_namespace n
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'public')
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_namespace'::regclass AND e.objid = n.oid AND e.deptype = 'e')
ORDER BY n.nspname)";

constexpr std::string_view enums = R"(
SELECT 'enum', n.nspname, t.typname, 0, NULL,
       format('CREATE TYPE %I.%I AS ENUM (%s);', n.nspname, t.typname,
              (SELECT string_agg(quote_literal(l.enumlabel), ', ' ORDER BY l.enumsortorder)
               FROM pg_enum l WHERE l.enumtypid = t.oid)),
       label.enumlabel
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_enum label ON label.enumtypid = t.oid
WHERE t.typtype = 'e' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.deptype = 'e')
ORDER BY t.oid, label.enumsortorder)";

// Domains, composite types and ranges may be made of each other: they come together, in order of their
// making.
constexpr std::string_view types = R"(
SELECT CASE t.typtype WHEN 'd' THEN 'domain' WHEN 'c' THEN 'composite type' ELSE 'range' END, n.nspname, t.typname, 0, NULL, CASE t.typtype
  WHEN 'd' THEN format('CREATE DOMAIN %I.%I AS %s', n.nspname, t.typname, format_type(t.typbasetype, t.typtypmod))
    || coalesce((SELECT format(' COLLATE %I.%I', cn.nspname, c.collname)
                 FROM pg_collation c JOIN pg_namespace cn ON cn.oid = c.collnamespace JOIN pg_type b ON b.oid = t.typbasetype
                 WHERE c.oid = t.typcollation AND t.typcollation <> b.typcollation), '')
    || coalesce(' DEFAULT ' || pg_get_expr(t.typdefaultbin, 'pg_type'::regclass), '')
    || CASE WHEN t.typnotnull THEN ' NOT NULL' ELSE '' END
    || coalesce((SELECT string_agg(format(' CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid)), '' ORDER BY k.conname)
                 FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'), '')
  WHEN 'c' THEN format('CREATE TYPE %I.%I AS (%s)', n.nspname, t.typname, coalesce((
    SELECT string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod))
                      || coalesce((SELECT format(' COLLATE %I.%I', cn.nspname, c.collname) FROM pg_collation c
                                   JOIN pg_namespace cn ON cn.oid = c.collnamespace JOIN pg_type b ON b.oid = a.atttypid
                                   WHERE c.oid = a.attcollation AND a.attcollation <> b.typcollation), ''),
                      ', ' ORDER BY a.attnum)
    FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped), ''))
  ELSE (SELECT format('CREATE TYPE %I.%I AS RANGE (SUBTYPE = %s', n.nspname, t.typname, format_type(r.rngsubtype, NULL))
          || CASE WHEN r.rngsubdiff <> 0 THEN ', SUBTYPE_DIFF = ' || r.rngsubdiff::regproc ELSE '' END || ')'
        FROM pg_range r WHERE r.rngtypid = t.oid)
  END || ';', NULL
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class row_of ON row_of.oid = t.typrelid
WHERE (t.typtype IN ('d', 'r') OR t.typtype = 'c' AND row_of.relkind = 'c')
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.deptype = 'e')
ORDER BY t.oid)";

constexpr std::string_view functions = R"(
SELECT CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, n.nspname, p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', 0, NULL,
       pg_get_functiondef(p.oid) || ';', NULL
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.prokind <> 'a' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype IN ('e', 'i'))
ORDER BY p.oid)";

// What is not said has its default; an ordered-set aggregate's arguments read as the server writes them.
constexpr std::string_view aggregates = R"(
SELECT 'aggregate', n.nspname, p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', 0, NULL,
       format('CREATE AGGREGATE %I.%I(%s) (SFUNC = %s, STYPE = %s', n.nspname, p.proname,
              CASE WHEN p.pronargs = 0 THEN '*' ELSE pg_get_function_arguments(p.oid) END,
              a.aggtransfn, format_type(a.aggtranstype, NULL))
       || CASE WHEN a.aggtransspace <> 0 THEN format(', SSPACE = %s', a.aggtransspace) ELSE '' END
       || CASE WHEN a.aggfinalfn <> 0 THEN format(', FINALFUNC = %s', a.aggfinalfn) ELSE '' END
       || CASE WHEN a.aggfinalextra THEN ', FINALFUNC_EXTRA' ELSE '' END
       || CASE a.aggfinalmodify WHEN 's' THEN ', FINALFUNC_MODIFY = SHAREABLE' WHEN 'w' THEN ', FINALFUNC_MODIFY = READ_WRITE'
                                ELSE ', FINALFUNC_MODIFY = READ_ONLY' END
       || CASE WHEN a.aggcombinefn <> 0 THEN format(', COMBINEFUNC = %s', a.aggcombinefn) ELSE '' END
       || CASE WHEN a.aggserialfn <> 0 THEN format(', SERIALFUNC = %s', a.aggserialfn) ELSE '' END
       || CASE WHEN a.aggdeserialfn <> 0 THEN format(', DESERIALFUNC = %s', a.aggdeserialfn) ELSE '' END
       || CASE WHEN a.agginitval IS NOT NULL THEN format(', INITCOND = %L', a.agginitval) ELSE '' END
       || CASE WHEN a.aggmtransfn <> 0 THEN format(', MSFUNC = %s, MINVFUNC = %s, MSTYPE = %s', a.aggmtransfn,
              a.aggminvtransfn, format_type(a.aggmtranstype, NULL))
            || CASE WHEN a.aggmtransspace <> 0 THEN format(', MSSPACE = %s', a.aggmtransspace) ELSE '' END
            || CASE WHEN a.aggmfinalfn <> 0 THEN format(', MFINALFUNC = %s', a.aggmfinalfn) ELSE '' END
            || CASE WHEN a.aggmfinalextra THEN ', MFINALFUNC_EXTRA' ELSE '' END
            || CASE a.aggmfinalmodify WHEN 's' THEN ', MFINALFUNC_MODIFY = SHAREABLE'
                 WHEN 'w' THEN ', MFINALFUNC_MODIFY = READ_WRITE' ELSE ', MFINALFUNC_MODIFY = READ_ONLY' END
            || CASE WHEN a.aggminitval IS NOT NULL THEN format(', MINITCOND = %L', a.aggminitval) ELSE '' END
          ELSE '' END
       || CASE WHEN a.aggsortop <> 0 THEN (
            SELECT format(', SORTOP = OPERATOR(%I.%s)', sn.nspname, so.oprname)
            FROM pg_operator so JOIN pg_namespace sn ON sn.oid = so.oprnamespace WHERE so.oid = a.aggsortop) ELSE '' END
       || CASE p.proparallel WHEN 's' THEN ', PARALLEL = SAFE' WHEN 'r' THEN ', PARALLEL = RESTRICTED' ELSE '' END
       || CASE a.aggkind WHEN 'h' THEN ', HYPOTHETICAL' ELSE '' END || ');', NULL
FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype IN ('e', 'i'))
ORDER BY p.oid)";

constexpr std::string_view partitions = R"(
SELECT 'partition', n.nspname, c.relname, pg_partition_root(c.oid)::oid, root.relname,
       format(CASE WHEN c.relkind = 'f' THEN 'CREATE FOREIGN TABLE %I.%I PARTITION OF %I.%I %s'
                   ELSE 'CREATE TABLE %I.%I PARTITION OF %I.%I %s' END,
              n.nspname, c.relname, pn.nspname, p.relname, pg_get_expr(c.relpartbound, c.oid))
       || CASE c.relkind WHEN 'p' THEN ' PARTITION BY ' || pg_get_partkeydef(c.oid)
                         WHEN 'f' THEN (
           SELECT format(' SERVER %I', s.srvname)
                  || coalesce((SELECT ' OPTIONS (' || string_agg(format('%I %L', o.option_name, o.option_value), ', ') || ')'
                               FROM pg_options_to_table(ft.ftoptions) o), '')
           FROM pg_foreign_table ft JOIN pg_foreign_server s ON s.oid = ft.ftserver WHERE ft.ftrelid = c.oid)
         ELSE '' END || ';'
       || coalesce((SELECT string_agg(format(E'\nALTER TABLE ONLY %I.%I ALTER COLUMN %I SET DEFAULT %s;', n.nspname,
                                             c.relname, a.attname, pg_get_expr(d.adbin, d.adrelid)), '' ORDER BY a.attnum)
           FROM pg_attribute a JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
           LEFT JOIN pg_attribute pa ON pa.attrelid = p.oid AND pa.attname = a.attname
           LEFT JOIN pg_attrdef pd ON pd.adrelid = pa.attrelid AND pd.adnum = pa.attnum
           WHERE a.attrelid = c.oid AND a.attgenerated = ''
             AND pg_get_expr(d.adbin, d.adrelid) IS DISTINCT FROM pg_get_expr(pd.adbin, pd.adrelid)), ''), NULL
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_inherits i ON i.inhrelid = c.oid
JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
JOIN pg_class root ON root.oid = pg_partition_root(c.oid)
WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f')
ORDER BY (SELECT count(*) FROM pg_partition_ancestors(c.oid)), n.nspname, c.relname)";

constexpr std::string_view foreignTables = R"(
SELECT 'foreign table', n.nspname, c.relname, c.oid, c.relname,
       format('CREATE FOREIGN TABLE %I.%I (%s) SERVER %I', n.nspname, c.relname,
              (SELECT string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod))
                                 || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END, ', ' ORDER BY a.attnum)
               FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), s.srvname)
       || coalesce((SELECT ' OPTIONS (' || string_agg(format('%I %L', o.option_name, o.option_value), ', ') || ')'
                    FROM pg_options_to_table(f.ftoptions) o), '') || ';', NULL
FROM pg_foreign_table f JOIN pg_class c ON c.oid = f.ftrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_foreign_server s ON s.oid = f.ftserver
WHERE NOT c.relispartition ORDER BY n.nspname, c.relname)";

// Those that the catalog's constraints can't express: exclusion, NOT VALID, MATCH FULL, SET NULL (column);
// and those that partitions have of their own.
constexpr std::string_view constraints = R"(
SELECT CASE k.contype WHEN 'x' THEN 'exclusion constraint' WHEN 'f' THEN 'foreign key' ELSE 'constraint' END, n.nspname, k.conname, CASE WHEN c.relispartition THEN pg_partition_root(c.oid)::oid ELSE c.oid END, c.relname,
       format('ALTER TABLE %s%I.%I ADD CONSTRAINT %I %s;', CASE c.relkind WHEN 'p' THEN '' ELSE 'ONLY ' END,
              n.nspname, c.relname, k.conname, pg_get_constraintdef(k.oid)), NULL
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.conparentid = 0 AND k.contype IN ('p', 'u', 'c', 'f', 'x')
  AND (k.contype = 'x' OR NOT k.convalidated OR k.contype = 'f' AND k.confmatchtype = 'f'
       OR k.contype = 'f' AND pg_get_constraintdef(k.oid) ~ ' SET (NULL|DEFAULT) \('
       OR c.relispartition AND k.conislocal)
ORDER BY k.contype = 'f', n.nspname, c.relname, k.conname)";

constexpr std::string_view partitionIndexes = R"(
SELECT 'index', n.nspname, c.relname, CASE WHEN t.relispartition THEN pg_partition_root(t.oid)::oid ELSE t.oid END, t.relname,
       pg_get_indexdef(i.indexrelid) || ';', NULL
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE (t.relispartition AND NOT c.relispartition OR t.relkind = 'm') AND i.indisvalid
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
ORDER BY n.nspname, c.relname)";

// A view comes after those that it is made of.
constexpr std::string_view views = R"(
WITH RECURSIVE uses AS (
    SELECT DISTINCT r.ev_class AS view, d.refobjid AS used
    FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
      AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
    JOIN pg_class c ON c.oid = d.refobjid AND c.relkind IN ('v', 'm')
), depths(view, depth) AS (
    SELECT c.oid, 0 FROM pg_class c WHERE c.relkind IN ('v', 'm')
  UNION
    SELECT uses.view, depths.depth + 1 FROM uses JOIN depths ON depths.view = uses.used
)
SELECT CASE c.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END, n.nspname, c.relname, CASE c.relkind WHEN 'm' THEN c.oid ELSE 0 END, NULL,
       format(CASE c.relkind WHEN 'v' THEN 'CREATE VIEW %I.%I%s AS %s' ELSE 'CREATE MATERIALIZED VIEW %I.%I%s AS %s WITH NO DATA;' END,
              n.nspname, c.relname, ' WITH (' || array_to_string(c.reloptions, ', ') || ')',
              CASE c.relkind WHEN 'v' THEN pg_get_viewdef(c.oid) ELSE rtrim(pg_get_viewdef(c.oid), ';') END), NULL
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('v', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relpersistence <> 't'
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
ORDER BY (SELECT max(depth) FROM depths WHERE depths.view = c.oid), n.nspname, c.relname)";

constexpr std::string_view triggers = R"(
SELECT 'trigger', n.nspname, t.tgname, CASE WHEN c.relispartition THEN pg_partition_root(c.oid)::oid WHEN c.relkind = 'v' THEN 0 ELSE c.oid END,
       c.relname, pg_get_triggerdef(t.oid) || ';' || CASE t.tgenabled WHEN 'O' THEN '' ELSE
         format(E'\nALTER TABLE %I.%I %s TRIGGER %I;', n.nspname, c.relname,
                CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE REPLICA' END, t.tgname) END,
       NULL
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND NOT (c.relispartition AND EXISTS (
    SELECT FROM pg_depend d WHERE d.classid = 'pg_trigger'::regclass AND d.objid = t.oid AND d.deptype IN ('P', 'S')))
ORDER BY n.nspname, c.relname, t.tgname)";

constexpr std::string_view rules = R"(
SELECT 'rule', n.nspname, r.rulename, CASE c.relkind WHEN 'v' THEN 0 ELSE c.oid END, c.relname, pg_get_ruledef(r.oid), NULL
FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE r.rulename <> '_RETURN' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY n.nspname, c.relname, r.rulename)";

constexpr std::string_view rowSecurity = R"(
SELECT 'row security', n.nspname, c.relname, c.oid, c.relname,
       format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY;', n.nspname, c.relname)
       || CASE WHEN c.relforcerowsecurity
               THEN format(E'\nALTER TABLE %I.%I FORCE ROW LEVEL SECURITY;', n.nspname, c.relname) ELSE '' END, NULL
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relrowsecurity ORDER BY n.nspname, c.relname)";

constexpr std::string_view policies = R"(
SELECT 'policy', n.nspname, p.polname, c.oid, c.relname,
       format('CREATE POLICY %I ON %I.%I AS %s FOR %s TO %s', p.polname, n.nspname, c.relname,
              CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
              CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE'
                            ELSE 'ALL' END,
              (SELECT string_agg(coalesce(quote_ident(r.rolname), 'PUBLIC'), ', ' ORDER BY r.rolname)
               FROM unnest(p.polroles) role(oid) LEFT JOIN pg_roles r ON r.oid = role.oid))
       || coalesce(' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', '')
       || coalesce(' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', '') || ';', NULL
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
ORDER BY n.nspname, c.relname, p.polname)";

constexpr std::string_view statistics = R"(
SELECT 'statistics', n.nspname, s.stxname, CASE WHEN c.relispartition THEN pg_partition_root(c.oid)::oid ELSE c.oid END, c.relname,
       pg_get_statisticsobjdef(s.oid) || ';', NULL
FROM pg_statistic_ext s JOIN pg_class c ON c.oid = s.stxrelid JOIN pg_namespace n ON n.oid = s.stxnamespace
ORDER BY n.nspname, s.stxname)";

constexpr std::string_view uncarried = R"(
SELECT count(*), 'large objects' FROM pg_largeobject_metadata
UNION ALL SELECT count(*), 'base types' FROM pg_type t WHERE t.typtype = 'b' AND t.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_type el WHERE el.typarray = t.oid)
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.deptype = 'e')
UNION ALL SELECT count(*), 'operators' FROM pg_operator o WHERE o.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_operator'::regclass AND e.objid = o.oid AND e.deptype = 'e')
UNION ALL SELECT count(*), 'operator classes' FROM pg_opclass o WHERE o.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_opclass'::regclass AND e.objid = o.oid AND e.deptype = 'e')
UNION ALL SELECT count(*), 'casts' FROM pg_cast k WHERE k.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_cast'::regclass AND e.objid = k.oid AND e.deptype IN ('e', 'i'))
UNION ALL SELECT count(*), 'collations' FROM pg_collation k WHERE k.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_collation'::regclass AND e.objid = k.oid AND e.deptype = 'e')
UNION ALL SELECT count(*), 'text search configurations and dictionaries' FROM (
    SELECT oid, 'pg_ts_config'::regclass AS class FROM pg_ts_config
    UNION ALL SELECT oid, 'pg_ts_dict'::regclass FROM pg_ts_dict) ts WHERE ts.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = ts.class AND e.objid = ts.oid AND e.deptype = 'e')
UNION ALL SELECT count(*), 'event triggers' FROM pg_event_trigger
UNION ALL SELECT count(*), 'foreign servers' FROM pg_foreign_server
UNION ALL SELECT count(*), 'publications' FROM pg_publication)";

constexpr std::array<std::string_view, 6> beforeTables{extensions, schemas,   enums,
                                                       types,      functions, aggregates};

constexpr std::array<std::string_view, 10> afterTables{partitions,       foreignTables, constraints, views,
                                                       partitionIndexes, statistics,    rules,       triggers,
                                                       rowSecurity,      policies};

}  // namespace

std::span<const std::string_view> queriesBeforeTables() noexcept { return beforeTables; }
std::span<const std::string_view> queriesAfterTables() noexcept { return afterTables; }
std::string_view uncarriedQuery() noexcept { return uncarried; }

}  // namespace roost::sql::postgresql
