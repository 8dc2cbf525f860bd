#include "lib/sql/postgresql/making.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "lib/sql/postgresql/native_statement.hpp"
#include "lib/sql/postgresql/table_definition.hpp"
#include "lib/storage/shown_name.hpp"

namespace roost::sql::postgresql {

namespace {

/// What tables may be made of.
constexpr std::array<std::string_view, 10> groundwork{
    "extension", "schema", "enum", "domain", "composite type", "range", "function", "procedure", "sequence"};
/// What rows need before they can be loaded, beside the tables.
constexpr std::array<std::string_view, 2> besideTables{"partition", "sequence owner"};
constexpr std::array<std::string_view, 3> constraintTypes{"exclusion constraint", "constraint", "index"};

constexpr std::array<std::string_view, 10> dispensableTypes{
    "extension", "foreign table", "view", "materialized view", "function",
    "procedure", "aggregate",     "rule", "trigger",           "statistics"};

bool among(std::span<const std::string_view> types, std::string_view type) {
    return std::ranges::find(types, type) != types.end();
}

/// 'name', or its columns where it has none yet.
std::string shownKey(const ForeignKey& key) {
    if (!key.name.empty()) return "'" + storage::shownName(key.name) + "'";
    std::string columns;
    for (const std::string& column : key.columns) columns += (columns.empty() ? "" : ", ") + column;
    return "(" + storage::shownName(columns) + ")";
}

class Planner {
public:
    Planner(const Catalog& catalog, const std::vector<const Table*>& created, const Present& present,
            const NameOfTable& nameOf)
        : catalog_(catalog), created_(created), present_(present), nameOf_(nameOf) {
        for (const NativeObject& object : present.objects) known_.insert(keyOf(object));
        extensions_ = std::ranges::any_of(
            catalog.objects, [](const NativeObject& object) { return object.type == "extension"; });
    }

    Making plan() {
        choose();
        addObjects(making_.before, groundwork);
        for (const Table* table : created_) addTable(*table);
        addObjects(making_.before, besideTables);
        for (const Table* table : created_) addKeys(*table);
        addObjects(making_.after, constraintTypes);
        for (const Table* table : created_) addForeignKeys(*table);
        addOthers();
        return std::move(making_);
    }

private:
    using Key = std::array<std::string, 4>;
    static Key keyOf(const NativeObject& object) {
        return {object.type, object.schema, object.name, object.table};
    }

    [[nodiscard]] bool isCreated(const std::string& schema, const std::string& name) const {
        return std::ranges::any_of(
            created_, [&](const Table* table) { return table->schema == schema && table->name == name; });
    }

    /// A partition may lie in another schema than its root; what stands on a partition goes with it.
    [[nodiscard]] bool standsOnCreated(const NativeObject& object) const {
        if (isCreated(object.schema, object.table)) return true;
        if (object.type == "partition")
            return std::ranges::any_of(created_, [&](const Table* t) { return t->name == object.table; });
        return std::ranges::any_of(catalog_.objects, [&](const NativeObject& other) {
            return other.type == "partition" && other.schema == object.schema && other.name == object.table &&
                   standsOnCreated(other);
        });
    }

    [[nodiscard]] bool wanted(const NativeObject& object) const {
        if (present_.rehearsal && object.type == "foreign key") return false;  // would lock its parent
        if (!present_.tables) return true;
        if (created_.empty()) return false;
        if (!object.table.empty() && object.type != "foreign table") return standsOnCreated(object);
        return among(groundwork, object.type);
    }

    void choose() {
        for (const NativeObject& object : catalog_.objects) {
            if (known_.contains(keyOf(object))) continue;
            if (wanted(object))
                chosen_.push_back(&object);
            else
                making_.left.push_back(shownObject(object));
        }
    }

    /// Types and sequences, keys and row security hold rows together or guard them; anything else can be made
    /// later, by hand.
    [[nodiscard]] bool isDispensable(const NativeObject& object) const {
        if (object.type == "partition") return object.sql.starts_with("CREATE FOREIGN");
        if (object.type == "index") {
            return std::ranges::any_of(catalog_.objects, [&](const NativeObject& other) {
                return other.type == "materialized view" && other.schema == object.schema &&
                       other.name == object.table;
            });
        }
        return among(dispensableTypes, object.type);
    }

    [[nodiscard]] MakingStep stepFor(const NativeObject& object) const {
        return {shownObject(object), statementsFor(object), isDispensable(object)};
    }

    void addObjects(std::vector<MakingStep>& to, std::span<const std::string_view> types) {
        for (const NativeObject* object : chosen_)
            if (among(types, object->type)) to.push_back(stepFor(*object));
    }

    void addTable(const Table& table) {
        const std::string shown = "table '" + storage::shownName(table.qualifiedName()) + "'";
        MakingStep step{shown, {}};
        step.mayExist = mayExist(table);
        step.statements.push_back(table.nativeSql.empty() ? createColumns(table)
                                                          : createTableStatement(table));
        making_.before.push_back(std::move(step));
        if (auto comments = commentStatements(table); !comments.empty())
            making_.after.push_back({"comments of " + shown, std::move(comments)});
    }

    /// An extension's own tables have no text: the extension makes them.
    [[nodiscard]] bool mayExist(const Table& table) const { return table.nativeSql.empty() && extensions_; }

    void addKeys(const Table& table) {
        const std::string of = " of table '" + storage::shownName(table.qualifiedName()) + "'";
        if (table.nativeSql.empty())
            for (std::string& statement : constraintStatements(table)) {
                MakingStep step{"a constraint" + of, {std::move(statement)}};
                step.mayExist = mayExist(table);
                making_.after.push_back(std::move(step));
            }
        for (const Index& index : table.indexes) {
            MakingStep step{"index '" + storage::shownName(index.name) + "'" + of, {}};
            step.hastens = !index.unique;
            step.mayExist = mayExist(table);
            step.statements.push_back(index.nativeSql.empty() ? indexStatement(table, index)
                                                              : createIndexStatement(table, index));
            making_.after.push_back(std::move(step));
        }
    }

