#include "lib/sql/postgresql/relations.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "lib/sql/name_pattern.hpp"
#include "lib/sql/postgresql/identifiers.hpp"
#include "lib/sql/table_selection.hpp"
#include "roost/diagnostic.hpp"
#include "roost/error.hpp"

namespace roost::sql::postgresql {

namespace {

// The rows of a partitioned table are those of its leaves, which alone have statistics for sure. A table that
// was never analyzed has reltuples -1.
constexpr std::string_view relationsQuery = R"(
SELECT c.oid, n.nspname, c.relname, c.relkind, c.relpersistence = 'u',
       has_table_privilege(c.oid, 'SELECT'), has_schema_privilege(n.oid, 'USAGE'), row_security_active(c.oid),
       CASE WHEN c.relkind = 'p' THEN
           (SELECT sum(greatest(leaf.reltuples, pg_stat_get_live_tuples(leaf.oid), 0))::bigint
            FROM pg_partition_tree(c.oid) tree JOIN pg_class leaf ON leaf.oid = tree.relid WHERE tree.isleaf)
         ELSE greatest(c.reltuples, pg_stat_get_live_tuples(c.oid), 0)::bigint END,
       extension.oid IS NOT NULL,
       (SELECT extension.extcondition[place] FROM generate_subscripts(extension.extconfig, 1) place
        WHERE extension.extconfig[place] = c.oid),
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
       (SELECT string_agg(format('%I.%I', pn.nspname, p.relname), ', ' ORDER BY i.inhseqno)
        FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
        WHERE i.inhrelid = c.oid),
       array_to_string(c.reloptions, ', '), obj_description(c.oid, 'pg_class')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_depend member ON member.classid = 'pg_class'::regclass AND member.objid = c.oid AND member.objsubid = 0
  AND member.deptype = 'e' AND member.refclassid = 'pg_extension'::regclass
LEFT JOIN pg_extension extension ON extension.oid = member.refobjid
WHERE c.relkind IN ('r', 'p', 'f', 'm') AND c.relpersistence <> 't' AND NOT c.relispartition
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND (extension.oid IS NULL OR c.oid = ANY (extension.extconfig)))";

Relation relationAt(const Result& rows, int i) {
    Relation relation;
    relation.oid = static_cast<Oid>(rows.integer(i, 0));
    relation.schema = rows.string(i, 1);
    relation.name = rows.string(i, 2);
    relation.kind = rows.text(i, 3).front();
    relation.unlogged = rows.boolean(i, 4);
    relation.selectable = rows.boolean(i, 5);
    relation.schemaUsable = rows.boolean(i, 6);
    relation.rowSecurity = rows.boolean(i, 7);
    relation.estimatedRows = static_cast<std::uint64_t>(rows.integer(i, 8));
    relation.extensionMember = rows.boolean(i, 9);
    relation.extensionFilter = rows.string(i, 10);
    relation.partitionKey = rows.string(i, 11);
    relation.inherits = rows.string(i, 12);
    relation.storageOptions = rows.string(i, 13);
    relation.comment = rows.string(i, 14);
    return relation;
}

/// The schemas that the option's patterns match; all if there are none. Throws for a plain name that is none.
std::vector<std::string> chosenSchemas(Connection& connection, const std::vector<std::string>& wanted,
                                       std::vector<std::string>& remarks) {
    const Result rows = connection.query(
        "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER "
        "BY nspname COLLATE \"C\"",
        "list the schemas");
    std::vector<std::string> present;
    for (int i = 0; i < rows.rows(); ++i) present.push_back(rows.string(i, 0));
    if (wanted.empty()) return present;

    std::set<std::string> chosen;
    for (const std::string& text : wanted) {
        const NamePattern pattern(text, NameCase::exact);
        bool used = false;
        for (const std::string& name : present)
            if (pattern.matches(name)) {
                chosen.insert(name);
                used = true;
            }
        if (used) continue;
        if (pattern.isPlain()) {
            const std::string near = nearest(text, present);
            throw Error(connection.name() + " has no schema '" + text + "'",
                        near.empty() ? "see `\\dn` in psql" : "did you mean '" + near + "'?");
        }
        remarks.push_back("no schema matches '" + text + "' in 'schemas'");
    }
    return {chosen.begin(), chosen.end()};
}

/// Tables of `public` go by their plain name, and by "public.name" where the user writes it so.
std::vector<TableName> namesFor(const RelationChoice& choice, const std::vector<Relation>& relations) {
    const auto spelledOut = [](const std::string& pattern) { return pattern.starts_with("public."); };
    const bool full = std::ranges::any_of(choice.tables, spelledOut) ||
                      std::ranges::any_of(choice.excludedTables, spelledOut);
    std::vector<TableName> names;
    for (const Relation& relation : relations)
        names.push_back({full ? relation.schema : catalogSchema(relation.schema), relation.name});
    return names;
}

/// The one among `relations` that another session holds exclusively, "" where there is none any more.
std::string heldElsewhere(Connection& connection, const std::vector<Relation>& relations) {
    const Result rows = connection.query(
        "SELECT relation FROM pg_locks WHERE locktype = 'relation' AND granted AND mode = "
        "'AccessExclusiveLock' "
        "AND pid <> pg_backend_pid() AND relation = ANY ($1::oid[]) LIMIT 1",
        "look for locks", {oidArray(relations)});
    if (rows.rows() == 0) return {};
    const auto held = std::ranges::find(relations, static_cast<Oid>(rows.integer(0, 0)), &Relation::oid);
    return held == relations.end() ? std::string() : held->shownName();
}

}  // namespace

