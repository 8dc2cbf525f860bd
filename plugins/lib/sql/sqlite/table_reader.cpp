#include "lib/sql/sqlite/table_reader.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "lib/sql/name_pattern.hpp"
#include "lib/sql/quoting.hpp"
#include "lib/sql/sqlite/create_table.hpp"
#include "lib/sql/sqlite/declared_type.hpp"
#include "lib/sql/sqlite/statement.hpp"

namespace roost::sqlite {

namespace {

using sql::quoteIdentifier;

/// Reads one table's schema piece by piece; each step completes table_.
class TableReader {
public:
    TableReader(const Connection& connection, const ListedTable& listed)
        : connection_(connection),
          listed_(listed),
          action_("read the schema of table '" + listed.name + "'") {
        table_.name = listed.name;
        table_.nativeSql = listed.sql;
    }

    Table read() {
        if (!listed_.isVirtual) created_ = parseCreateTable(listed_.sql);
        readColumns();
        if (created_ && !describesColumns()) created_.reset();
        readIndexes();
        readForeignKeys();
        if (created_) addCreatedParts();
        readIdentity();
        return std::move(table_);
    }

private:
    [[nodiscard]] Statement query(std::string_view text) const {
        Statement statement(connection_, text, action_);
        statement.bind(1, std::string_view(listed_.name));
        return statement;
    }

    void readColumns() {
        if (listed_.fullText) addRowid();
        std::map<std::int64_t, std::string> keyColumns;
        Statement columns = query(
            "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?1, 'main')");
        while (columns.step()) {
            const std::int64_t hidden = columns.integer(5);
            if (hidden == 1) continue;  // a virtual table's handle or argument, no content
            Column column;
            column.name = columns.string(0);
            column.nativeType = columns.string(1);
            column.nullable = columns.integer(2) == 0;
            if (!columns.isNull(3)) column.defaultValue = columns.string(3);
            if (hidden > 1) {
                column.generated = std::string();
                column.generatedStored = hidden == 3;
            }
            DeclaredType declared = logicalTypeOf(column.nativeType, columns.text(3));
            column.type = declared.type;
            column.typeOrigin = declared.origin;
            column.typeReason = std::move(declared.reason);
            // Its columns have no types, but it is made for texts.
            if (listed_.fullText && column.nativeType.empty()) column.type.kind = TypeKind::text;
            if (const std::int64_t place = columns.integer(4); place > 0) keyColumns[place] = column.name;
            table_.columns.push_back(std::move(column));
        }
        for (auto& [place, name] : keyColumns) table_.primaryKey.push_back(std::move(name));
    }

    /// A full-text table's rowid is what other tables join it by, and it is declared nowhere.
    void addRowid() {
        Column rowid;
        rowid.name = "rowid";
        rowid.nativeType = "INTEGER";
        rowid.type.kind = TypeKind::int64;
        rowid.nullable = false;
        table_.columns.push_back(std::move(rowid));
        table_.primaryKey = {"rowid"};
    }

    [[nodiscard]] bool describesColumns() const {
        return std::ranges::equal(created_->columns, table_.columns, {}, &CreatedColumn::name, &Column::name);
    }

    struct ListedIndex {
        std::int64_t sequence = 0;
        std::string name;
        bool unique = false;
        std::string origin;
    };

    void readIndexes() {
        std::vector<ListedIndex> indexes;
        Statement list = query("SELECT seq, name, \"unique\", origin FROM pragma_index_list(?1, 'main')");
        while (list.step())
            indexes.push_back({list.integer(0), list.string(1), list.integer(2) != 0, list.string(3)});
        // The list begins with the index that was made last.
        std::ranges::sort(indexes, std::ranges::greater{}, &ListedIndex::sequence);
        for (const ListedIndex& index : indexes) {
            if (index.origin == "pk") hasKeyIndex_ = true;
            if (index.origin == "u") table_.uniques.push_back({"", indexColumns(index.name)});
            if (index.origin == "c")
                table_.indexes.push_back(
                    {index.name, index.unique, indexColumns(index.name), indexSql(index.name)});
        }
    }

