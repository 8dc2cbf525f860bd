#include "lib/sql/mapping/key_mapping.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "lib/sql/mapping/index_mapping.hpp"

namespace roost::sql::mapping {

namespace {

using Names = std::vector<std::string>;

std::string listed(const Names& names) {
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
    return list;
}

bool sameSet(Names a, Names b) {
    std::ranges::sort(a);
    std::ranges::sort(b);
    return a == b;
}

/// True if a foreign key on that table needs exactly these columns to be unique.
bool isReferenced(const MappingState& state, const Table& target, const Names& columns) {
    return std::ranges::any_of(state.before.tables, [&](const Table& table) {
        return std::ranges::any_of(table.foreignKeys, [&](const ForeignKey& key) {
            return key.targetTable == target.name && key.targetSchema == target.schema &&
                   sameSet(key.targetColumns, columns);
        });
    });
}

void mapPrimaryKey(MappingState& state, std::size_t place) {
    const Table& before = state.before.tables[place];
    Table& after = state.after.tables[place];
    after.primaryKey = state.columnNames(place, before.primaryKey);
    Names nullable;
    for (const std::string& name : after.primaryKey) {
        Column& column = after.columns[*after.columnIndex(name)];
        if (column.nullable) nullable.push_back(name);
        column.nullable = false;
    }
    if (!nullable.empty() && state.to == Dialect::postgresql)
        state.lose(place,
                   "the primary key's " + listed(nullable) +
                       " may be NULL in SQLite and not in PostgreSQL: a row that has NULL there is refused");
    if (state.from == Dialect::sqlite) addFoldedUnique(state, place, before.primaryKey);
}

void mapUniques(MappingState& state, std::size_t place) {
    const Table& before = state.before.tables[place];
    Table& after = state.after.tables[place];
    after.uniques.clear();
    for (const UniqueConstraint& unique : before.uniques) {
        const bool folded = state.from == Dialect::sqlite && addFoldedUnique(state, place, unique.columns);
        // The index is stricter, but a foreign key needs the columns themselves to be unique.
        if (!folded || isReferenced(state, before, unique.columns))
            after.uniques.push_back({unique.name, state.columnNames(place, unique.columns)});
    }
    if (state.to == Dialect::sqlite && before.nativeSql.find("NULLS NOT DISTINCT") != std::string::npos)
        state.lose(place, "several rows may have NULL in a unique column: SQLite has no NULLS NOT DISTINCT");
}

// --- foreign keys ---

/// Whether PostgreSQL compares the two: a key's type has to be the other's, or become it without a loss.
bool isComparable(const LogicalType& own, const LogicalType& target) {
    const ValueKind a = valueKind(own);
    const ValueKind b = valueKind(target);
    if (a == ValueKind::integer || (a == ValueKind::decimal && b != ValueKind::integer))
        return isNumeric(b) && (b != ValueKind::decimal || a != ValueKind::real);
    return a == b;
}

/// The words of PostgreSQL's that the catalog's foreign keys have no place for.
struct Peculiar {
    bool notValid = false;
    bool full = false;
    bool someColumns = false;
};

Peculiar peculiarities(const MappingState& state, const Table& table, const ForeignKey& key) {
    Peculiar found;
    for (const NativeObject& object : state.before.objects) {
        if (object.type != "foreign key" || object.name != key.name || object.table != table.name ||
            object.schema != table.schema)
            continue;
        found.notValid = object.sql.find(" NOT VALID") != std::string::npos;
        found.full = object.sql.find(" MATCH FULL") != std::string::npos;
        found.someColumns = object.sql.find(" SET NULL (") != std::string::npos ||
                            object.sql.find(" SET DEFAULT (") != std::string::npos;
    }
    return found;
}

class ForeignKeyMapper {
public:
    ForeignKeyMapper(MappingState& state, std::size_t table)
        : state_(state), place_(table), before_(state.before.tables[table]) {}

