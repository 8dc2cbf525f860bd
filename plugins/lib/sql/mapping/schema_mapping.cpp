#include "lib/sql/mapping/schema_mapping.hpp"

#include <map>
#include <set>
#include <string>

#include "lib/sql/mapping/column_mapping.hpp"
#include "lib/sql/mapping/index_mapping.hpp"
#include "lib/sql/mapping/key_mapping.hpp"
#include "lib/sql/mapping/mapping_state.hpp"
#include "lib/sql/mapping/object_mapping.hpp"
#include "lib/sql/mapping/target_names.hpp"
#include "lib/sql/quoting.hpp"

namespace roost::sql::mapping {

namespace {

std::string joined(const std::string& table, const std::vector<std::string>& columns, const char* ending) {
    std::string name = table;
    for (const std::string& column : columns) name += "_" + column;
    return name + ending;
}

/// Names that PostgreSQL would choose itself are taken first, so that none of ours meets them.
class ConstraintNames {
public:
    explicit ConstraintNames(MappingState& state) : state_(state) {
        for (const Table& table : state.after.tables) relations(table).add(table.name);
        for (const Table& table : state.after.tables) {
            if (!table.primaryKey.empty()) relations(table).add(fittingName(table.name + "_pkey", state.to));
            for (const Column& column : table.columns)
                if (column.identity != Identity::none && state.to == Dialect::postgresql)
                    relations(table).add(fittingName(table.name + "_" + column.name + "_seq", state.to));
        }
    }

    void name(std::size_t place) {
        Table& table = state_.after.tables[place];
        NameSpace constraints(state_.to);
        if (state_.to == Dialect::postgresql) constraints.add(fittingName(table.name + "_pkey", state_.to));
        for (UniqueConstraint& unique : table.uniques) {
            // In PostgreSQL the constraint's index has its name.
            if (state_.to == Dialect::sqlite) continue;
            const std::string given = unique.name;
            unique.name =
                relations(table).take(given.empty() ? joined(table.name, unique.columns, "_key") : given);
            note(place, "unique constraint", given, unique.name);
            constraints.add(unique.name);
        }
        for (CheckConstraint& check : table.checks) nameIn(constraints, place, "check", check.name);
        for (ForeignKey& key : table.foreignKeys) nameIn(constraints, place, "foreign key", key.name);
        for (Index& index : table.indexes) nameIndex(place, index);
    }

private:
    NameSpace& relations(const Table& table) {
        return schemas_.try_emplace(table.schema, state_.to).first->second;
    }

    /// SQLite's names of constraints mean nothing and may be equal.
    void nameIn(NameSpace& names, std::size_t place, const char* what, std::string& name) {
        if (state_.to == Dialect::sqlite || name.empty()) return;
        const std::string given = name;
        name = names.take(given);
        note(place, what, given, name);
    }

    void nameIndex(std::size_t place, Index& index) {
        const Table& table = state_.after.tables[place];
        const std::string given = index.name;
        // SQLite keeps names with this beginning for itself.
        const bool reserved =
            state_.to == Dialect::sqlite && sameName(given.substr(0, 7), "sqlite_", NameCase::folded);
        index.name = relations(table).take(reserved ? table.name + "_" + given : given);
        note(place, "index", given, index.name);
        if (!index.nativeSql.empty())
            index.nativeSql = std::string(index.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ") +
                              quoteIdentifier(index.name) + index.nativeSql;
    }

    void note(std::size_t place, const char* what, const std::string& given, const std::string& name) {
        if (!given.empty() && given != name)
            state_.lose(place, std::string("the ") + what + " '" + given + "' is called '" + name + "'");
    }

    MappingState& state_;
    std::map<std::string, NameSpace> schemas_;
};

}  // namespace

void mapSchema(Catalog& catalog, Dialect from, Dialect to) {
    MappingState state(catalog, from, to);
    state.names = targetNames(state.before, to);
    for (std::size_t i = 0; i < catalog.tables.size(); ++i) {
        catalog.tables[i].indexes.clear();
        mapColumns(state, i);
        mapUniqueKeys(state, i);
        mapIndexes(state, i);
    }
    for (std::size_t i = 0; i < catalog.tables.size(); ++i) mapForeignKeys(state, i);
    mapObjects(state);
    ConstraintNames names(state);
    for (std::size_t i = 0; i < catalog.tables.size(); ++i) names.name(i);
    catalog.dialect = nameOf(to);
}

}  // namespace roost::sql::mapping
