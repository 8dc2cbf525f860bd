#include "lib/sql/postgresql/sequence_restart.hpp"

#include <algorithm>
#include <optional>

#include "lib/sql/postgresql/identifiers.hpp"
#include "lib/storage/shown_name.hpp"

namespace roost::sql::postgresql {

namespace {

// One row for each column that a sequence numbers, of all sequences that number a column of the tables.
constexpr std::string_view usesQuery = R"(
WITH uses(sequence, tab, col) AS (
    SELECT d.refobjid, ad.adrelid, ad.adnum FROM pg_depend d
    JOIN pg_attrdef ad ON d.classid = 'pg_attrdef'::regclass AND d.objid = ad.oid
    WHERE d.refclassid = 'pg_class'::regclass
  UNION
    SELECT d.objid, d.refobjid, d.refobjsubid FROM pg_depend d
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
      AND d.deptype IN ('a', 'i')
)
SELECT s.oid, sn.nspname, s.relname, q.seqstart, q.seqincrement, q.seqmin, q.seqmax, q.seqcycle,
       pg_has_role(s.relowner, 'USAGE'), has_sequence_privilege(s.oid, 'SELECT'), t.oid, tn.nspname, t.relname,
       t.relkind = 'p', a.attname, a.atttypid IN (20, 21, 23)
FROM uses u JOIN pg_class s ON s.oid = u.sequence AND s.relkind = 'S' JOIN pg_sequence q ON q.seqrelid = s.oid
JOIN pg_namespace sn ON sn.oid = s.relnamespace JOIN pg_class t ON t.oid = u.tab AND NOT t.relispartition
JOIN pg_namespace tn ON tn.oid = t.relnamespace JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = u.col
WHERE u.sequence IN (SELECT mine.sequence FROM uses mine WHERE mine.tab = ANY ($1::oid[]))
ORDER BY s.oid, t.oid, a.attnum)";

/// A sequence, and where it has to go.
struct Restart {
    Oid oid = 0;
    std::string quoted;
    std::string shown;
    std::int64_t start = 1;
    std::int64_t increment = 1;
    std::int64_t minimum = 1;
    std::int64_t maximum = 1;
    bool cycles = false;
    bool alterable = false;
    bool readable = false;
    bool mayGoBack = true;
    std::optional<std::int64_t> furthest;  ///< the highest value in use; the lowest where it counts down
    std::optional<std::int64_t> atLeast;   ///< what the source said
};

Restart restartAt(const Result& rows, int i) {
    Restart restart;
    restart.oid = static_cast<Oid>(rows.integer(i, 0));
    restart.quoted = quoteQualified(rows.text(i, 1), rows.text(i, 2));
    restart.shown = storage::shownName(
        rows.text(i, 1) == "public" ? rows.string(i, 2) : rows.string(i, 1) + "." + rows.string(i, 2));
    restart.start = rows.integer(i, 3);
    restart.increment = rows.integer(i, 4);
    restart.minimum = rows.integer(i, 5);
    restart.maximum = rows.integer(i, 6);
    restart.cycles = rows.boolean(i, 7);
    restart.alterable = rows.boolean(i, 8);
    restart.readable = rows.boolean(i, 9);
    return restart;
}

/// Moves `furthest` (or `atLeast`) to the one of both that lies further along.
void advance(std::optional<std::int64_t>& to, std::int64_t value, bool upwards) {
    if (!to || (upwards ? value > *to : value < *to)) to = value;
}

/// The first number behind `used` on the sequence's own steps; nothing where there is none.
std::optional<std::int64_t> stepBehind(const Restart& restart, std::int64_t used) {
    const bool upwards = restart.increment > 0;
    if (upwards ? used < restart.start : used > restart.start) return restart.start;
    std::int64_t distance = 0;
    if (__builtin_sub_overflow(used, restart.start, &distance)) return std::nullopt;
    std::int64_t next = 0;
    if (__builtin_mul_overflow(distance / restart.increment + 1, restart.increment, &next) ||
        __builtin_add_overflow(restart.start, next, &next))
        return std::nullopt;
    return next;
}

class Restarting {
public:
    Restarting(Connection& connection, const std::vector<LoadedTable>& tables)
        : connection_(connection), tables_(tables) {}

