#include "sinks/postgresql/first_free.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

#include "lib/sql/postgresql/identifiers.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"
#include "sinks/postgresql/destination.hpp"

namespace roost::postgresql {

namespace {

using namespace sql::postgresql;
using storage::shownName;

// The column, and the highest number of its sequences. One that may not be read says null.
constexpr std::string_view columnQuery = R"(
SELECT a.atttypid IN (20, 21, 23), c.relkind = 'p',
       (SELECT max(pg_sequence_last_value(s.seqrelid)) FROM pg_sequence s
        WHERE has_sequence_privilege(s.seqrelid, 'SELECT') AND s.seqrelid IN (
            SELECT d.refobjid FROM pg_depend d JOIN pg_attrdef ad ON d.classid = 'pg_attrdef'::regclass AND d.objid = ad.oid
            WHERE d.refclassid = 'pg_class'::regclass AND ad.adrelid = c.oid AND ad.adnum = a.attnum
          UNION
            SELECT d.objid FROM pg_depend d
            WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid
              AND d.refobjsubid = a.attnum AND d.deptype IN ('a', 'i')))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND n.nspname = $1 AND c.relname = $2 AND a.attname = $3)";

}  // namespace

std::int64_t firstFree(Connection& connection, const Table& table, const std::string& column) {
    const std::string place =
        "table '" + shownName(table.qualifiedName()) + "', column '" + shownName(column) + "'";
    const std::string action = "find a free number: " + place;
    const std::string schema = serverSchema(table.schema);
    const Result found = connection.query(std::string(columnQuery), action, {schema, table.name, column});
    if (found.rows() == 0) return 1;
    if (!found.boolean(0, 0)) throw Error(place + " is not one of whole numbers in the target");
    const Result highest =
        connection.query("SELECT max(" + sql::quoteIdentifier(column) + ") FROM " +
                             (found.boolean(0, 1) ? "" : "ONLY ") + quoteQualified(schema, table.name),
                         action);
    const std::int64_t used = std::max<std::int64_t>({0, highest.integer(0, 0), found.integer(0, 2)});
    if (used == std::numeric_limits<std::int64_t>::max())
        throw Error(place + ": no number is free behind the highest");
    return used + 1;
}

}  // namespace roost::postgresql
