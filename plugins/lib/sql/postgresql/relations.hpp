// The tables of a database: listed, chosen, locked.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/sql/postgresql/column_types.hpp"
#include "lib/sql/postgresql/connection.hpp"

namespace roost::sql::postgresql {

/// A table, foreign table or materialized view, as pg_class has it. Partitions are none: their rows come with
/// those of the table that they are a part of.
struct Relation {
    Oid oid = 0;
    std::string schema;  ///< as the server has it, "public" included
    std::string name;
    char kind = 'r';  ///< pg_class.relkind: 'r' table, 'p' partitioned table, 'f' foreign table, 'm'
                      ///< materialized view
    bool unlogged = false;
    bool selectable = true;  ///< the role may read it
    bool schemaUsable = true;
    bool rowSecurity = false;  ///< row-level security would hide rows from this role
    std::uint64_t estimatedRows = 0;
    bool extensionMember = false;
    std::string extensionFilter;  ///< of an extension's configuration table: the rows that are users' own
    std::string partitionKey;     ///< "RANGE (logdate)"
    std::string inherits;         ///< parents, quoted, with commas
    std::string storageOptions;   ///< "fillfactor=70"
    std::string comment;

    /// "name" or "schema.name", as the catalog has it.
    [[nodiscard]] std::string shownName() const;
    /// Whether its rows are read: true for tables alone.
    [[nodiscard]] bool holdsRows() const noexcept { return kind == 'r' || kind == 'p'; }
};

/// What a user may choose.
struct RelationChoice {
    std::vector<std::string> schemas;  ///< patterns; none takes all
    std::vector<std::string> tables;   ///< see lib/sql/table_selection.hpp
    std::vector<std::string> excludedTables;
};

/// What a choice comes to.
struct Listing {
    std::vector<Relation> relations;   ///< in order of schema and name
    std::vector<std::string> schemas;  ///< as the server has them
    std::vector<std::string> remarks;  ///< a line for each pattern that matched nothing
};

/// All that the choice takes; system schemas, temporary tables and members of extensions left out (an
/// extension's configuration tables are kept, as pg_dump does). Throws roost::Error for a table or schema
/// that was named and is not there.
[[nodiscard]] Listing listRelations(Connection& connection, const RelationChoice& choice);

/// Throws roost::Error that names every table whose rows this role can't read, or not all of them.
void requireReadable(const Connection& connection, const std::vector<Relation>& relations);

/// Locks them in ACCESS SHARE mode, which keeps DROP, ALTER and TRUNCATE out until the transaction ends.
/// Throws ServerError; one about a table that another session holds names it.
void lockRelations(Connection& connection, const std::vector<Relation>& relations);

/// Their oids as an array: "{16384,16390}".
[[nodiscard]] std::string oidArray(const std::vector<Relation>& relations);

}  // namespace roost::sql::postgresql
