#include "sinks/postgresql/orphan_rows.hpp"

#include <string_view>

#include "lib/sql/quoting.hpp"

namespace roost::postgresql {

namespace {

using namespace sql::postgresql;
using sql::BadValues;
using sql::OnBadValue;
using sql::quoteIdentifier;
using sql::quoteLiteral;

/// So many rows are settled at a time: their text passes through memory.
constexpr const char* rowsAtATime = "5000";

/// json_build_object() of columns of c.
std::string jsonOf(const std::vector<std::string>& columns) {
    std::string list;
    for (const std::string& column : columns)
        list += (list.empty() ? "" : ", ") + quoteLiteral(column) + ", c." + quoteIdentifier(column);
    return "pg_catalog.json_build_object(" + list + ")";
}

/// The orphans of one key.
class KeyOrphans {
public:
    KeyOrphans(Connection& connection, const LoadedKey& loaded, const StandIns& standIns, BadValues& bad)
        : connection_(connection), loaded_(loaded), standIns_(standIns), bad_(bad) {}

    void clear() {
        std::string changes;
        for (const std::string& column : loaded_.clearable)
            changes += (changes.empty() ? "" : ", ") + quoteIdentifier(column) + " = NULL";
        run("UPDATE " + child() + " t SET " + changes + " FROM", [this](const Result& rows, int i) {
            bad_.mended(loaded_.shownTable, "row " + rows.string(i, 0), reason(rows, i),
                        "the reference is NULL now");
        });
    }

    std::uint64_t leaveOut() {
        return run("DELETE FROM " + child() + " t USING", [this](const Result& rows, int i) {
            bad_.leaveOut(loaded_.shownTable, "row " + rows.string(i, 0), loaded_.key.parts.front().child,
                          reason(rows, i), rows.text(i, 0), rows.text(i, 1), rows.text(i, 2));
        });
    }

private:
    [[nodiscard]] std::string child() const { return rowsOf(loaded_.key.child, standIns_); }

    [[nodiscard]] std::string reason(const Result& rows, int i) const {
        return rows.string(i, 3) + " refers to no row of table " + loaded_.key.parent.shownName();
    }

    /// ctid is unique within a partition alone.
    template <class Tell>
    std::uint64_t run(const std::string& change, const Tell& tell) {
        std::vector<std::string> references;
        for (const KeyPart& part : loaded_.key.parts) references.push_back(part.child);
        const std::string sql =
            "WITH bad AS (SELECT c.ctid AS place, c.tableoid AS part, " + jsonOf(loaded_.primaryKey) +
            " AS key, pg_catalog.to_json(c." + quoteIdentifier(references.front()) +
            ") AS value, pg_catalog.to_json(c) AS whole, " + jsonOf(references) + " AS reference FROM " +
            child() + " c WHERE " + orphanCondition(loaded_.key, standIns_) +
            (loaded_.rows.empty() ? "" : " AND " + loaded_.rows) + " LIMIT " + rowsAtATime + ") " + change +
            " bad WHERE t.ctid = bad.place AND t.tableoid = bad.part RETURNING bad.key, bad.value, "
            "bad.whole, bad.reference";
        std::uint64_t total = 0;
        for (;;) {
            const Result rows = connection_.query(sql, "look for rows of table '" + loaded_.shownTable +
                                                           "' that refer to rows that are not there");
            for (int i = 0; i < rows.rows(); ++i) tell(rows, i);
            total += static_cast<std::uint64_t>(rows.rows());
            if (rows.rows() == 0) return total;
        }
    }

    Connection& connection_;
    const LoadedKey& loaded_;
    const StandIns& standIns_;
    BadValues& bad_;
};

}  // namespace

std::uint64_t settleOrphans(Connection& connection, const std::vector<LoadedKey>& keys,
                            const StandIns& standIns, BadValues& bad) {
    if (bad.policy() == OnBadValue::null)
        for (const LoadedKey& key : keys)
            if (!key.clearable.empty()) KeyOrphans(connection, key, standIns, bad).clear();
    if (bad.policy() != OnBadValue::rejectFile) return 0;
    std::uint64_t total = 0;
    for (std::uint64_t before = 1; before != total;) {
        before = total;
        for (const LoadedKey& key : keys) total += KeyOrphans(connection, key, standIns, bad).leaveOut();
    }
    return total;
}

std::string orphansText(Connection& connection, const std::vector<LoadedKey>& keys,
                        const StandIns& standIns) {
    std::string text;
    for (const LoadedKey& loaded : keys) {
        const Orphans orphans = findOrphans(connection, loaded.key, standIns, loaded.rows);
        if (orphans.count > 0)
            text += (text.empty() ? "" : "\n") + loaded.key.shown() + ": " + orphans.text(loaded.key);
    }
    return text;
}

}  // namespace roost::postgresql
