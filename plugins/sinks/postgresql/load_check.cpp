#include "sinks/postgresql/load_check.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "lib/sql/postgresql/table_definition.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"
#include "sinks/postgresql/destination.hpp"
#include "sinks/postgresql/user_rows.hpp"

namespace roost::postgresql {

namespace {

using namespace sql::postgresql;
using sql::TableAction;
using sql::TableLoad;
using storage::shownName;

constexpr std::size_t listedNames = 20;

class Check {
public:
    Check(Connection& connection, const Catalog& incoming, const TargetState& state,
          const LoadSettings& settings)
        : connection_(connection), incoming_(incoming), state_(state), settings_(settings) {}

    LoadScheme run() {
        scheme_.plan = sql::planLoad(incoming_, state_.catalog, settings_.tables);
        if (scheme_.plan.refusals.empty())
            scheme_.plan.refusals = identityRefusals(connection_, incoming_, scheme_.plan, state_);
        checkServer();
        checkOwners();
        const std::vector<const Table*> created = createdTables();
        checkNames(created);
        checkKeys();
        planObjects(created);
        return std::move(scheme_);
    }

private:
    void refuse(std::string message) { scheme_.plan.refusals.push_back(std::move(message)); }
    void warn(std::string message) { scheme_.plan.warnings.push_back(std::move(message)); }

    void checkServer() {
        if (connection_.query("SELECT pg_catalog.pg_is_in_recovery()", "ask whether it is a standby")
                .boolean(0, 0))
            refuse(connection_.name() + " is a standby, which takes no changes: name its primary");
    }

    void checkOwners() {
        for (const TableLoad& load : scheme_.plan.tables) {
            if (!changesPresent(load)) continue;
            const TableOwner& owner = state_.owners.at(state_.description(*load.to).relation.oid);
            if (!owner.mine)
                refuse("table " + shownName(load.to->qualifiedName()) + " belongs to role '" +
                       shownName(owner.name) + "', and '" + shownName(connection_.user()) +
                       "' may not replace its rows: connect as '" + shownName(owner.name) +
                       "' or as a superuser");
        }
    }

    [[nodiscard]] std::vector<const Table*> createdTables() {
        std::vector<const Table*> created;
        for (const TableLoad& load : scheme_.plan.tables)
            if (load.action == TableAction::create) created.push_back(load.from);
        return created;
    }

    void checkNames(const std::vector<const Table*>& created) {
        std::set<std::string> schemas;
        for (const Table* table : created) {
            schemas.insert(serverSchema(table->schema));
            const auto taken = state_.names.find({serverSchema(table->schema), table->name});
            if (taken != state_.names.end())
                refuse("table " + shownName(table->qualifiedName()) + " cannot be made: the target has " +
                       taken->second + " of that name");
        }
        for (const std::string& schema : schemas) checkMayCreate(schema);
    }

    void checkMayCreate(const std::string& schema) {
        const Result allowed = connection_.query(
            "SELECT CASE WHEN n.oid IS NULL THEN has_database_privilege(current_database(), 'CREATE') "
            "ELSE has_schema_privilege(n.oid, 'CREATE') END, n.oid IS NULL FROM (VALUES ($1::text)) "
            "wanted(name) "
            "LEFT JOIN pg_namespace n ON n.nspname = wanted.name",
            "ask for the right to make tables", {schema});
        if (allowed.boolean(0, 0)) return;
        refuse("'" + shownName(connection_.user()) + "' may not make " +
               (allowed.boolean(0, 1) ? "schema '" : "tables in schema '") + shownName(schema) +
               "': GRANT CREATE ON " +
               (allowed.boolean(0, 1) ? "DATABASE \"" + shownName(connection_.databaseName()) + "\""
                                      : "SCHEMA \"" + shownName(schema) + "\"") +
               " helps");
    }

    [[nodiscard]] static bool changesPresent(const TableLoad& load) {
        return load.action == TableAction::replace || load.action == TableAction::merge ||
               load.action == TableAction::users;
    }

    /// Whether the load changes the table's rows, whatever it does to them.
    [[nodiscard]] bool isLoaded(Oid oid) const {
        return std::ranges::any_of(scheme_.plan.tables, [&](const TableLoad& load) {
            return changesPresent(load) && state_.description(*load.to).relation.oid == oid;
        });
    }

    void checkKeys() {
        const TableAction emptied =
            settings_.tables.mode == sql::LoadMode::users ? TableAction::users : TableAction::replace;
        for (ReferentialKey& key : keysTouching(connection_, oidsOf(scheme_.plan, state_, emptied))) {
            // A key to a table of somebody else couldn't be put back; it holds up the load of its child
            // alone.
            if (!key.parent.owned && !isLoaded(key.parent.oid)) continue;
            if (!key.child.owned && !settings_.rehearsal) {
                refuse(key.shown() + " refers to table " + key.parent.shownName() +
                       " and has to be taken off for the load, but '" + shownName(connection_.user()) +
                       "' does not own that table ('" + shownName(key.child.owner) + "' does)");
                continue;
            }
            scheme_.loosened.push_back(std::move(key));
        }
        addMergedCycles();
    }

