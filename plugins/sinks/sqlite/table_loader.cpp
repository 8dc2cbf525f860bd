#include "sinks/sqlite/table_loader.hpp"

#include <utility>

#include "lib/sql/quoting.hpp"
#include "lib/sql/sqlite/ddl_text.hpp"
#include "lib/sql/sqlite/shown_cell.hpp"
#include "lib/storage/shown_name.hpp"

namespace roost::sqlite {

namespace {

using sql::quoteIdentifier;

std::string quoted(const std::string& name) { return "'" + storage::shownName(name) + "'"; }

bool isUtf8(const Connection& connection) {
    Statement encoding(connection, "PRAGMA encoding", "read its encoding");
    return !encoding.step() || encoding.text(0) == "UTF-8";
}

}  // namespace

TableLoader::TableLoader(Connection& connection, const sql::TableLoad& load, const LoadSettings& settings,
                         const std::string& dialect, Context& context)
    : connection_(&connection),
      load_(&load),
      context_(&context),
      isVirtual_(isVirtual(*load.to)),
      onlyAdds_(settings.load.mode == sql::LoadMode::add),
      insert_(connection, insertText(), "write to table " + quoted(load.to->name)) {
    const bool strict = sqlite::traitsOf(load.to->nativeSql).strict;
    const bool utf8 = isUtf8(connection);
    for (const sql::ColumnLoad& column : load.columns) {
        ColumnTraits traits =
            traitsOf(load.from->columns[column.from], load.to->columns[column.to], strict, dialect);
        traits.checksUtf8 = !utf8;
        binders_.emplace_back(traits, settings.times);
    }
}

ColumnTraits TableLoader::traitsOf(const Column& from, const Column& to, bool strict,
                                   const std::string& dialect) const {
    ColumnTraits traits;
    const bool any = strict && sql::sameName(to.nativeType, "any", sql::NameCase::folded);
    // A virtual table's module does what it likes with values; the declared type is words.
    traits.affinity = any || isVirtual_ ? Affinity::blob : affinityOf(to.nativeType);
    traits.isRowid =
        to.identity != Identity::none || (isVirtual_ && load_->to->primaryKey.size() == 1 &&
                                          load_->to->primaryKey[0] == to.name && to.name == "rowid");
    traits.instants = from.type.kind == TypeKind::timestamp && from.type.withZone;
    // From SQLite itself text is exact; from elsewhere times are in RFC 3339.
    traits.rewritesTimes = to.type.kind == TypeKind::timestamp && (dialect != "sqlite" || from.optional);
    return traits;
}

/// OR ABORT, since a table's own ON CONFLICT clauses could drop rows in silence.
std::string TableLoader::insertText() const {
    const sql::TableLoad& load = *load_;
    std::string text = std::string("INSERT OR ") +
                       (merges() && isVirtual_ && !onlyAdds_ ? "REPLACE" : "ABORT") + " INTO main." +
                       quoteIdentifier(load.to->name);
    if (load.columns.empty()) return text + " DEFAULT VALUES";
    std::string names;
    std::string values;
    std::string updates;
    for (const sql::ColumnLoad& column : load.columns) {
        const std::string name = quoteIdentifier(load.to->columns[column.to].name);
        names += (names.empty() ? "" : ", ") + name;
        values += values.empty() ? "?" : ", ?";
        updates += (updates.empty() ? "" : ", ") + name + " = excluded." + name;
    }
    text += " (" + names + ") VALUES (" + values + ")";
    if (!merges() || isVirtual_) return text;
    std::string key;
    for (const std::string& name : load.to->primaryKey)
        key += (key.empty() ? "" : ", ") + quoteIdentifier(name);
    return text + " ON CONFLICT (" + key + ") DO " + (onlyAdds_ ? "NOTHING" : "UPDATE SET " + updates);
}

void TableLoader::write(const Batch& batch) {
    for (std::size_t i = 0; i < batch.rows(); ++i) {
        const std::span<const Cell> row = batch.row(i);
        bindRow(row);
        const int code = insert_.tryStep();
        const bool present =
            code != SQLITE_DONE ? refusesPresent(code) : onlyAdds_ && merges() && changedNothing();
        if (code != SQLITE_DONE && !present) failRow(row);
        insert_.reset();
        ++result_.rows;
        if (present) ++result_.present;
    }
    // The cells go with their batch.
    sqlite3_clear_bindings(insert_.handle());
}

/// A virtual table has no ON CONFLICT clause: that its row is there already comes as an error.
bool TableLoader::refusesPresent(int code) const {
    return onlyAdds_ && merges() && isVirtual_ && (code & 0xFF) == SQLITE_CONSTRAINT;
}

bool TableLoader::changedNothing() const { return sqlite3_changes(connection_->handle()) == 0; }

void TableLoader::bindRow(std::span<const Cell> row) {
    for (std::size_t i = 0; i < binders_.size(); ++i) {
        const Binding binding =
            binders_[i].bind(insert_.handle(), static_cast<int>(i) + 1, row[load_->columns[i].from]);
        if (binding != Binding::exact) noteBinding(binding, i, row);
    }
}

void TableLoader::noteBinding(Binding binding, std::size_t column, std::span<const Cell> row) {
    const Cell& cell = row[load_->columns[column].from];
    switch (binding) {
        case Binding::exact:
            return;
        case Binding::asNumber:
            ++result_.becameNumbers;
            return;
        case Binding::asNull:
            context_->setAside("table " + quoted(load_->to->name) + ", " + rowName(row) + ", column " +
                                   quoted(columnName(column)),
                               "NaN is stored as NULL: SQLite has no other value for it");
            return;
        case Binding::refused:
            break;
    }
    throw Error("table " + quoted(load_->to->name) + ", " + rowName(row) + ": column " +
                    quoted(columnName(column)) + " cannot hold " + shownCell(cell) +
                    " as it is: " + binders_[column].refusal(cell),
                "declare the column as TEXT, or leave it out");
}

void TableLoader::failRow(std::span<const Cell> row) {
    const int code = sqlite3_extended_errcode(connection_->handle());
    if (code == SQLITE_INTERRUPT || connection_->stopRequested()) throw Interrupted();
    const bool aboutRow = (code & 0xFF) == SQLITE_CONSTRAINT || (code & 0xFF) == SQLITE_MISMATCH ||
                          (code & 0xFF) == SQLITE_TOOBIG || (code & 0xFF) == SQLITE_ERROR;
    if (aboutRow)
        throw Error("table " + quoted(load_->to->name) + ", " + rowName(row) + ": " +
                        storage::shownName(sqlite3_errmsg(connection_->handle())),
                    onlyAdds_ && code == SQLITE_CONSTRAINT_UNIQUE
                        ? "a row with that value is there under another primary key"
                        : "");
    connection_->fail("write to table " + quoted(load_->to->name));
}

std::string TableLoader::rowName(std::span<const Cell> row) const {
    std::string key;
    for (const std::size_t part : load_->key)
        key += (key.empty() ? "" : ", ") + storage::shownName(columnName(part)) + " = " +
               shownCell(row[load_->columns[part].from]);
    return key.empty() ? "row number " + std::to_string(result_.rows + 1) : key;
}

}  // namespace roost::sqlite
