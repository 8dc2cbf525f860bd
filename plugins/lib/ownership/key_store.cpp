#include "lib/ownership/key_store.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>

#include "lib/ownership/value_name.hpp"
#include "lib/sql/quoting.hpp"
#include "roost/error.hpp"

namespace roost::ownership {

namespace {

// No column of a table has such a name.
constexpr const char* mineFlag = "\1mine";
constexpr const char* nobodysFlag = "\1nobodys";
constexpr const char* neededFlag = "\1needed";
constexpr const char* rowNumber = "\1row";
constexpr const char* action = "follow the keys of the chosen users' rows";

std::string tableName(const Catalog& catalog, std::size_t table) {
    return "t" + std::to_string(catalog.tables[table].id);
}

RowCondition flagged(const char* flag) {
    return RowCondition::valuesAmong({flag}, {{Value(Cell::integer(1))}});
}

/// As the two sides of a key are to be compared, whatever kind of database they come from.
void bindKey(sqlite3_stmt* statement, int at, const Cell& cell, const LogicalType& type) {
    switch (cell.kind()) {
        case CellKind::null:
            sqlite3_bind_null(statement, at);
            return;
        case CellKind::integer:
        case CellKind::boolean:
            sqlite3_bind_int64(statement, at, cell.integer());
            return;
        case CellKind::real:
            sqlite3_bind_double(statement, at, cell.real());
            return;
        case CellKind::bytes:
            sqlite3_bind_blob64(statement, at, cell.bytes().data(), cell.bytes().size(), SQLITE_TRANSIENT);
            return;
        case CellKind::date:
        case CellKind::time:
        case CellKind::timestamp: {
            const std::string text = "\1" + std::to_string(cell.integer());
            sqlite3_bind_text64(statement, at, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
            return;
        }
        default: {
            std::string text = valueName(cell, type).value_or(std::string(cell.text()));
            if (cell.kind() == CellKind::decimal && text.find('.') != std::string::npos) {
                text.erase(text.find_last_not_of('0') + 1);  // 1.50 is 1.5
                if (text.ends_with('.')) text.pop_back();
            }
            sqlite3_bind_text64(statement, at, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
        }
    }
}

void addColumns(std::vector<std::string>& to, const std::vector<std::string>& columns) {
    for (const std::string& column : columns)
        if (std::ranges::find(to, column) == to.end()) to.push_back(column);
}

}  // namespace

KeyStore::KeyStore(const Catalog& catalog, const Graph& graph, const std::vector<bool>& kept,
                   const std::vector<bool>& whole, References references, Context& context)
    : catalog_(catalog),
      graph_(graph),
      kept_(kept),
      whole_(whole),
      references_(references),
      context_(context),
      database_(context.temporaryFolder(), "the keys of the rows"),
      rows_(catalog.tables.size()),
      inserts_(catalog.tables.size()) {
    writer_.from = [](TableId id) { return "t" + std::to_string(id); };
    writer_.literal = [](const Value& value) { return std::to_string(value.cell().integer()); };
    writer_.namesCollations = catalog.dialect == "sqlite";
    for (std::size_t table = 0; table < catalog.tables.size(); ++table) columns_.push_back(columnsOf(table));
    makeTables();
}

std::vector<std::string> KeyStore::columnsOf(std::size_t table) const {
    std::vector<std::string> columns;
    if (!kept_[table]) return columns;
    addColumns(columns, catalog_.tables[table].primaryKey);  // to name rows by
    for (const std::size_t tied : graph_.order)
        for (const auto& group : graph_.tables[tied].groups)
            for (const Tie& tie : group) {
                if (tie.child == table) addColumns(columns, tie.columns);
                if (tie.parent == table) addColumns(columns, tie.parentColumns);
            }
    for (const Reference& reference : graph_.references) {
        if (!kept_[reference.key.child] || !kept_[reference.key.parent]) continue;
        if (reference.key.child == table) addColumns(columns, reference.key.columns);
        if (reference.key.parent == table) addColumns(columns, reference.key.parentColumns);
    }
    if (columns.empty()) columns.push_back(catalog_.tables[table].columns.front().name);
    return columns;
}

void KeyStore::makeTables() {
    sqlite::Connection& connection = database_.writer();
    connection.attend(context_, std::chrono::milliseconds(0));
    connection.execute(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384; BEGIN");
    for (std::size_t table = 0; table < columns_.size(); ++table) {
        if (!kept_[table]) continue;
        std::string list;
        std::string marks = "?1, ?2";
        for (std::size_t i = 0; i < columns_[table].size(); ++i) {
            list += ", " + sql::quoteIdentifier(columns_[table][i]);
            marks += ", ?" + std::to_string(i + 3);
        }
        const std::string name = tableName(catalog_, table);
        const auto flag = [](const char* text) { return ", " + sql::quoteIdentifier(text); };
        connection.execute("CREATE TABLE " + name + "(" + sql::quoteIdentifier(rowNumber) +
                           " INTEGER PRIMARY KEY" + flag(mineFlag) + flag(nobodysFlag) + flag(neededFlag) +
                           list + ")");
        inserts_[table] = std::make_unique<sqlite::Statement>(
            connection,
            "INSERT INTO " + name + "(" + sql::quoteIdentifier(rowNumber) + flag(mineFlag) + list +
                ") VALUES (" + marks + ")",
            action);
    }
}

void KeyStore::append(std::size_t table, const Batch& rows, std::size_t columns,
                      const std::function<bool(std::span<const Cell>)>* isChosen, std::size_t userAt) {
    sqlite::Statement& insert = *inserts_[table];
    std::vector<const LogicalType*> types;
    for (const std::string& name : columns_[table])
        types.push_back(
            &catalog_.tables[table].columns[catalog_.tables[table].columnIndex(name).value()].type);
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        const auto row = rows.row(i);
        insert.bind(1, static_cast<std::int64_t>(rows_[table]++));
        const bool mine = isChosen != nullptr && (*isChosen)(row.subspan(userAt));
        insert.bind(2, std::int64_t{mine ? 1 : 0});
        for (std::size_t c = 0; c < columns; ++c)
            bindKey(insert.handle(), static_cast<int>(c) + 3, row[c], *types[c]);
        insert.step();
        insert.reset();
    }
}

void KeyStore::load(SourceAccess& sources, const std::vector<std::string>& userColumns,
                    const std::function<bool(std::span<const Cell>)>& isChosen) {
    std::vector<TableRead> reads;
    std::vector<std::size_t> tables;
    for (std::size_t table = 0; table < columns_.size(); ++table) {
        if (!kept_[table]) continue;
        TableRead& read = reads.emplace_back();
        read.table = catalog_.tables[table].id;
        read.columns = columns_[table];
        if (table == graph_.users)
            read.columns.insert(read.columns.end(), userColumns.begin(), userColumns.end());
        tables.push_back(table);
    }
    sources.reread(reads, [&](std::size_t read, const Batch& rows) {
        context_.alive();
        const std::size_t table = tables[read];
        append(table, rows, columns_[table].size(), table == graph_.users ? &isChosen : nullptr,
               columns_[table].size());
    });
    inserts_.clear();
}

std::uint64_t KeyStore::mark(std::size_t table, const char* flag, const RowCondition& rows) {
    if (rows.isNothing()) return 0;
    const std::string column = sql::quoteIdentifier(flag);
    database_.writer().execute("UPDATE " + tableName(catalog_, table) + " SET " + column + " = 1 WHERE " +
                               column + " IS NOT 1 AND (" + sql::conditionText(rows, writer_) + ")");
    return static_cast<std::uint64_t>(sqlite3_changes64(database_.writer().handle()));
}

/// From parents to children, until nothing is added.
void KeyStore::spread(const char* flag,
                      RowCondition (*rule)(const Catalog&, const TableTies&, const RowState&)) {
    const RowState state = [&](std::size_t parent) {
        // Nobody's are all rows of a table that is tied to nothing; the users are their own.
        if (flag == nobodysFlag && parent == graph_.users) return RowCondition::nothing();
        return flagged(flag);
    };
    std::vector<bool> stale(catalog_.tables.size(), true);
    for (bool changed = true; changed;) {
        changed = false;
        for (const std::size_t table : graph_.order) {
            if (!stale[table]) continue;
            stale[table] = false;
            if (mark(table, flag, rule(catalog_, graph_.tables[table], state)) == 0) continue;
            changed = true;
            for (const std::size_t child : graph_.order)
                for (const auto& group : graph_.tables[child].groups)
                    for (const Tie& tie : group) stale[child] = stale[child] || tie.parent == table;
        }
    }
}

RowCondition KeyStore::taken(std::size_t table) const {
    if (whole_[table]) return RowCondition::everything();
    return RowCondition::anyOf({flagged(mineFlag), flagged(neededFlag)});
}

RowCondition KeyStore::nobodys(std::size_t table) const {
    if (table == graph_.users) return RowCondition::nothing();
    return graph_.isTied(table) ? flagged(nobodysFlag) : RowCondition::everything();
}

/// From children to the rows that they point at, until nothing is added.
void KeyStore::followReferences() {
    std::vector<bool> stale(catalog_.tables.size(), true);
    for (bool changed = true; changed;) {
        changed = false;
        std::vector<bool> fresh(catalog_.tables.size());
        for (const Reference& reference : graph_.references) {
            const auto& [child, parent] = std::pair(reference.key.child, reference.key.parent);
            if (!stale[child] || !kept_[child] || !kept_[parent] || whole_[parent]) continue;
            const RowCondition takable =
                references_ == References::include ? RowCondition::everything() : nobodys(parent);
            const RowCondition rows = RowCondition::allOf({takable, RowCondition::noneOf(flagged(mineFlag)),
                                                           wantedBy(catalog_, reference, taken(child))});
            if (mark(parent, neededFlag, rows) == 0) continue;
            fresh[parent] = changed = true;
        }
        stale = std::move(fresh);
    }
}

void KeyStore::follow() {
    spread(mineFlag, chosenRows);
    spread(nobodysFlag, nobodysRows);
    followReferences();
}

RowSet KeyStore::rowsWhere(std::size_t table, const RowCondition& rows) {
    sqlite::Statement found(database_.writer(),
                            "SELECT " + sql::quoteIdentifier(rowNumber) + " FROM " +
                                tableName(catalog_, table) + " WHERE " + sql::conditionText(rows, writer_),
                            action);
    RowSet set;
    while (found.step()) set.add(static_cast<std::uint64_t>(found.integer(0)));
    return set;
}

RowSet KeyStore::included(std::size_t table) { return rowsWhere(table, taken(table)); }

RowSet KeyStore::mine(std::size_t table) { return rowsWhere(table, flagged(mineFlag)); }

std::string KeyStore::danglingText(const Reference& reference) const {
    return " FROM " + tableName(catalog_, reference.key.child) + " WHERE " +
           sql::conditionText(ownership::dangling(catalog_, reference, taken(reference.key.child),
                                                  taken(reference.key.parent)),
                              writer_);
}

RowSet KeyStore::dangling(const Reference& reference) {
    sqlite::Statement rows(database_.writer(),
                           "SELECT " + sql::quoteIdentifier(rowNumber) + danglingText(reference), action);
    RowSet set;
    while (rows.step()) set.add(static_cast<std::uint64_t>(rows.integer(0)));
    return set;
}

std::vector<std::string> KeyStore::danglingKeys(const Reference& reference, std::size_t most) {
    const Table& child = catalog_.tables[reference.key.child];
    std::string columns = sql::quoteIdentifier(rowNumber);
    for (const std::string& column : child.primaryKey) columns += ", " + sql::quoteIdentifier(column);
    sqlite::Statement rows(database_.writer(),
                           "SELECT " + columns + danglingText(reference) + " LIMIT " + std::to_string(most),
                           action);
    std::vector<std::string> keys;
    while (rows.step()) {
        std::string key;
        for (std::size_t i = 0; i < child.primaryKey.size(); ++i) {
            const int at = static_cast<int>(i) + 1;
            const Cell cell = rows.type(at) == SQLITE_INTEGER ? Cell::integer(rows.integer(at))
                                                              : Cell::view(CellKind::text, rows.text(at));
            key += (i == 0 ? "" : ", ") + child.primaryKey[i] + " = " + shownValue(cell, {});
        }
        keys.push_back(key.empty() ? "row number " + std::to_string(rows.integer(0) + 1) : key);
    }
    return keys;
}

}  // namespace roost::ownership
