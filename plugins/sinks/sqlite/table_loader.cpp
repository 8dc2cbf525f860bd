#include "sinks/sqlite/table_loader.hpp"

#include <algorithm>
#include <utility>

#include "lib/sql/quoting.hpp"
#include "lib/sql/sqlite/ddl_text.hpp"
#include "lib/sql/sqlite/shown_cell.hpp"
#include "lib/storage/shown_name.hpp"

namespace roost::sqlite {

namespace {

using sql::BadCell;
using sql::quoteIdentifier;

std::string quoted(const std::string& name) { return "'" + storage::shownName(name) + "'"; }

bool isUtf8(const Connection& connection) {
    Statement encoding(connection, "PRAGMA encoding", "read its encoding");
    return !encoding.step() || encoding.text(0) == "UTF-8";
}

}  // namespace

TableLoader::TableLoader(Connection& connection, const sql::TableLoad& load, const LoadSettings& settings,
                         const std::string& dialect, sql::BadValues& bad, Context& context)
    : connection_(&connection),
      load_(&load),
      context_(&context),
      isVirtual_(isVirtual(*load.to)),
      onlyAdds_(settings.load.mode == sql::LoadMode::add || isUsers()),
      insert_(connection, insertText(), "write to table " + quoted(load.to->name)),
      bad_(&bad),
      fields_(load.columns.size()) {
    const bool strict = sqlite::traitsOf(load.to->nativeSql).strict;
    const bool utf8 = isUtf8(connection);
    for (const sql::ColumnLoad& column : load.columns) {
        ColumnTraits traits =
            traitsOf(load.from->columns[column.from], load.to->columns[column.to], strict, dialect);
        traits.checksUtf8 = !utf8;
        binders_.emplace_back(traits, settings.times);
    }
    const bool fires = settings.triggers == Triggers::fire;
    const bool comparable = isUsers() ? load.onlyOwned : load.action != sql::TableAction::merge;
    if (settings.verify && !fires && !isVirtual_ && comparable)
        digest_.emplace(ValueFields::layout(load.columns.size(), load.key));
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
    traits.keepsZeros = from.type.kind == TypeKind::decimal && from.type.scale < 0;
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
        if (bindRow(row) == RowState::leftOut) continue;
        const int code = insert_.tryStep();
        const bool present =
            code != SQLITE_DONE ? refusesPresent(code) : onlyAdds_ && merges() && changedNothing();
        insert_.reset();
        if (code != SQLITE_DONE && !present) {
            failRow(row);
            continue;
        }
        ++result_.rows;
        if (digest_) addToDigest();
        if (!present) continue;
        ++result_.present;
        if (isUsers()) keepPresent(row);
    }
    // The cells go with their batch.
    sqlite3_clear_bindings(insert_.handle());
}

/// Whose that row is can be said once all tables are loaded.
void TableLoader::keepPresent(std::span<const Cell> row) {
    const std::string action = "remember rows of table " + quoted(load_->to->name);
    if (keep_ == nullptr) {
        std::string names;
        std::string values;
        for (std::size_t i = 0; i < load_->columns.size(); ++i) {
            names += (names.empty() ? "" : ", ") + quoteIdentifier(columnName(i));
            values += values.empty() ? "?" : ", ?";
        }
        presentRows_ = "temp." + quoteIdentifier("roost_present_" + std::to_string(load_->from->id));
        connection_->execute("CREATE TEMP TABLE " + presentRows_.substr(5) + " AS SELECT " + names +
                             " FROM main." + quoteIdentifier(load_->to->name) + " WHERE 0");
        keep_ = std::make_unique<Statement>(
            *connection_, "INSERT INTO " + presentRows_ + " VALUES (" + values + ")", action);
    }
    for (std::size_t i = 0; i < binders_.size(); ++i)
        static_cast<void>(
            binders_[i].bind(keep_->handle(), static_cast<int>(i) + 1, row[load_->columns[i].from]));
    keep_->step();
    keep_->reset();
    sqlite3_clear_bindings(keep_->handle());
}

/// A virtual table has no ON CONFLICT clause: that its row is there already comes as an error.
bool TableLoader::refusesPresent(int code) const {
    return onlyAdds_ && merges() && isVirtual_ && (code & 0xFF) == SQLITE_CONSTRAINT;
}

bool TableLoader::changedNothing() const { return sqlite3_changes(connection_->handle()) == 0; }

TableLoader::RowState TableLoader::bindRow(std::span<const Cell> row) {
    for (std::size_t i = 0; i < binders_.size(); ++i) {
        const Binding binding =
            binders_[i].bind(insert_.handle(), static_cast<int>(i) + 1, row[load_->columns[i].from]);
        if (binding == Binding::exact || settle(binding, i, row) == RowState::bound) continue;
        if (bad_->policy() == sql::OnBadValue::fail) tellOthers(i + 1, row);
        return RowState::leftOut;
    }
    return RowState::bound;
}

