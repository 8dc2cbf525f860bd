#include "sinks/postgresql/load_verification.hpp"

#include <algorithm>
#include <vector>

#include "lib/sql/postgresql/identifiers.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::postgresql {

namespace {

using namespace sql::postgresql;
using sql::quoteIdentifier;
using sql::TableDigest;
using storage::shownName;

/// What COPY gives of a column: the type's own binary form, or, where that isn't known here, the text of its
/// output function (which concat() calls).
std::string selected(const TargetColumn& column, const std::string& alias) {
    const std::string name = alias + "." + quoteIdentifier(column.name);
    if (column.form != TargetForm::other) return name;
    return "CASE WHEN pg_catalog.num_nulls(" + name + ") = 0 THEN pg_catalog.concat(" + name + ") END";
}

TableDigest readBack(Connection& connection, const std::string& sql, const std::string& shownTable,
                     DigestFields& fields) {
    TableDigest found(fields.layout());
    connection.startCopyOut("COPY (" + sql + ") TO STDOUT (FORMAT binary)",
                            "read back table '" + shownTable + "'");
    BinaryFields row;
    bool begun = false;
    for (CopyRow message; connection.receive(message);) {
        std::span<const char> bytes = message.bytes();
        if (!begun) bytes = withoutCopyHeader(bytes);
        begun = true;
        if (!bytes.empty() && splitRow(bytes, row)) found.add(fields.of(row));
    }
    return found;
}

std::string listed(const std::vector<std::string>& names) {
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "'" : ", '") + shownName(name) + "'";
    return list;
}

}  // namespace

void verifyRows(Connection& connection, const std::string& shownTable, const std::string& rows,
                const std::string& alias, DigestFields& fields, const TableDigest& sent, Context& context) {
    std::string sql = "SELECT";
    std::string_view separator = " ";
    for (const TargetColumn& column : fields.columns()) {
        sql.append(separator).append(selected(column, alias));
        separator = ", ";
    }
    const TableDigest found = readBack(connection, sql + " FROM " + rows, shownTable, fields);
    const std::string table = "table " + shownName(shownTable);
    constexpr const char* advice =
        "nothing was changed; something between roost and the rows alters them (a rule, a trigger that is "
        "always on), or this is a defect of roost that its makers want to know of";
    if (found.rows() != sent.rows())
        throw Error(table + " holds " + storage::counted(found.rows(), "row", "rows") +
                        " after the load of " + std::to_string(sent.rows()),
                    advice);
    std::vector<std::string> spelledAnew;
    std::vector<std::string> names = fields.differences(sent, found, spelledAnew);
    const bool wholeRows = std::erase(names, "") > 0;
    if (!names.empty())
        throw Error(table + ", column" + (names.size() > 1 ? "s " : " ") + listed(names) +
                        ": the values that the target gives back are not those that were read",
                    advice);
    if (wholeRows) throw Error(table + ": values stand in other rows than those that were read", advice);
    if (!spelledAnew.empty())
        context.warn(table + ": the server spells values of " + listed(spelledAnew) +
                     " in its own way, so that only their number could be compared");
}

void verifyUserRows(Connection& connection, Destination& destination, const std::string& rows,
                    Context& context) {
    verifyRows(connection, destination.load->from->qualifiedName(), destination.rows() + " c WHERE " + rows,
               "c", *destination.fields, *destination.digest, context);
}

void verifyDestination(Connection& connection, Destination& destination, Context& context) {
    std::string rows = destination.rows() + " t";
    if (destination.load->action == sql::TableAction::merge) {
        std::string matches;
        for (const std::size_t place : destination.load->key) {
            const std::string name = quoteIdentifier(destination.columns[place].name);
            matches += (matches.empty() ? "t." : " AND t.") + name + " = m." + name;
        }
        rows +=
            " JOIN " + quoteQualified(destination.copySchema, destination.copyRelation) + " m ON " + matches;
    }
    verifyRows(connection, destination.load->from->qualifiedName(), rows, "t", *destination.fields,
               *destination.digest, context);
}

}  // namespace roost::postgresql