    /// Empty where a part is an expression or the rowid.
    [[nodiscard]] std::vector<std::string> indexColumns(const std::string& index) const {
        Statement parts(connection_,
                        "SELECT name FROM pragma_index_xinfo(?1, 'main') WHERE \"key\" ORDER BY seqno",
                        action_);
        parts.bind(1, std::string_view(index));
        std::vector<std::string> columns;
        bool expression = false;
        while (parts.step()) {
            expression = expression || parts.isNull(0);
            columns.push_back(parts.string(0));
        }
        if (expression) columns.clear();
        return columns;
    }

    [[nodiscard]] std::string indexSql(const std::string& index) const {
        Statement text(connection_, "SELECT sql FROM main.sqlite_schema WHERE type = 'index' AND name = ?1",
                       action_);
        text.bind(1, std::string_view(index));
        return text.step() ? text.string(0) : std::string();
    }

    void readForeignKeys() {
        // The pragma numbers them from the last one backwards.
        Statement parts = query(
            "SELECT id, \"table\", \"from\", \"to\", on_update, on_delete FROM pragma_foreign_key_list(?1, "
            "'main') "
            "ORDER BY id DESC, seq");
        std::optional<std::int64_t> current;
        while (parts.step()) {
            if (current != parts.integer(0)) {
                current = parts.integer(0);
                ForeignKey key;
                key.targetTable = parts.string(1);
                key.onUpdate = parts.string(4);
                key.onDelete = parts.string(5);
                table_.foreignKeys.push_back(std::move(key));
            }
            ForeignKey& key = table_.foreignKeys.back();
            key.columns.push_back(parts.string(2));
            if (!parts.isNull(3)) key.targetColumns.push_back(parts.string(3));
        }
    }

    /// What only the statement's text says: collations, expressions, checks, names of constraints.
    void addCreatedParts() {
        for (std::size_t i = 0; i < table_.columns.size(); ++i) {
            table_.columns[i].collation = std::move(created_->columns[i].collation);
            if (table_.columns[i].generated)
                table_.columns[i].generated = created_->columns[i].generated.value_or("");
        }
        table_.checks = std::move(created_->checks);
        for (UniqueConstraint& unique : table_.uniques) nameUnique(unique);
        if (created_->foreignKeys.size() != table_.foreignKeys.size()) return;
        for (std::size_t i = 0; i < table_.foreignKeys.size(); ++i) {
            table_.foreignKeys[i].name = std::move(created_->foreignKeys[i].name);
            table_.foreignKeys[i].deferrable = created_->foreignKeys[i].deferrable;
            table_.foreignKeys[i].initiallyDeferred = created_->foreignKeys[i].initiallyDeferred;
        }
    }

    void nameUnique(UniqueConstraint& unique) const {
        const auto sameColumns = [&](const UniqueConstraint& candidate) {
            return std::ranges::equal(candidate.columns, unique.columns, [](const auto& a, const auto& b) {
                return sql::sameName(a, b, sql::NameCase::folded);
            });
        };
        const auto found = std::ranges::find_if(created_->uniques, sameColumns);
        if (found != created_->uniques.end()) unique.name = found->name;
    }

    /// An INTEGER PRIMARY KEY is the rowid itself: then, and only then, the key has no index of its own.
    void readIdentity() {
        if (listed_.isVirtual || listed_.withoutRowid || table_.primaryKey.size() != 1 || hasKeyIndex_)
            return;
        Column& column = table_.columns[*table_.columnIndex(table_.primaryKey.front())];
        column.nullable = false;
        const std::optional<std::int64_t> used = highestSequence();
        const bool autoincrement = created_ ? created_->autoincrement : used.has_value();
        column.identity = autoincrement ? Identity::autoincrement : Identity::byDefault;
        Statement highest(
            connection_,
            "SELECT max(" + quoteIdentifier(column.name) + ") FROM main." + quoteIdentifier(table_.name),
            action_);
        std::int64_t last = highest.step() ? highest.integer(0) : 0;
        if (autoincrement) last = std::max(last, used.value_or(0));
        // Numbering begins at 1, also behind negative numbers; behind the last one there is no next.
        if (last < std::numeric_limits<std::int64_t>::max())
            column.nextValue = std::max<std::int64_t>(last, 0) + 1;
    }

