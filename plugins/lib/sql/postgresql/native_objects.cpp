#include "lib/sql/postgresql/native_objects.hpp"

#include <algorithm>
#include <set>

#include "lib/sql/postgresql/identifiers.hpp"
#include "lib/sql/postgresql/object_queries.hpp"

namespace roost::sql::postgresql {

namespace {

/// Decides which objects belong to what was chosen.
struct Scope {
    std::set<Oid> tables;
    std::set<std::string, std::less<>> schemas;

    [[nodiscard]] bool takes(std::string_view schema, Oid table) const {
        return table != 0 ? tables.contains(table) : schema.empty() || schemas.contains(schema);
    }
};

void addObjects(Connection& connection, std::string_view query, const Scope& scope,
                std::vector<NativeObject>& objects) {
    const Result rows = connection.query(std::string(query), "read the definitions");
    for (int i = 0; i < rows.rows(); ++i) {
        if (!scope.takes(rows.text(i, 1), static_cast<Oid>(rows.integer(i, 3)))) continue;
        const std::string schema = catalogSchema(rows.text(i, 1));
        const bool nextLabel = !rows.isNull(i, 6) && !objects.empty() &&
                               objects.back().type == rows.text(i, 0) && objects.back().schema == schema &&
                               objects.back().name == rows.text(i, 2);
        if (!nextLabel) {
            NativeObject& object = objects.emplace_back();
            object.type = rows.string(i, 0);
            object.schema = schema;
            object.name = rows.string(i, 2);
            object.table = rows.string(i, 4);
            object.sql = rows.string(i, 5);
        }
        if (!rows.isNull(i, 6)) objects.back().labels.push_back(rows.string(i, 6));
    }
}

void warnOfRowsLeft(const std::vector<Relation>& relations, std::vector<std::string>& warnings) {
    for (const Relation& relation : relations) {
        if (relation.kind == 'f')
            warnings.push_back("the rows of foreign table " + relation.shownName() +
                               " stay where they are: only its definition is carried");
        if (relation.kind == 'm')
            warnings.push_back("the rows of materialized view " + relation.shownName() +
                               " are not carried: REFRESH MATERIALIZED VIEW makes them again");
    }
}

void warnOfUncarried(Connection& connection, std::vector<std::string>& warnings) {
    const Result rows = connection.query(std::string(uncarriedQuery()), "look for what is not carried");
    std::string list;
    for (int i = 0; i < rows.rows(); ++i)
        if (rows.text(i, 0) != "0")
            list += (list.empty() ? "" : ", ") + rows.string(i, 0) + " " + rows.string(i, 1);
    if (!list.empty()) warnings.push_back("the database also holds what is not carried: " + list);
}

}  // namespace

std::vector<NativeObject> readObjects(Connection& connection, const std::vector<Relation>& relations,
                                      const std::vector<Sequence>& sequences,
                                      const std::vector<std::string>& schemas,
                                      std::vector<std::string>& warnings) {
    Scope scope;
    scope.schemas.insert(schemas.begin(), schemas.end());
    for (const Relation& relation : relations) scope.tables.insert(relation.oid);
    std::vector<NativeObject> objects;
    for (const std::string_view query : queriesBeforeTables()) addObjects(connection, query, scope, objects);
    const auto carried = [&](const Sequence& sequence) {
        return !sequence.identity && scope.takes(sequence.schema, sequence.ownerTable);
    };
    for (const Sequence& sequence : sequences)
        if (carried(sequence)) objects.push_back(sequence.object());
    for (const Sequence& sequence : sequences)
        if (carried(sequence) && sequence.ownerTable != 0) objects.push_back(sequence.ownership());
    for (const std::string_view query : queriesAfterTables()) addObjects(connection, query, scope, objects);
    warnOfRowsLeft(relations, warnings);
    warnOfUncarried(connection, warnings);
    return objects;
}

}  // namespace roost::sql::postgresql