std::string Relation::shownName() const {
    const std::string shown = catalogSchema(schema);
    return shown.empty() ? name : shown + "." + name;
}

Listing listRelations(Connection& connection, const RelationChoice& choice) {
    Listing listing;
    listing.schemas = chosenSchemas(connection, choice.schemas, listing.remarks);
    const Result rows = connection.query(std::string(relationsQuery), "list the tables");
    for (int i = 0; i < rows.rows(); ++i)
        if (std::ranges::binary_search(listing.schemas, rows.string(i, 1)))
            listing.relations.push_back(relationAt(rows, i));

    const TableSelection selection(choice.tables, choice.excludedTables, NameCase::exact);
    std::ranges::move(selection.check(namesFor(choice, listing.relations), connection.databaseName()),
                      std::back_inserter(listing.remarks));
    std::erase_if(listing.relations, [&](const Relation& relation) {
        return !selection.takes({relation.schema, relation.name});
    });
    std::ranges::sort(listing.relations, {}, [](const Relation& r) { return std::pair(r.schema, r.name); });
    return listing;
}

void requireReadable(const Connection& connection, const std::vector<Relation>& relations) {
    std::string closed;
    std::string filtered;
    for (const Relation& relation : relations) {
        if (!relation.holdsRows()) continue;
        if (!relation.selectable || !relation.schemaUsable)
            closed += (closed.empty() ? "'" : ", '") + relation.shownName() + "'";
        else if (relation.rowSecurity)
            filtered += (filtered.empty() ? "'" : ", '") + relation.shownName() + "'";
    }
    if (!closed.empty())
        throw Error("user '" + connection.user() + "' may not read " + closed + " of " + connection.name(),
                    "ask the owner for GRANT SELECT (and GRANT USAGE on the schema), or leave it out with "
                    "exclude-tables");
    if (!filtered.empty())
        throw Error("row-level security hides rows from user '" + connection.user() + "' in " + filtered +
                        " of " + connection.name(),
                    "connect as the owner or as a role with BYPASSRLS, or leave it out with exclude-tables");
}

void lockRelations(Connection& connection, const std::vector<Relation>& relations) {
    constexpr std::size_t atOnce = 100;  // few round trips, and messages of a few kilobytes
    for (std::size_t begin = 0; begin < relations.size(); begin += atOnce) {
        const std::size_t end = std::min(begin + atOnce, relations.size());
        const std::vector<Relation> some(relations.begin() + static_cast<std::ptrdiff_t>(begin),
                                         relations.begin() + static_cast<std::ptrdiff_t>(end));
        std::string list;
        for (const Relation& relation : some)
            list += (list.empty() ? "" : ", ") + std::string(relation.kind == 'p' ? "" : "ONLY ") +
                    quoteQualified(relation.schema, relation.name);
        try {
            connection.execute("LOCK TABLE " + list + " IN ACCESS SHARE MODE", "lock the tables");
        } catch (const ServerError& error) {
            if (error.sqlState() != sql_state::lockNotAvailable) throw;
            connection.execute("ROLLBACK", "end the transaction");
            const std::string held = heldElsewhere(connection, some);
            throw ServerError("another session holds table '" +
                                  (held.empty() ? some.front().shownName() : held) + "' of " +
                                  connection.name() + " exclusively for longer than lock-timeout",
                              error.hint(), error.sqlState());
        }
    }
}

std::string oidArray(const std::vector<Relation>& relations) {
    std::string array = "{";
    for (const Relation& relation : relations) {
        if (array.size() > 1) array += ",";
        array += std::to_string(relation.oid);
    }
    return array + "}";
}

}  // namespace roost::sql::postgresql