    void addForeignKeys(const Table& table) {
        for (const ForeignKey& key : table.foreignKeys) {
            if (isNative(table, key)) continue;
            const std::string shown = "foreign key " + shownKey(key) + " of table '" +
                                      storage::shownName(table.qualifiedName()) + "'";
            const std::string parent = nameOf_(key.targetSchema, key.targetTable);
            if (parent.empty()) {
                making_.left.push_back(shown + " (to '" + storage::shownName(key.targetTable) + "')");
                continue;
            }
            MakingStep step{shown, {foreignKeyStatement(table, key, parent)}};
            step.mayExist = mayExist(table);
            making_.after.push_back(std::move(step));
        }
    }

    /// Whether the key comes among the objects, with words that the catalog has none for.
    [[nodiscard]] bool isNative(const Table& table, const ForeignKey& key) const {
        return std::ranges::any_of(catalog_.objects, [&](const NativeObject& object) {
            return object.type == "foreign key" && object.schema == table.schema &&
                   object.table == table.name && object.name == key.name;
        });
    }

    void addOthers() {
        std::vector<MakingStep> refreshes;
        for (const NativeObject* object : chosen_) {
            if (among(groundwork, object->type) || among(besideTables, object->type) ||
                among(constraintTypes, object->type))
                continue;
            making_.after.push_back(stepFor(*object));
            if (object->type == "materialized view")
                refreshes.push_back(
                    {"the rows of " + shownObject(*object),
                     {"REFRESH MATERIALIZED VIEW " + quotedTable(object->schema, object->name)}});
        }
        std::ranges::move(refreshes, std::back_inserter(making_.after));
    }

    const Catalog& catalog_;
    const std::vector<const Table*>& created_;
    const Present& present_;
    const NameOfTable& nameOf_;
    std::set<Key> known_;
    bool extensions_ = false;
    std::vector<const NativeObject*> chosen_;
    Making making_;
};

/// Something that another step may still make: a table, type, function, column, schema, the key that a
/// foreign key refers to, the rows of a view.
bool isMissingSomething(std::string_view sqlState) {
    constexpr std::array<std::string_view, 7> states{"42P01", "42704", "42883", "42703",
                                                     "3F000", "42830", "55000"};
    return among(states, sqlState);
}

/// Something that the server or the role doesn't have: a right, a file, a feature, a foreign server.
bool isLackOfMeans(std::string_view sqlState) {
    constexpr std::array<std::string_view, 3> states{"42501", "58P01", "0A000"};
    return among(states, sqlState) || sqlState.starts_with("HV");
}

/// A table, constraint or index of that name, or a second primary key.
bool isDuplicate(std::string_view sqlState) {
    constexpr std::array<std::string_view, 3> states{"42P07", "42710", "42P16"};
    return among(states, sqlState);
}

enum class Outcome : std::uint8_t { done, later };

class Runner {
public:
    Runner(Connection& connection, std::vector<MakingStep>& steps) : connection_(connection), steps_(steps) {}

    StepsRun run(bool last) {
        for (bool progress = true; progress && !steps_.empty();) {
            std::vector<MakingStep> left;
            for (MakingStep& step : steps_)
                if (attempt(step) == Outcome::later) left.push_back(std::move(step));
            progress = left.size() < steps_.size();
            steps_ = std::move(left);
        }
        StepsRun done;
        std::erase_if(steps_, [&](const MakingStep& step) {
            const bool out = step.dispensable && (last || !waits_[step.shown]);
            if (out) done.leftOut.push_back({step.shown, reasons_[step.shown]});
            return out;
        });
        if (!steps_.empty()) done.failure = reasons_[steps_.front().shown];
        return done;
    }

private:
    Outcome attempt(MakingStep& step) {
        const std::string action = "make " + step.shown;
        connection_.execute("SAVEPOINT roost_step", action);
        try {
            for (const std::string& statement : step.statements) connection_.query(statement, action);
        } catch (const ServerError& error) {
            if (error.sqlState().empty() || connection_.lost()) throw;
            // A value that is too long for an index: the rows are more than what finds them quickly.
            if (step.hastens && error.sqlState() == "54000") step.dispensable = true;
            const bool exists = step.mayExist && isDuplicate(error.sqlState());
            const bool waits = isMissingSomething(error.sqlState());
            const bool tooLong = step.dispensable && error.sqlState() == "54000";
            if (!exists && !waits && !tooLong && !(step.dispensable && isLackOfMeans(error.sqlState())))
                throw;
            connection_.execute("ROLLBACK TO SAVEPOINT roost_step", action);
            if (exists) return Outcome::done;
            reasons_[step.shown] = error.report().text();
            waits_[step.shown] = waits;
            return Outcome::later;
        }
        connection_.execute("RELEASE SAVEPOINT roost_step", action);
        return Outcome::done;
    }

    Connection& connection_;
    std::vector<MakingStep>& steps_;
    std::map<std::string, std::string> reasons_;  ///< of the steps that failed, by name
    std::map<std::string, bool> waits_;           ///< whether another step may still help
};

}  // namespace

Making planMaking(const Catalog& catalog, const std::vector<const Table*>& created, const Present& present,
                  const NameOfTable& nameOf) {
    return Planner(catalog, created, present, nameOf).plan();
}

StepsRun runSteps(Connection& connection, std::vector<MakingStep>& steps, bool last) {
    return Runner(connection, steps).run(last);
}

}  // namespace roost::sql::postgresql