    std::vector<std::string> run() {
        for (Restart& restart : collect()) apply(restart);
        return std::move(warnings_);
    }

private:
    [[nodiscard]] std::vector<Restart> collect() {
        std::string oids = "{";
        for (const LoadedTable& table : tables_) {
            if (oids.size() > 1) oids += ",";
            oids += std::to_string(table.oid);
        }
        const Result rows =
            connection_.query(std::string(usesQuery), "read the sequences of the tables", {oids + "}"});
        std::vector<Restart> restarts;
        for (int i = 0; i < rows.rows(); ++i) {
            if (restarts.empty() || restarts.back().oid != static_cast<Oid>(rows.integer(i, 0)))
                restarts.push_back(restartAt(rows, i));
            addUse(restarts.back(), rows, i);
        }
        return restarts;
    }

    void addUse(Restart& restart, const Result& rows, int i) {
        const auto table =
            std::ranges::find(tables_, static_cast<Oid>(rows.integer(i, 10)), &LoadedTable::oid);
        if (table == tables_.end() || !table->replaced) restart.mayGoBack = false;
        if (table == tables_.end()) return;
        const bool upwards = restart.increment > 0;
        const std::string column = rows.string(i, 14);
        if (const auto said = table->nextValues.find(column); said != table->nextValues.end())
            advance(restart.atLeast, said->second, upwards);
        if (!rows.boolean(i, 15)) {  // text made of a number, say: what is in use can't be told
            restart.mayGoBack = false;
            return;
        }
        const Result used = connection_.query(
            std::string("SELECT ") + (upwards ? "max(" : "min(") + quoteIdentifier(column) + ") FROM " +
                (rows.boolean(i, 13) ? "" : "ONLY ") + quoteQualified(rows.text(i, 11), rows.text(i, 12)),
            "find the highest value of a column");
        if (!used.isNull(0, 0)) advance(restart.furthest, used.integer(0, 0), upwards);
    }

    /// What nextval() would give now.
    [[nodiscard]] std::optional<std::int64_t> current(const Restart& restart) {
        if (!restart.readable) return std::nullopt;
        const Result state =
            connection_.query("SELECT last_value, is_called FROM " + restart.quoted, "read a sequence");
        std::int64_t next = state.integer(0, 0);
        if (state.boolean(0, 1) && __builtin_add_overflow(next, restart.increment, &next))
            return std::nullopt;
        return next;
    }

    void apply(Restart& restart) {
        if (!restart.alterable) {
            warnings_.push_back("sequence " + restart.shown +
                                " belongs to another role and stays where it is: new rows may meet numbers "
                                "that are in use");
            return;
        }
        const bool upwards = restart.increment > 0;
        std::optional<std::int64_t> next = restart.start;
        if (restart.furthest) next = stepBehind(restart, *restart.furthest);
        if (next && restart.atLeast) advance(next, *restart.atLeast, upwards);
        if (next && (!restart.mayGoBack || !restart.atLeast)) {
            const auto now = current(restart);
            if (now) advance(next, *now, upwards);
        }
        bool exhausted = !next || *next > restart.maximum || *next < restart.minimum;
        if (exhausted && restart.cycles) {
            next = upwards ? restart.minimum : restart.maximum;
            exhausted = false;
        }
        if (exhausted)
            warnings_.push_back(
                "sequence " + restart.shown +
                " is exhausted: its last number is in use, and the next row can't be numbered");
        std::int64_t last = 0;
        const bool called = exhausted || (*next != restart.start &&
                                          !__builtin_sub_overflow(*next, restart.increment, &last) &&
                                          last >= restart.minimum && last <= restart.maximum);
        if (exhausted) last = upwards ? restart.maximum : restart.minimum;
        set(restart, called ? last : *next, called);
    }

    /// setval() alone would stay after a rollback. ALTER SEQUENCE gives the transaction a state of its own
    /// first.
    void set(const Restart& restart, std::int64_t value, bool called) {
        const std::string action = "set sequence " + restart.shown;
        connection_.query("ALTER SEQUENCE " + restart.quoted + " RESTART", action);
        connection_.query(
            "SELECT pg_catalog.setval(" + quoteLiteral(restart.quoted) + ", $1::bigint, $2::boolean)", action,
            {std::to_string(value), called ? "t" : "f"});
    }

    Connection& connection_;
    const std::vector<LoadedTable>& tables_;
    std::vector<std::string> warnings_;
};

}  // namespace

std::vector<std::string> restartSequences(Connection& connection, const std::vector<LoadedTable>& tables) {
    return Restarting(connection, tables).run();
}

}  // namespace roost::sql::postgresql
