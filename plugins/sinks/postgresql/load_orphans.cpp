// Rows whose parents are gone after a load: those of tables and users that do not come.
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"
#include "sinks/postgresql/load.hpp"

namespace roost::postgresql {

using namespace sql::postgresql;
using storage::counted;

/// What putting the keys back would find out, without touching the tables that are in use.
void Load::checkStandIns() {
    for (const ReferentialKey& key : scheme_.loosened) {
        if (!key.validated) continue;
        refuseIncomplete(key);
        const std::string came = cameRows(key);
        const Orphans orphans = findOrphans(connection_, key, standIns_, came.empty() ? "" : "NOT " + came);
        if (orphans.count == 0) continue;
        const bool outside = !isLoaded(key.child.oid) || users_;
        const bool settled = outside && settings_.onOrphans == OnOrphans::apply && actsOnDelete(key);
        if (!settled && !users_) throw Error(key.shown() + " would not hold: " + orphans.text(key));
        if (!settled) refuseOutside(key, orphans);
        context_.warn(key.shown() + ": ON DELETE would be applied, since " + orphans.text(key));
    }
}

/// What is deleted may leave others behind.
void Load::settleOutside() {
    for (const ReferentialKey& key : scheme_.loosened) refuseIncomplete(key);
    for (std::uint64_t changed = 1; changed > 0;) {
        changed = 0;
        for (const ReferentialKey& key : scheme_.loosened) changed += settleOutsideOrphans(key);
    }
}

/// Rows that come for users and refer to what is not there: it is another user's, who is gone.
void Load::refuseIncomplete(const ReferentialKey& key) {
    const std::string came = cameRows(key);
    if (!key.validated || came.empty()) return;
    const Orphans orphans = findOrphans(connection_, key, standIns_, came);
    if (orphans.count > 0)
        throw Error(key.shown() + " would not hold: " + orphans.text(key) + ", and come so",
                    "bring back what they refer to first, or let 'on-bad-value: null' clear such references");
}

std::uint64_t Load::settleOutsideOrphans(const ReferentialKey& key) {
    if (!key.validated || (isLoaded(key.child.oid) && !users_)) return 0;
    const std::string came = cameRows(key);
    const std::string others = came.empty() ? std::string() : "NOT " + came;
    if (settings_.onOrphans == OnOrphans::apply && actsOnDelete(key)) {
        const std::uint64_t rows = applyOnDelete(connection_, key, others);
        if (rows > 0)
            context_.warn(key.shown() + ": " + counted(rows, "row was", "rows were") + " " +
                          (key.onDelete == 'c'   ? "deleted"
                           : key.onDelete == 'n' ? "set to null"
                                                 : "set to the default") +
                          ", since what they referred to is gone (on-orphans: apply)");
        return rows;
    }
    const Orphans orphans = findOrphans(connection_, key, {}, others);
    if (orphans.count == 0) return 0;
    refuseOutside(key, orphans);
}

void Load::refuseOutside(const ReferentialKey& key, const Orphans& orphans) {
    const bool users = users_ && isLoaded(key.child.oid);
    const std::string who = users ? "they are of users who do not come" : "that table is not in what comes";
    throw Error(key.shown() + " would not hold after the load: " + orphans.text(key),
                actsOnDelete(key)
                    ? who + "; 'on-orphans: apply' does to these rows what the key's ON DELETE says"
                    : who + ", and the key's ON DELETE says nothing: remove these rows first");
}

}  // namespace roost::postgresql