    void map() {
        std::vector<ForeignKey> carried;
        for (const ForeignKey& key : before_.foreignKeys) {
            const std::string why = obstacle(key);
            if (why.empty())
                carried.push_back(mapped(key));
            else
                state_.lose(place_, described(key) + " is left out: " + why);
        }
        state_.after.tables[place_].foreignKeys = std::move(carried);
    }

private:
    static std::string described(const ForeignKey& key) {
        const std::string target =
            key.targetSchema.empty() ? key.targetTable : key.targetSchema + "." + key.targetTable;
        return "the foreign key " + (key.name.empty() ? "" : "'" + key.name + "' ") + "(" +
               listed(key.columns) + ") to " + target + " (" + listed(key.targetColumns) + ")";
    }

    [[nodiscard]] std::optional<std::size_t> targetOf(const ForeignKey& key) const {
        const Table* target = state_.before.find(key.targetSchema, key.targetTable);
        if (target == nullptr) return std::nullopt;
        return static_cast<std::size_t>(target - state_.before.tables.data());
    }

    /// Why the key can't be carried; "" if it can.
    [[nodiscard]] std::string obstacle(const ForeignKey& key) const {
        const auto target = targetOf(key);
        if (!target) return "that table is not among those that are moved";
        const Table& other = state_.before.tables[*target];
        if (key.columns.empty() || key.columns.size() != key.targetColumns.size())
            return "it doesn't name as many columns there as here";
        for (std::size_t i = 0; i < key.columns.size(); ++i) {
            const auto own = before_.columnIndex(key.columns[i]);
            const auto there = other.columnIndex(key.targetColumns[i]);
            if (!own || !there)
                return "there is no column '" + (own ? key.targetColumns[i] : key.columns[i]) + "'";
            const Column& a = before_.columns[*own];
            const Column& b = other.columns[*there];
            // Types that are alike to us only in being PostgreSQL's own.
            const bool foreign = valueKind(a.type) == ValueKind::other && a.nativeType != b.nativeType;
            if (!isComparable(a.type, b.type) || foreign)
                return key.columns[i] + " is " + format(a.type) + ", " + key.targetColumns[i] + " there is " +
                       format(b.type);
        }
        if (!isUnique(*target, key)) return "those columns are not unique there";
        const Peculiar words = peculiarities(state_, before_, key);
        if (words.notValid) return "it is NOT VALID, and rows may break it";
        if (words.someColumns) return "SQLite can't set some of its columns alone when the other row goes";
        return {};
    }

    [[nodiscard]] bool isUnique(std::size_t target, const ForeignKey& key) const {
        const Table& other = state_.after.tables[target];
        const Names columns = state_.columnNames(target, key.targetColumns);
        if (sameSet(other.primaryKey, columns)) return true;
        const auto fits = [&](const auto& unique) { return sameSet(unique.columns, columns); };
        return std::ranges::any_of(other.uniques, fits) ||
               std::ranges::any_of(other.indexes, [&](const Index& index) {
                   return index.unique && index.nativeSql.empty() && fits(index);
               });
    }

    [[nodiscard]] ForeignKey mapped(const ForeignKey& key) {
        const std::size_t target = *targetOf(key);
        ForeignKey result = key;
        result.columns = state_.columnNames(place_, key.columns);
        result.targetSchema = state_.names[target].schema;
        result.targetTable = state_.names[target].name;
        result.targetColumns = state_.columnNames(target, key.targetColumns);
        if (peculiarities(state_, before_, key).full)
            state_.lose(place_, described(key) +
                                    " no longer refuses a row that has some of its columns NULL: SQLite "
                                    "has no MATCH FULL");
        return result;
    }

    MappingState& state_;
    std::size_t place_;
    const Table& before_;
};

}  // namespace

void mapUniqueKeys(MappingState& state, std::size_t table) {
    mapPrimaryKey(state, table);
    mapUniques(state, table);
}

void mapForeignKeys(MappingState& state, std::size_t table) { ForeignKeyMapper(state, table).map(); }

}  // namespace roost::sql::mapping
