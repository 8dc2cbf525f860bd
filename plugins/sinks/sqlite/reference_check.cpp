#include "sinks/sqlite/reference_check.hpp"

#include <algorithm>

#include "lib/sql/quoting.hpp"
#include "lib/sql/sqlite/ddl_text.hpp"
#include "lib/sql/sqlite/statement.hpp"
#include "lib/storage/shown_name.hpp"

namespace roost::sqlite {

namespace {

using sql::NameCase;
using sql::quoteIdentifier;
using sql::sameName;

constexpr std::size_t namedRows = 3;

std::string quoted(const std::string& name) { return "'" + storage::shownName(name) + "'"; }

std::string list(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + storage::shownName(name);
    return text;
}

/// The rows of `child` whose foreign key leads nowhere, as a condition.
std::string danglingCondition(const ForeignKey& key) {
    std::string present;
    std::string match;
    for (std::size_t i = 0; i < key.columns.size(); ++i) {
        const std::string own = "child." + quoteIdentifier(key.columns[i]);
        present += own + " IS NOT NULL AND ";
        match += (i == 0 ? "" : " AND ") + ("parent." + quoteIdentifier(key.targetColumns[i])) + " = " + own;
    }
    return present + "NOT EXISTS (SELECT 1 FROM main." + quoteIdentifier(key.targetTable) +
           " AS parent WHERE " + match + ")";
}

}  // namespace

ReferenceCheck::ReferenceCheck(Connection& connection, const std::vector<Table>& tables,
                               const sql::LoadPlan& plan, const LoadSettings& settings,
                               const std::string& dialect, Context& context)
    : connection_(&connection),
      tables_(&tables),
      plan_(&plan),
      settings_(&settings),
      dialect_(&dialect),
      context_(&context) {}

bool ReferenceCheck::isLoaded(const std::string& name) const {
    return std::ranges::any_of(plan_->tables, [&](const sql::TableLoad& load) {
        return load.action != sql::TableAction::keep && sameName(load.to->name, name, NameCase::folded);
    });
}

bool ReferenceCheck::isThere(const std::string& name) const {
    return std::ranges::any_of(
        *tables_, [&](const Table& table) { return sameName(table.name, name, NameCase::folded); });
}

const sql::TableLoad* ReferenceCheck::usersLoad(const std::string& name) const {
    const auto found = std::ranges::find_if(plan_->tables, [&](const sql::TableLoad& load) {
        return load.action == sql::TableAction::users && sameName(load.to->name, name, NameCase::folded);
    });
    return found == plan_->tables.end() ? nullptr : &*found;
}

/// A table that has rows that do not come, which refer to some that may go.
bool ReferenceCheck::concerns(const Table& table) const {
    if (usersLoad(table.name) != nullptr) return !table.foreignKeys.empty();
    return !isLoaded(table.name) && std::ranges::any_of(table.foreignKeys, [&](const ForeignKey& key) {
        return isLoaded(key.targetTable);
    });
}

void ReferenceCheck::before() {
    for (const Table& table : *tables_) {
        // What is deleted for a foreign key may concern further tables.
        const bool reachable = settings_->onOrphans == OnOrphans::apply && !isLoaded(table.name);
        if (table.foreignKeys.empty() || (!concerns(table) && !reachable)) continue;
        if (!remembers_)
            connection_->execute(
                "CREATE TEMP TABLE roost_dangling (tbl TEXT, id INTEGER, key INTEGER, "
                "PRIMARY KEY (tbl, key, id)) ");
        remembers_ = true;
        Statement remember(
            *connection_,
            "INSERT OR IGNORE INTO temp.roost_dangling SELECT ?1, ifnull(rowid, -1), fkid FROM "
            "pragma_foreign_key_check(?1, 'main')",
            "check the references of table " + quoted(table.name));
        remember.bind(1, std::string_view(table.name));
        // A key that SQLite cannot check now it cannot check later either; then a warning says so.
        const int code = remember.tryStep();
        if (code != SQLITE_DONE && code != SQLITE_ERROR) connection_->fail("check the references");
    }
}

void ReferenceCheck::forget(const Table& table, const std::string& where) {
    if (!remembers_ || traitsOf(table.nativeSql).withoutRowid) return;
    Statement forget(*connection_,
                     "DELETE FROM temp.roost_dangling WHERE tbl = ?1 AND id IN (SELECT rowid FROM main." +
                         quoteIdentifier(table.name) + " WHERE " + where + ")",
                     "check the references of table " + quoted(table.name));
    forget.bind(1, std::string_view(table.name));
    forget.step();
}

/// SQLite numbers foreign keys from the last one backwards.
std::vector<ReferenceCheck::Dangling> ReferenceCheck::find(const Table& table, bool exceptKnown,
                                                           const std::string& rows) {
    std::vector<Dangling> found(table.foreignKeys.size());
    for (std::size_t i = 0; i < found.size(); ++i) found[i].key = &table.foreignKeys[i];
    std::string text = "SELECT rowid, fkid FROM pragma_foreign_key_check(?1, 'main') AS f WHERE 1";
    if (!rows.empty())
        text +=
            " AND f.rowid IN (SELECT rowid FROM main." + quoteIdentifier(table.name) + " WHERE " + rows + ")";
    if (exceptKnown && remembers_)
        text +=
            " AND NOT EXISTS (SELECT 1 FROM temp.roost_dangling AS known WHERE known.tbl = ?1 AND "
            "known.key = f.fkid AND known.id = ifnull(f.rowid, -1))";
    Statement checked(*connection_, text, "check the references of table " + quoted(table.name));
    checked.bind(1, std::string_view(table.name));
    for (;;) {
        const int code = checked.tryStep();
        if (code == SQLITE_DONE) break;
        if (code == SQLITE_ERROR) {
            context_->warn("the references of table " + quoted(table.name) + " cannot be checked: " +
                           storage::shownName(sqlite3_errmsg(connection_->handle())));
            return {};
        }
        if (code != SQLITE_ROW) connection_->fail("check the references of table " + quoted(table.name));
        const auto number = static_cast<std::size_t>(checked.integer(1));
        if (number >= found.size()) continue;
        Dangling& dangling = found[found.size() - 1 - number];
        ++dangling.count;
        if (checked.isNull(0))
            ++dangling.nameless;
        else if (dangling.rows.size() < namedRows)
            dangling.rows.push_back(checked.integer(0));
    }
    std::erase_if(found, [](const Dangling& dangling) { return dangling.count == 0; });
    return found;
}

void ReferenceCheck::after() {
    for (const sql::TableLoad& load : plan_->tables) {
        if (load.action == sql::TableAction::keep || load.to->foreignKeys.empty()) continue;
        if (load.action == sql::TableAction::users)
            judgeUsers(load);
        else
            for (const Dangling& found : find(*load.to, false)) judgeLoaded(*load.to, found);
    }
    // What is deleted may leave others behind, in a table that was looked at before.
    for (bool changed = true; changed;) {
        changed = false;
        for (const Table& table : *tables_) {
            const bool users = usersLoad(table.name) != nullptr;
            if ((isLoaded(table.name) && !users) || table.foreignKeys.empty() ||
                (!concerns(table) && applied_ == 0))
                continue;
            for (const Dangling& found : find(table, true, othersRows(table)))
                changed = judgeOutside(table, found) || changed;
        }
    }
    for (const auto& [done, rows] : appliedTo_)
        context_->warn(done.first + ": " + storage::counted(rows, "row was", "rows were") + " " +
                       done.second + ", since what they referred to is gone (on-orphans: apply)");
    if (remembers_) connection_->execute("DROP TABLE temp.roost_dangling");
}

void ReferenceCheck::judgeLoaded(const Table& table, const Dangling& found) {
    // SQLite lets a key refer to a table that nobody has.
    const bool own = isLoaded(found.key->targetTable) || !isThere(found.key->targetTable);
    if (settings_->onOrphans == OnOrphans::keep || (own && *dialect_ == "sqlite")) {
        context_->warn(describe(table, found) +
                       (own ? ", as in the data that comes; they are kept" : "; they are kept"));
        return;
    }
    throw Error(describe(table, found),
                own ? "the data that comes contradicts itself; 'on-orphans: keep' loads it all the same"
                    : "load table " + quoted(found.key->targetTable) + ", too, or set 'on-orphans: keep'");
}

/// Of rows that come for users: what they refer to is another user's, who may not be there any more.
void ReferenceCheck::judgeUsers(const sql::TableLoad& load) {
    const Table& table = *load.to;
    const bool told = !traitsOf(table.nativeSql).withoutRowid;
    for (const Dangling& found : find(table, !told, told ? own_(load) : std::string())) {
        if (settings_->onOrphans != OnOrphans::keep)
            throw Error(describe(table, found) + ", and come so",
                        "bring back what they refer to first, or set 'on-orphans: keep'");
        context_->warn(describe(table, found) + ", and come so; they are kept");
    }
}

/// The condition for rows that did not come; "" where that is all of them, or cannot be said.
std::string ReferenceCheck::othersRows(const Table& table) const {
    const sql::TableLoad* const load = usersLoad(table.name);
    if (load == nullptr || traitsOf(table.nativeSql).withoutRowid) return {};
    return "NOT (" + own_(*load) + ")";
}

bool ReferenceCheck::judgeOutside(const Table& table, const Dangling& found) {
    if (settings_->onOrphans == OnOrphans::keep) {
        context_->warn(describe(table, found) + " any more; they are kept");
        return false;
    }
    if (settings_->onOrphans == OnOrphans::fail)
        throw Error(describe(table, found) + " any more: " +
                        (usersLoad(table.name) != nullptr ? "they are of users who do not come"
                                                          : "table " + quoted(table.name) + " does not come"),
                    "'on-orphans: apply' does to those rows what their foreign key says (ON DELETE " +
                        found.key->onDelete + "), 'on-orphans: keep' leaves them as they are");
    apply(table, found);
    return true;
}

void ReferenceCheck::apply(const Table& table, const Dangling& found) {
    const ForeignKey& key = *found.key;
    const std::string& action = key.onDelete;
    if (found.nameless > 0 || key.targetColumns.size() != key.columns.size() ||
        (action != "CASCADE" && action != "SET NULL" && action != "SET DEFAULT"))
        throw Error(describe(table, found) + " any more, and their foreign key allows nothing (ON DELETE " +
                        action + ")",
                    "remove those rows, or set 'on-orphans: keep'");
    std::string text = "main." + quoteIdentifier(table.name) + " AS child";
    if (action == "CASCADE") {
        text = "DELETE FROM " + text;
    } else {
        std::string values;
        for (const std::string& name : key.columns) {
            std::string value = "NULL";
            if (const auto column = table.columnIndex(name); action == "SET DEFAULT" && column)
                value = "(" + table.columns[*column].defaultValue.value_or("NULL") + ")";
            values += (values.empty() ? "" : ", ") + quoteIdentifier(name) + " = " + value;
        }
        text = "UPDATE OR ABORT " + text + " SET " + values;
    }
    text += " WHERE " + danglingCondition(key);
    if (const std::string others = othersRows(table); !others.empty()) text += " AND " + others;
    const auto position = static_cast<std::size_t>(&key - table.foreignKeys.data());
    if (remembers_)
        text +=
            " AND NOT EXISTS (SELECT 1 FROM temp.roost_dangling AS known WHERE known.tbl = ?1 AND known.key "
            "= ?2 "
            "AND known.id = child.rowid)";
    Statement change(*connection_, text, "apply ON DELETE " + action + " to table " + quoted(table.name));
    if (remembers_) {
        change.bind(1, std::string_view(table.name));
        change.bind(2, static_cast<std::int64_t>(table.foreignKeys.size() - 1 - position));
    }
    change.step();
    const auto changed = static_cast<std::uint64_t>(sqlite3_changes64(connection_->handle()));
    applied_ += changed;
    std::string columns;
    for (const std::string& name : key.columns) columns += (columns.empty() ? "" : ", ") + name;
    const char* const done = action == "CASCADE"    ? "deleted"
                             : action == "SET NULL" ? "set to null"
                                                    : "set to the default";
    if (changed > 0)
        appliedTo_[{"foreign key (" + storage::shownName(columns) + ") of table " + quoted(table.name),
                    done}] += changed;
    if (changed == 0 || action == "SET DEFAULT")
        for (const Dangling& left : find(table, true, othersRows(table)))
            if (left.key == found.key)
                throw Error(describe(table, left) + " any more, also after ON DELETE " + action,
                            "remove those rows, or set 'on-orphans: keep'");
}

std::string ReferenceCheck::describe(const Table& table, const Dangling& found) const {
    const std::string columns = list(found.key->columns);
    return "table " + quoted(table.name) + ": " + storage::counted(found.count, "row refers", "rows refer") +
           " by " + columns + " to rows of table " + quoted(found.key->targetTable) +
           " that are not there (" + names(table, found) + ")";
}

std::string ReferenceCheck::names(const Table& table, const Dangling& found) const {
    std::string key;
    for (const std::string& column : table.primaryKey)
        key += (key.empty() ? "" : " || ', ' || ") + sql::quoteLiteral(column + " = ") + " || quote(" +
               quoteIdentifier(column) + ")";
    std::string text;
    for (const std::int64_t row : found.rows) {
        std::string name = "row number " + std::to_string(row);
        if (!key.empty()) {
            Statement shown(
                *connection_,
                "SELECT " + key + " FROM main." + quoteIdentifier(table.name) + " WHERE rowid = ?1",
                "read table " + quoted(table.name));
            shown.bind(1, row);
            if (shown.step()) name = storage::shownName(shown.text(0));
        }
        text += (text.empty() ? "" : "; ") + name;
    }
    if (text.empty()) return storage::counted(found.count, "row", "rows") + " of a table without rowid";
    const std::uint64_t more = found.count - found.rows.size();
    return text + (more > 0 ? " and " + std::to_string(more) + " more" : "");
}

}  // namespace roost::sqlite
