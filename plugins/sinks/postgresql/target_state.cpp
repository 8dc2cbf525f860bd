#include "sinks/postgresql/target_state.hpp"

#include <algorithm>
#include <iterator>

#include "lib/sql/postgresql/native_objects.hpp"
#include "lib/sql/postgresql/relations.hpp"
#include "lib/sql/postgresql/sequences.hpp"

namespace roost::postgresql {

namespace {

using namespace sql::postgresql;

constexpr std::string_view namesQuery = R"(
SELECT n.nspname, c.relname, CASE WHEN c.relispartition THEN 'a partition' ELSE CASE c.relkind
         WHEN 'r' THEN 'a table' WHEN 'p' THEN 'a table' WHEN 'v' THEN 'a view' WHEN 'm' THEN 'a materialized view'
         WHEN 'f' THEN 'a foreign table' WHEN 'S' THEN 'a sequence' WHEN 'c' THEN 'a type' ELSE 'an index' END END
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')";

constexpr std::string_view ownersQuery = R"(
SELECT c.oid, pg_get_userbyid(c.relowner), pg_has_role(c.relowner, 'USAGE')
FROM pg_class c WHERE c.oid = ANY ($1::oid[]))";

}  // namespace

TargetState readTargetState(Connection& connection) {
    TargetState state;
    const Listing listing = listRelations(connection, {});
    std::vector<Relation> tables;
    std::ranges::copy_if(listing.relations, std::back_inserter(tables), &Relation::holdsRows);
    const std::vector<Sequence> sequences = readSequences(connection);
    std::vector<std::string> remarks;  // about what a backup of the target would lack
    state.tables = describeTables(connection, tables, sequences, remarks);
    state.catalog.dialect = "postgresql";
    for (std::size_t i = 0; i < state.tables.size(); ++i) {
        state.tables[i].table.id = static_cast<TableId>(i);
        state.tables[i].table.rows = 0;
        state.catalog.tables.push_back(state.tables[i].table);
    }
    state.catalog.objects = readObjects(connection, listing.relations, sequences, listing.schemas, remarks);

    const Result owners =
        connection.query(std::string(ownersQuery), "read the tables' owners", {oidArray(tables)});
    for (int i = 0; i < owners.rows(); ++i)
        state.owners[static_cast<Oid>(owners.integer(i, 0))] = {owners.string(i, 1), owners.boolean(i, 2)};
    const Result names = connection.query(std::string(namesQuery), "list the names that are in use");
    for (int i = 0; i < names.rows(); ++i)
        state.names[{names.string(i, 0), names.string(i, 1)}] = names.string(i, 2);
    return state;
}

}  // namespace roost::postgresql