TableLoader::RowState TableLoader::settle(Binding binding, std::size_t column, std::span<const Cell> row) {
    const Cell& cell = row[load_->columns[column].from];
    switch (binding) {
        case Binding::exact:
            break;
        case Binding::asNumber:
            ++result_.becameNumbers;
            break;
        case Binding::asZero:
            ++result_.lostSigns;
            break;
        case Binding::asNull:
        case Binding::refused: {
            const BadCell bad = badCell(row, column, binders_[column].refusal(cell));
            const bool isKey = std::ranges::find(load_->key, column) != load_->key.end();
            if (bad_->policy() != sql::OnBadValue::null || isKey ||
                !load_->to->columns[load_->columns[column].to].nullable) {
                bad_->leaveOut(bad);
                return RowState::leftOut;
            }
            bad_->mended(bad, "is NULL now");
            static_cast<void>(
                binders_[column].bind(insert_.handle(), static_cast<int>(column) + 1, Cell::null()));
        }
    }
    return RowState::bound;
}

/// What else does not fit in a row that is left out.
void TableLoader::tellOthers(std::size_t column, std::span<const Cell> row) {
    for (; column < binders_.size(); ++column) {
        const Cell& cell = row[load_->columns[column].from];
        const Binding binding = binders_[column].bind(insert_.handle(), static_cast<int>(column) + 1, cell);
        if (binding == Binding::refused || binding == Binding::asNull)
            bad_->tell(badCell(row, column, binders_[column].refusal(cell)));
    }
}

sql::BadCell TableLoader::badCell(std::span<const Cell> row, std::size_t column,
                                  const std::string& reason) const {
    sql::BadCell bad;
    bad.rejected.table = load_->from;
    bad.rejected.row = row;
    for (const std::size_t part : load_->key) bad.rejected.key.push_back(load_->columns[part].from);
    bad.rejected.reason = reason;
    bad.shownRow = rowName(row);
    if (column == sql::RejectedRow::none) return bad;
    bad.rejected.column = load_->columns[column].from;
    bad.shownValue = shownCell(row[bad.rejected.column]);
    return bad;
}

void TableLoader::failRow(std::span<const Cell> row) {
    const int code = sqlite3_extended_errcode(connection_->handle());
    if (code == SQLITE_INTERRUPT || connection_->stopRequested()) throw Interrupted();
    const bool aboutRow = (code & 0xFF) == SQLITE_CONSTRAINT || (code & 0xFF) == SQLITE_MISMATCH ||
                          (code & 0xFF) == SQLITE_TOOBIG || (code & 0xFF) == SQLITE_ERROR;
    if (!aboutRow) connection_->fail("write to table " + quoted(load_->to->name));
    BadCell bad =
        badCell(row, sql::RejectedRow::none, storage::shownName(sqlite3_errmsg(connection_->handle())));
    if (onlyAdds_ && code == SQLITE_CONSTRAINT_UNIQUE)
        bad.hint = "a row with that value is there under another primary key";
    bad_->leaveOut(bad);
}

void TableLoader::addToDigest() {
    for (std::size_t i = 0; i < binders_.size(); ++i) fields_.set(i, binders_[i].stored());
    digest_->add(fields_.take());
}

bool TableLoader::verify(const std::string& where) {
    if (!digest_) return false;
    const std::string table = "table " + quoted(load_->to->name);
    std::string names;
    for (std::size_t i = 0; i < load_->columns.size(); ++i)
        names += (names.empty() ? "" : ", ") + quoteIdentifier(columnName(i));
    Statement rows(*connection_,
                   "SELECT " + (names.empty() ? std::string("NULL") : names) + " FROM main." +
                       quoteIdentifier(load_->to->name) +
                       (where.empty() ? std::string(" NOT INDEXED") : " WHERE " + where),
                   "read back " + table);
    sql::TableDigest found(ValueFields::layout(load_->columns.size(), load_->key));
    while (rows.step()) {
        for (std::size_t i = 0; i < load_->columns.size(); ++i) fields_.set(i, rows.handle());
        found.add(fields_.take());
    }
    if (found.rows() != digest_->rows())
        throw Error(table + " holds " + storage::counted(found.rows(), "row", "rows") +
                        " after the load of " + std::to_string(digest_->rows()),
                    "nothing was changed; this is a defect of roost, or of the disk");
    std::string differing;
    for (const std::size_t place : digest_->differences(found))
        if (place < load_->columns.size())
            differing += (differing.empty() ? "" : ", ") + quoted(columnName(place));
    if (!differing.empty() || !digest_->differences(found).empty())
        throw Error(table + (differing.empty() ? "" : ", column " + differing) +
                        ": the values that the target gives back are not those that were read",
                    "nothing was changed; this is a defect of roost, or of the disk");
    return true;
}

std::string TableLoader::rowName(std::span<const Cell> row) const {
    std::string key;
    for (const std::size_t part : load_->key)
        key += (key.empty() ? "" : ", ") + storage::shownName(columnName(part)) + " = " +
               shownCell(row[load_->columns[part].from]);
    return key.empty() ? "row number " + std::to_string(result_.rows + 1) : key;
}

}  // namespace roost::sqlite
