#include "sinks/postgresql/user_rows.hpp"

#include <algorithm>
#include <optional>

#include "lib/sql/condition_text.hpp"
#include "lib/sql/postgresql/table_scan.hpp"
#include "lib/sql/postgresql/value_literal.hpp"
#include "lib/sql/user_identity.hpp"
#include "lib/sql/users_load.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::postgresql {

using namespace sql::postgresql;
using sql::quoteIdentifier;
using sql::TableAction;
using sql::TableLoad;
using storage::shownName;

namespace {

constexpr std::string_view uniqueViolation = "23505";
constexpr const char* namedRows = "3";

std::string shownTable(const TableLoad& load) {
    return "table '" + shownName(load.to->qualifiedName()) + "'";
}

/// "m.a = c.a AND m.b = c.b" for the primary key.
std::string keysMatch(const TableLoad& load, const std::string& one, const std::string& other) {
    std::string text;
    for (const std::string& column : load.to->primaryKey)
        text += (text.empty() ? "" : " AND ") + one + "." + quoteIdentifier(column) + " = " + other + "." +
                quoteIdentifier(column);
    return text;
}

/// "id = 5, part = x" as an expression.
std::string shownKey(const TableLoad& load) {
    std::string list;
    for (const std::string& column : load.to->primaryKey)
        list += (list.empty() ? "" : ", ', ', ") + sql::quoteLiteral(column + " = ") + ", " +
                quoteIdentifier(column);
    return "pg_catalog.concat(" + list + ")";
}

std::string mergeTable(const Destination& destination) {
    return quoteQualified(destination.copySchema, destination.copyRelation);
}

/// Throws where `from` has rows.
void judge(Connection& connection, const TableLoad& load, const std::string& from) {
    const Result rows = connection.query(
        "SELECT count(*) OVER (), " + shownKey(load) + " FROM " + from + " LIMIT " + namedRows,
        "look at rows of " + shownTable(load));
    if (rows.rows() == 0) return;
    std::vector<std::string> keys;
    for (int i = 0; i < rows.rows(); ++i) keys.push_back(rows.string(i, 1));
    throw sql::takenKeys(load, static_cast<std::uint64_t>(rows.integer(0, 0)), keys);
}

}  // namespace

std::string UserRows::from(TableId table) const {
    const TableLoad& load = *plan_->find(table);
    const Relation& relation = state_->description(*load.to).relation;
    const auto standIn = standIns_->find(relation.oid);
    return standIn != standIns_->end() ? standIn->second : tableRows(relation);
}

std::string UserRows::text(const RowCondition& rows) const {
    sql::ConditionWriter writer;
    writer.from = [this](TableId table) { return from(table); };
    writer.literal = literalOf;
    return "(" + sql::conditionText(rows, writer) + ")";
}

std::string UserRows::chosen(const TableLoad& load) const { return text(load.ownership.chosen); }

std::string UserRows::shared(const TableLoad& load) const { return text(load.ownership.shared); }

std::string UserRows::came(const Destination& destination) const {
    const TableLoad& load = *destination.load;
    if (load.key.empty()) return chosen(load);
    return "EXISTS (SELECT FROM " + mergeTable(destination) + " m WHERE " + keysMatch(load, "m", "c") + ")";
}

std::vector<std::string> identityRefusals(Connection& connection, const Catalog& incoming,
                                          const sql::LoadPlan& plan, const TargetState& state) {
    const auto lookup = sql::lookUpUsers(incoming, sql::NameCase::exact, plan);
    if (!lookup) return {};
    const StandIns none;
    std::string columns;
    for (const std::string& column : lookup->columns)
        columns += (columns.empty() ? "" : ", ") + quoteIdentifier(column) + "::pg_catalog.text";
    const Result rows = connection.query("SELECT " + columns + " FROM " +
                                             tableRows(state.description(*lookup->table->to).relation) +
                                             " WHERE " + UserRows(plan, state, none).text(lookup->rows),
                                         "look for the users in " + shownTable(*lookup->table));
    std::vector<sql::UserRow> present;
    for (int i = 0; i < rows.rows(); ++i) {
        sql::UserRow& row = present.emplace_back();
        for (std::size_t c = 0; c < lookup->columns.size(); ++c)
            row.push_back(rows.optional(i, static_cast<int>(c)));
    }
    return sql::identityRefusals(*incoming.chosenUsers, *lookup, present);
}

std::vector<std::string> destroyedUserRows(Connection& connection, const sql::LoadPlan& plan,
                                           const TargetState& state, Context& context) {
    const StandIns none;
    const UserRows users(plan, state, none);
    std::vector<std::string> destroyed;
    for (const TableLoad& load : plan.tables) {
        if (load.action != TableAction::users || load.ownership.chosen.isNothing()) continue;
        context.alive();
        const std::uint64_t rows = countRows(connection, state.description(*load.to), users.chosen(load));
        if (rows > 0) destroyed.push_back(sql::destroyedRows(load, rows));
    }
    return destroyed;
}

std::uint64_t removeUserRows(Connection& connection, const UserRows& users, const TableLoad& load,
                             const std::string& rows) {
    if (load.ownership.chosen.isNothing()) return 0;
    return connection
        .query("DELETE FROM " + rows + " WHERE " + users.chosen(load),
               "remove the users' rows of " + shownTable(load))
        .affectedRows();
}

std::uint64_t addUserRows(Connection& connection, const UserRows& users, const Destination& destination) {
    const TableLoad& load = *destination.load;
    const std::string rows = mergeTable(destination);
    std::string insert = "INSERT INTO " + destination.table + " (" + destination.columnList() +
                         ") OVERRIDING SYSTEM VALUE SELECT " + destination.columnList() + " FROM " + rows;
    if (!load.key.empty()) {
        const std::string is =
            "EXISTS (SELECT FROM " + destination.rows() + " live WHERE " + keysMatch(load, "live", "m") + ")";
        judge(connection, load, rows + " m WHERE " + users.chosen(load) + " AND " + is);
        judge(connection, load,
              destination.rows() + " live WHERE EXISTS (SELECT FROM " + rows + " m WHERE " +
                  keysMatch(load, "m", "live") + ") AND NOT " + users.shared(load));
        insert += " m WHERE NOT " + is;
    }
    try {
        const std::uint64_t inserted = connection.query(insert, "add to " + shownTable(load)).affectedRows();
        const Result came =
            connection.query("SELECT count(*) FROM " + rows, "count the rows of " + shownTable(load));
        return static_cast<std::uint64_t>(came.integer(0, 0)) - inserted;
    } catch (const ServerError& error) {
        if (error.sqlState() != uniqueViolation || connection.lost()) throw;
        throw ServerError(error.what(),
                          "a row that is not of these users, or another one that comes, has that value: "
                          "change it there, or let the transform user-copy ('as') bring back a copy",
                          error.sqlState(), error.report());
    }
}

}  // namespace roost::postgresql