    /// What sqlite_sequence holds for this table.
    [[nodiscard]] std::optional<std::int64_t> highestSequence() const {
        Statement exists(connection_, "SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_sequence'",
                         action_);
        if (!exists.step()) return std::nullopt;
        Statement sequence =
            query("SELECT max(CAST(seq AS INTEGER)) FROM main.sqlite_sequence WHERE name = ?1");
        if (!sequence.step() || sequence.isNull(0)) return std::nullopt;
        return sequence.integer(0);
    }

    const Connection& connection_;
    const ListedTable& listed_;
    std::string action_;
    std::optional<CreatedTable> created_;
    bool hasKeyIndex_ = false;
    Table table_;
};

std::optional<std::uint64_t> analyzedRows(const Connection& connection, const ListedTable& listed) {
    const std::string action = "read the statistics of table '" + listed.name + "'";
    Statement exists(connection, "SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_stat1'", action);
    if (!exists.step()) return std::nullopt;
    Statement rows(connection, "SELECT max(CAST(stat AS INTEGER)) FROM main.sqlite_stat1 WHERE tbl = ?1",
                   action);
    rows.bind(1, std::string_view(listed.name));
    if (!rows.step() || rows.isNull(0)) return std::nullopt;
    return static_cast<std::uint64_t>(std::max<std::int64_t>(rows.integer(0), 0));
}

/// A row takes four bytes at the very least, so that rowids with large gaps do not promise absurd numbers.
std::uint64_t mostRows(const Connection& connection) {
    Statement size(connection, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
                   "read its size");
    return size.step() ? static_cast<std::uint64_t>(size.integer(0)) / 4 : 0;
}

}  // namespace

Table readTable(const Connection& connection, const ListedTable& listed) {
    return TableReader(connection, listed).read();
}

std::uint64_t estimateRows(const Connection& connection, const ListedTable& listed) {
    if (const auto analyzed = analyzedRows(connection, listed)) return *analyzed;
    if (listed.isVirtual || listed.withoutRowid) {
        constexpr const char* bounded = "SELECT count(*) FROM (SELECT 1 FROM main.";
        Statement rows(connection, bounded + quoteIdentifier(listed.name) + " LIMIT 100000)",
                       "read table '" + listed.name + "'");
        return rows.step() ? static_cast<std::uint64_t>(rows.integer(0)) : 0;
    }
    const std::string table = " FROM main." + quoteIdentifier(listed.name);
    Statement ends(connection, "SELECT (SELECT min(rowid)" + table + "), (SELECT max(rowid)" + table + ")",
                   "read table '" + listed.name + "'");
    if (!ends.step() || ends.isNull(0)) return 0;
    // Unsigned, since the distance may be larger than a signed number holds.
    const std::uint64_t distance =
        static_cast<std::uint64_t>(ends.integer(1)) - static_cast<std::uint64_t>(ends.integer(0));
    return std::min(distance, mostRows(connection)) + 1;
}

std::uint64_t countRows(const Connection& connection, const ListedTable& listed) {
    // Not count(*): SQLite runs that in one piece, without a chance to show that it is alive.
    Statement rows(connection, "SELECT count(1) FROM main." + quoteIdentifier(listed.name) + " NOT INDEXED",
                   "count the rows of table '" + listed.name + "'");
    return rows.step() ? static_cast<std::uint64_t>(rows.integer(0)) : 0;
}

}  // namespace roost::sqlite
