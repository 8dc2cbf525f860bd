#include "sinks/postgresql/row_merge.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "lib/storage/shown_name.hpp"

namespace roost::postgresql {

using namespace sql::postgresql;
using sql::quoteIdentifier;
using storage::shownName;

void makeMergeTable(Connection& connection, Destination& destination, std::size_t number) {
    const std::string name = "roost_merge_" + std::to_string(number);
    connection.query("CREATE TEMPORARY TABLE " + quoteIdentifier(name) + " ON COMMIT DROP AS SELECT " +
                         destination.columnList() + " FROM " + destination.table + " WITH NO DATA",
                     "make a table for the rows that come");
    destination.copySchema = "pg_temp";
    destination.copyRelation = name;
}

std::uint64_t mergeRows(Connection& connection, const Destination& destination, bool onlyAdds) {
    const std::string shown = shownName(destination.load->from->qualifiedName());
    const std::string action = (onlyAdds ? "add to table '" : "merge table '") + shown + "'";
    std::vector<std::string> numbered;
    std::string keys;
    std::string changes;
    for (std::size_t i = 0; i < destination.columns.size(); ++i) {
        const TargetColumn& column = destination.columns[i];
        const std::string name = quoteIdentifier(column.name);
        const auto& key = destination.load->key;
        if (std::ranges::find(key, i) != key.end()) {
            keys += (keys.empty() ? "" : ", ") + name;
            continue;
        }
        changes += (changes.empty() ? "" : ", ") + name + " = EXCLUDED." + name;
        if (column.identityAlways && !onlyAdds) numbered.push_back(name);
    }
    const auto setIdentity = [&](const char* kind) {
        for (const std::string& name : numbered)
            connection.query(
                "ALTER TABLE " + destination.table + " ALTER COLUMN " + name + " SET GENERATED " + kind,
                action);
    };
    setIdentity("BY DEFAULT");  // a column that is numbered always can't be updated
    const std::string list = destination.columnList();
    const std::string rows = quoteQualified(destination.copySchema, destination.copyRelation);
    const bool updates = !changes.empty() && !onlyAdds;
    const Result inserted =
        connection.query("INSERT INTO " + destination.table + " (" + list +
                             ") OVERRIDING SYSTEM VALUE SELECT " + list + " FROM " + rows + " ON CONFLICT (" +
                             keys + ") DO " + (updates ? "UPDATE SET " + changes : "NOTHING"),
                         action);
    setIdentity("ALWAYS");
    if (!onlyAdds) return 0;
    const Result came = connection.query("SELECT count(*) FROM " + rows, action);
    return static_cast<std::uint64_t>(came.integer(0, 0)) - inserted.affectedRows();
}

}  // namespace roost::postgresql
