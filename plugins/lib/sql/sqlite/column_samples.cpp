#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "lib/sql/quoting.hpp"
#include "lib/sql/sqlite/catalog_reader.hpp"
#include "lib/sql/sqlite/counted.hpp"
#include "lib/sql/sqlite/declared_type.hpp"
#include "lib/sql/sqlite/statement.hpp"
#include "lib/sql/sqlite/storage_kinds.hpp"
#include "lib/sql/sqlite/time_texts.hpp"

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
    TimeTexts times;

    void add(const Statement& row, int position) {
        const int storage = row.type(position);
        if (storage == SQLITE_NULL) return;
        ++values;
        ++classes.at(static_cast<std::size_t>(storage));
        if (column->type.kind == TypeKind::timestamp && storage == SQLITE_TEXT) times.add(row.text(position));
    }

    void conclude() const {
        if (vague) inferKind();
        times.conclude(*column, false);
    }

    /// Only where all values agree; otherwise the affinity's type stays.
    void inferKind() const {
        for (const StorageKind& storage : storageKinds)
            if (values > 0 && classes.at(static_cast<std::size_t>(storage.number)) == values) {
                column->type = LogicalType{};
                column->type.kind = storage.kind;
                column->typeReason = (values == 1 ? "its first value is a "
                                                  : "its first " + grouped(values) + " values are ") +
                                     std::string(storage.noun) + (values == 1 ? "" : "s");
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

}  // namespace

void sampleColumns(const Connection& connection, Catalog& catalog) {
    for (Table& table : catalog.tables) sampleTable(connection, table);
    followDeclaredTimes(catalog);
}

}  // namespace roost::sqlite
