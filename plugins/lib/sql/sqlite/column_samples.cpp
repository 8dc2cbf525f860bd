#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include "lib/sql/quoting.hpp"
#include "lib/sql/sqlite/catalog_reader.hpp"
#include "lib/sql/sqlite/declared_type.hpp"
#include "lib/sql/sqlite/statement.hpp"
#include "lib/sql/time_text.hpp"

namespace roost::sqlite {

namespace {

constexpr std::size_t samplesWanted = 200;
constexpr int rowsLookedAt = 2000;

/// What the first values of one column were like.
struct Samples {
    Column* column = nullptr;
    bool vague = false;
    std::size_t values = 0;                ///< that were not NULL
    std::array<std::size_t, 6> classes{};  ///< by SQLite's number of the storage class
    std::map<std::string_view, std::size_t> spellings;

    void add(const Statement& row, int position) {
        const int storage = row.type(position);
        if (storage == SQLITE_NULL) return;
        ++values;
        ++classes.at(static_cast<std::size_t>(storage));
        if (column->type.kind != TypeKind::timestamp || storage != SQLITE_TEXT) return;
        if (const std::string_view spelling = sql::spellingOf(row.text(position)); !spelling.empty())
            ++spellings[spelling];
    }

    void conclude() const {
        if (vague) inferKind();
        const auto usual =
            std::ranges::max_element(spellings, {}, [](const auto& entry) { return entry.second; });
        if (usual == spellings.end()) return;
        column->spelling = usual->first;
        if (column->typeOrigin == TypeOrigin::set || column->type.withZone ||
            !usual->first.ends_with("+hh:mm"))
            return;
        column->type.withZone = true;
        column->typeOrigin = TypeOrigin::inferred;
    }

    /// Only where all values agree; otherwise the affinity's type stays.
    void inferKind() const {
        constexpr std::array<std::pair<int, TypeKind>, 4> kinds{{{SQLITE_INTEGER, TypeKind::int64},
                                                                 {SQLITE_FLOAT, TypeKind::float64},
                                                                 {SQLITE_TEXT, TypeKind::text},
                                                                 {SQLITE_BLOB, TypeKind::bytes}}};
        for (const auto& [storage, kind] : kinds)
            if (values > 0 && classes.at(static_cast<std::size_t>(storage)) == values) {
                column->type = LogicalType{};
                column->type.kind = kind;
            }
    }
};

bool isVague(const Column& column) {
    return column.typeOrigin != TypeOrigin::set && logicalTypeOf(column.nativeType, "").vague;
}

void sampleTable(const Connection& connection, Table& table) {
    std::vector<Samples> wanted;
    std::string names;
    for (Column& column : table.columns) {
        const bool vague = isVague(column);
        if (!isStored(column) || (!vague && column.type.kind != TypeKind::timestamp)) continue;
        names += (names.empty() ? "" : ", ") + sql::quoteIdentifier(column.name);
        wanted.push_back({&column, vague, 0, {}, {}});
    }
    if (wanted.empty()) return;
    Statement rows(connection,
                   "SELECT " + names + " FROM main." + sql::quoteIdentifier(table.name) + " NOT INDEXED",
                   "read the first rows of table '" + table.name + "'");
    for (int row = 0; row < rowsLookedAt && rows.step(); ++row) {
        for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i].add(rows, static_cast<int>(i));
        if (std::ranges::all_of(wanted,
                                [](const Samples& samples) { return samples.values >= samplesWanted; }))
            break;
    }
    for (const Samples& samples : wanted) samples.conclude();
}

/// What a database's columns of one declared type have in common.
struct DeclaredTimes {
    bool instants = false;
    bool others = false;
};

bool isUndecidedTime(const Column& column) {
    return column.type.kind == TypeKind::timestamp && column.typeOrigin == TypeOrigin::declared &&
           !column.type.withZone && column.spelling.empty();
}

}  // namespace

void sampleColumns(const Connection& connection, Catalog& catalog) {
    std::map<std::string, DeclaredTimes> times;
    for (Table& table : catalog.tables) {
        sampleTable(connection, table);
        for (const Column& column : table.columns)
            if (column.type.kind == TypeKind::timestamp && !column.spelling.empty())
                (column.type.withZone ? times[column.nativeType].instants : times[column.nativeType].others) =
                    true;
    }
    for (Table& table : catalog.tables)
        for (Column& column : table.columns)
            if (isUndecidedTime(column) && times[column.nativeType].instants &&
                !times[column.nativeType].others) {
                column.type.withZone = true;
                column.typeOrigin = TypeOrigin::inferred;
            }
}

}  // namespace roost::sqlite