    /// Merged rows go in parents first, with all checks deferred: what still stands in the way are keys
    /// against that order that can't be deferred.
    void addMergedCycles() {
        std::map<Oid, std::size_t> place;
        for (const TableLoad* load : inMergeOrder(scheme_.plan, state_))
            place.emplace(state_.description(*load->to).relation.oid, place.size());
        if (place.empty()) return;
        for (ReferentialKey& key :
             keysTouching(connection_, oidsOf(scheme_.plan, state_, TableAction::merge))) {
            const auto child = place.find(key.child.oid);
            const auto parent = place.find(key.parent.oid);
            if (child != place.end() && parent != place.end() && !key.deferrable &&
                child->second < parent->second)
                scheme_.loosened.push_back(std::move(key));
        }
    }

    /// The name of the table that a foreign key of a table that is made refers to.
    [[nodiscard]] std::string parentName(const std::string& schema, const std::string& name) const {
        const bool made = std::ranges::any_of(scheme_.plan.tables, [&](const TableLoad& load) {
            return load.action == TableAction::create && load.from->schema == schema &&
                   load.from->name == name;
        });
        if (made) return quotedTable(schema, name);
        // Adding a key locks its parent, which a rehearsal must not do.
        const auto found = state_.names.find({serverSchema(schema), name});
        return found != state_.names.end() && !settings_.rehearsal ? quotedTable(schema, name)
                                                                   : std::string();
    }

    void planObjects(const std::vector<const Table*>& created) {
        if (incoming_.dialect != "postgresql") {
            const bool makes = settings_.tables.mode == sql::LoadMode::automatic ||
                               settings_.tables.mode == sql::LoadMode::create ||
                               settings_.tables.mode == sql::LoadMode::add;
            if (!created.empty() && makes)
                refuse("table " + shownName(created.front()->qualifiedName()) +
                       (created.size() > 1 ? " and " + std::to_string(created.size() - 1) + " more" : "") +
                       " would have to be made from " +
                       (incoming_.dialect.empty() ? "values alone" : incoming_.dialect + "'s definitions") +
                       ": add '- plugin: schema-map' to the transforms");
            return tellLeft(foreignObjects());
        }
        const Present present{!state_.catalog.tables.empty(), state_.catalog.objects, settings_.rehearsal};
        try {
            scheme_.making =
                planMaking(incoming_, created, present,
                           [this](const auto& schema, const auto& name) { return parentName(schema, name); });
        } catch (const Error& error) {
            refuse(error.what());
            return;
        }
        if (!settings_.rehearsal) tellLeft(scheme_.making.left);
        for (const Loss& loss : incoming_.losses)
            if (concerns(loss, created)) scheme_.losses.push_back(loss);
    }

    [[nodiscard]] static bool concerns(const Loss& loss, const std::vector<const Table*>& created) {
        if (loss.table.empty()) return !created.empty();
        return std::ranges::any_of(created, [&](const Table* table) {
            return table->schema == loss.schema && table->name == loss.table;
        });
    }

    /// Views and triggers of another dialect that the target has no namesake of.
    [[nodiscard]] std::vector<std::string> foreignObjects() const {
        std::vector<std::string> left;
        for (const NativeObject& object : incoming_.objects)
            if (std::ranges::none_of(state_.catalog.objects, [&](const NativeObject& known) {
                    return known.type == object.type && known.name == object.name;
                }))
                left.push_back(object.type + " '" + shownName(object.name) + "'");
        return left;
    }

    void tellLeft(const std::vector<std::string>& left) {
        if (left.empty()) return;
        std::string names;
        for (std::size_t i = 0; i < std::min(left.size(), listedNames); ++i)
            names += (i == 0 ? "" : ", ") + left[i];
        if (left.size() > listedNames) names += " and " + std::to_string(left.size() - listedNames) + " more";
        warn("the archive also holds what is not made here: " + names);
    }

    Connection& connection_;
    const Catalog& incoming_;
    const TargetState& state_;
    const LoadSettings& settings_;
    LoadScheme scheme_;
};

}  // namespace

LoadScheme schemeFor(Connection& connection, const Catalog& incoming, const TargetState& state,
                     const LoadSettings& settings) {
    return Check(connection, incoming, state, settings).run();
}

std::vector<const TableLoad*> inMergeOrder(const sql::LoadPlan& plan, const TargetState& state) {
    std::vector<const TableLoad*> ordered;
    for (const std::size_t position : parentsFirst(state.catalog))
        for (const TableLoad& load : plan.tables)
            if (load.action == TableAction::merge && load.to == &state.catalog.tables[position])
                ordered.push_back(&load);
    return ordered;
}

std::string oidsOf(const sql::LoadPlan& plan, const TargetState& state, TableAction action) {
    std::string oids = "{";
    for (const TableLoad& load : plan.tables) {
        if (load.action != action) continue;
        if (oids.size() > 1) oids += ",";
        oids += std::to_string(state.description(*load.to).relation.oid);
    }
    return oids + "}";
}

}  // namespace roost::postgresql
