#include "sinks/sqlite/user_rows.hpp"

#include "lib/sql/quoting.hpp"
#include "lib/sql/sqlite/statement.hpp"
#include "lib/sql/sqlite/value_literal.hpp"
#include "lib/sql/user_identity.hpp"
#include "lib/sql/users_load.hpp"
#include "lib/storage/shown_name.hpp"

namespace roost::sqlite {

namespace {

using sql::quoteIdentifier;
using sql::TableAction;
using sql::TableLoad;

constexpr std::size_t namedRows = 3;

std::string quoted(const std::string& name) { return "'" + storage::shownName(name) + "'"; }

std::string tableOf(const TableLoad& load) { return "main." + quoteIdentifier(load.to->name); }

/// "id = 5, part = 'x'" as an expression.
std::string shownKey(const TableLoad& load) {
    std::string key;
    for (const std::string& column : load.to->primaryKey)
        key += (key.empty() ? "" : " || ', ' || ") + sql::quoteLiteral(column + " = ") + " || quote(" +
               quoteIdentifier(column) + ")";
    return key;
}

/// "a, b", each behind `prefix`.
std::string keyList(const TableLoad& load) {
    std::string list;
    for (const std::string& column : load.to->primaryKey)
        list += (list.empty() ? "" : ", ") + quoteIdentifier(column);
    return list;
}

}  // namespace

UserRows::UserRows(const Connection& connection, const Catalog& incoming, const sql::LoadPlan& plan)
    : connection_(&connection), incoming_(&incoming), plan_(&plan) {
    writer_.from = [&plan](TableId table) { return tableOf(*plan.find(table)); };
    writer_.literal = literalOf;
    writer_.namesCollations = incoming.dialect == "sqlite";
}

std::vector<std::string> UserRows::identityRefusals() const {
    const auto lookup = sql::lookUpUsers(*incoming_, sql::NameCase::folded, *plan_);
    if (!lookup) return {};
    std::string columns;
    for (const std::string& column : lookup->columns)
        columns += (columns.empty() ? "CAST(" : ", CAST(") + quoteIdentifier(column) + " AS TEXT)";
    Statement rows(*connection_,
                   "SELECT " + columns + " FROM " + tableOf(*lookup->table) + " WHERE " +
                       sql::conditionText(lookup->rows, writer_),
                   "look for the users in table " + quoted(lookup->table->to->name));
    std::vector<sql::UserRow> present;
    while (rows.step()) {
        sql::UserRow& row = present.emplace_back();
        for (std::size_t i = 0; i < lookup->columns.size(); ++i) {
            const int column = static_cast<int>(i);
            row.push_back(rows.isNull(column) ? std::nullopt : std::optional(rows.string(column)));
        }
    }
    return sql::identityRefusals(*incoming_->chosenUsers, *lookup, present);
}

std::vector<std::string> UserRows::destroyed() const {
    std::vector<std::string> all;
    for (const TableLoad& load : plan_->tables) {
        if (load.action != TableAction::users || load.ownership.chosen.isNothing()) continue;
        Statement count(*connection_, "SELECT count(*) FROM " + tableOf(load) + " WHERE " + chosen(load),
                        "count the users' rows of table " + quoted(load.to->name));
        count.step();
        if (count.integer(0) > 0)
            all.push_back(sql::destroyedRows(load, static_cast<std::uint64_t>(count.integer(0))));
    }
    return all;
}

void UserRows::removeAll(ReferenceCheck& references) {
    for (const TableLoad* load : sql::inRemovalOrder(*plan_)) remove(*load, references);
}

void UserRows::remove(const TableLoad& load, ReferenceCheck& references) {
    if (load.ownership.chosen.isNothing()) return;
    const std::string where = chosen(load);
    references.forget(*load.to, where);
    Statement remove(*connection_, "DELETE FROM " + tableOf(load) + " WHERE " + where,
                     "remove the users' rows of table " + quoted(load.to->name));
    remove.step();
    removed_ += static_cast<std::uint64_t>(sqlite3_changes64(connection_->handle()));
}

/// Rows that were left out and are the users' own, and rows that are nobody's here and somebody's there.
void UserRows::judgePresent(const TableLoader& loader) const {
    const TableLoad& load = loader.load();
    if (loader.presentRows().empty()) return;
    judge(load, loader.presentRows() + " WHERE " + chosen(load));
    const std::string key = keyList(load);
    judge(load, tableOf(load) + " WHERE (" + key + ") IN (SELECT " + key + " FROM " + loader.presentRows() +
                    ") AND NOT (" + sql::conditionText(load.ownership.shared, writer_) + ")");
}

void UserRows::judge(const TableLoad& load, const std::string& from) const {
    Statement rows(*connection_, "SELECT " + shownKey(load) + " FROM " + from,
                   "look at rows of table " + quoted(load.to->name));
    std::vector<std::string> keys;
    std::uint64_t count = 0;
    for (; rows.step(); ++count)
        if (keys.size() < namedRows) keys.push_back(rows.string(0));
    if (count > 0) throw sql::takenKeys(load, count, keys);
}

}  // namespace roost::sqlite
