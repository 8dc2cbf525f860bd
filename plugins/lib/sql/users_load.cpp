#include "lib/sql/users_load.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "lib/sql/user_identity.hpp"
#include "lib/storage/shown_name.hpp"

namespace roost::sql {

namespace {

using Kind = RowCondition::Kind;
using storage::shownName;

bool isNumber(TypeKind kind) {
    return kind == TypeKind::int16 || kind == TypeKind::int32 || kind == TypeKind::int64 ||
           kind == TypeKind::float32 || kind == TypeKind::float64 || kind == TypeKind::decimal;
}

/// Whether a database compares values of the two types as they are.
bool comparable(const Column& one, const Column& other) {
    return one.type.kind == other.type.kind || (isNumber(one.type.kind) && isNumber(other.type.kind));
}

/// Conditions on tables that come, as conditions on those of the target.
class InTarget {
public:
    InTarget(const Catalog& incoming, NameCase nameCase, LoadPlan& plan)
        : incoming_(incoming), nameCase_(nameCase), plan_(plan) {}

    [[nodiscard]] RowCondition mapped(const RowCondition& rows, const TableLoad& load) {
        if (rows.kind == Kind::matching && isTheUsers(rows)) return byValues(rows, load);
        return mappedAsIs(rows, load);
    }

private:
    [[nodiscard]] RowCondition mappedAsIs(const RowCondition& rows, const TableLoad& load) {
        RowCondition made = rows;
        for (std::string& column : made.columns) column = nameIn(load, column);
        if (rows.kind != Kind::matching) {
            for (RowCondition& part : made.parts) part = mapped(part, load);
            return made;
        }
        const TableLoad* const other = plan_.find(rows.table);
        if (other == nullptr) {
            refuse("whose rows are whose cannot be said of table " + shownName(load.from->qualifiedName()) +
                   ": a table that it is tied by does not come");
            return RowCondition::nothing();
        }
        for (std::string& column : made.targetColumns) column = nameIn(*other, column);
        made.asText |= !compareAsTheyAre(made, load, *other);
        made.parts.front() = mapped(rows.parts.front(), *other);
        return made;
    }

    /// True for "columns are those of a chosen user".
    [[nodiscard]] bool isTheUsers(const RowCondition& rows) const {
        const RowCondition& chosen = rows.parts.front();
        return incoming_.chosenUsers && rows.table == incoming_.chosenUsers->table &&
               chosen.kind == Kind::among && chosen.columns == incoming_.chosenUsers->key;
    }

    /// By the values that the users have in what comes; by those that they have in the target, too, where
    /// these may be others.
    [[nodiscard]] RowCondition byValues(const RowCondition& rows, const TableLoad& load) {
        const ChosenUsers& users = *incoming_.chosenUsers;
        std::vector<std::size_t> places;
        bool byKey = true;
        for (const std::string& column : rows.targetColumns) {
            const auto inKey = std::ranges::find(users.key, column);
            const auto inNames = std::ranges::find(users.names, column);
            byKey &= inKey != users.key.end();
            if (inKey != users.key.end())
                places.push_back(static_cast<std::size_t>(inKey - users.key.begin()));
            else if (inNames != users.names.end())
                places.push_back(users.key.size() + static_cast<std::size_t>(inNames - users.names.begin()));
            else
                return mappedAsIs(rows, load);
        }
        std::vector<std::string> columns;
        for (const std::string& column : rows.columns) columns.push_back(nameIn(load, column));
        RowCondition values = RowCondition::valuesAmong(std::move(columns), projected(users, places, rows));
        values.collation = rows.collation;
        values.asText = rows.asText;
        if (byKey) return values;
        return RowCondition::anyOf({mappedAsIs(rows, load), std::move(values)});
    }

    [[nodiscard]] static std::vector<std::vector<Value>> projected(const ChosenUsers& users,
                                                                   const std::vector<std::size_t>& places,
                                                                   const RowCondition& rows) {
        std::vector<std::vector<Value>> all;
        for (const std::vector<Value>& user : users.rows) {
            std::vector<Value> tuple;
            for (const std::size_t place : places) {
                const std::optional<std::string> text = identifyingText(user[place]);
                if (!text) break;
                tuple.push_back(rows.asText ? Value(Cell::view(CellKind::text, *text)) : user[place]);
            }
            if (tuple.size() == places.size()) all.push_back(std::move(tuple));
        }
        return all;
    }

    [[nodiscard]] std::optional<std::size_t> find(const Table& table, std::string_view column) const {
        if (const auto exact = table.columnIndex(column)) return exact;
        for (std::size_t i = 0; i < table.columns.size(); ++i)
            if (sameName(table.columns[i].name, column, nameCase_)) return i;
        return std::nullopt;
    }

    [[nodiscard]] std::string nameIn(const TableLoad& load, const std::string& column) {
        if (const auto found = find(*load.to, column)) return load.to->columns[*found].name;
        refuse("table " + shownName(load.from->qualifiedName()) + " of the target has no column '" +
               shownName(column) + "', which says whose its rows are");
        return column;
    }

    [[nodiscard]] bool compareAsTheyAre(const RowCondition& rows, const TableLoad& load,
                                        const TableLoad& other) const {
        for (std::size_t i = 0; i < rows.columns.size() && i < rows.targetColumns.size(); ++i) {
            const auto own = find(*load.to, rows.columns[i]);
            const auto theirs = find(*other.to, rows.targetColumns[i]);
            if (own && theirs && !comparable(load.to->columns[*own], other.to->columns[*theirs]))
                return false;
        }
        return true;
    }

    /// Once: a condition stands in those of all tables that are tied by it.
    void refuse(std::string refusal) {
        if (std::ranges::find(plan_.refusals, refusal) == plan_.refusals.end())
            plan_.refusals.push_back(std::move(refusal));
    }

    const Catalog& incoming_;
    NameCase nameCase_;
    LoadPlan& plan_;
};

bool isReferredTo(const Catalog& incoming, const Table& table) {
    return std::ranges::any_of(incoming.tables, [&](const Table& child) {
        return std::ranges::any_of(child.foreignKeys, [&](const ForeignKey& key) {
            return key.targetTable == table.name && key.targetSchema == table.schema;
        });
    });
}

void addLookedAt(const RowCondition& rows, std::set<TableId>& tables) {
    if (rows.kind == Kind::matching) tables.insert(rows.table);
    for (const RowCondition& part : rows.parts) addLookedAt(part, tables);
}

/// Tables behind those that they look at.
class Ordering {
public:
    explicit Ordering(const LoadPlan& plan) : plan_(plan) {
        for (const TableLoad& load : plan.tables) visit(load);
    }

    [[nodiscard]] std::vector<const TableLoad*> ordered() && { return std::move(ordered_); }

private:
    void visit(const TableLoad& load) {
        if (load.action != TableAction::users || !visited_.insert(load.from->id).second) return;
        std::set<TableId> tables;
        addLookedAt(load.ownership.chosen, tables);
        for (const TableId table : tables)
            if (const TableLoad* other = plan_.find(table)) visit(*other);
        ordered_.push_back(&load);
    }

    const LoadPlan& plan_;
    std::set<TableId> visited_;
    std::vector<const TableLoad*> ordered_;
};

}  // namespace

void planUsers(const Catalog& incoming, NameCase nameCase, LoadPlan& plan) {
    const auto isUsers = [](const TableLoad& load) { return load.action == TableAction::users; };
    if (std::ranges::none_of(plan.tables, isUsers)) return;
    const bool said = incoming.chosenUsers && std::ranges::all_of(plan.tables, [&](const TableLoad& load) {
                          return !isUsers(load) || load.from->ownership.has_value();
                      });
    if (!said) {
        plan.refusals.push_back(
            "'mode: users' needs to know whose rows are whose: " +
            (incoming.ownershipUnknown.empty()
                 ? std::string("add the transform user-filter, and let no other one drop the "
                               "columns that tell")
                 : incoming.ownershipUnknown));
        return;
    }
    InTarget inTarget(incoming, nameCase, plan);
    for (TableLoad& load : plan.tables) {
        if (!isUsers(load)) continue;
        load.ownership.chosen = inTarget.mapped(load.from->ownership->chosen, load);
        load.ownership.shared = inTarget.mapped(load.from->ownership->shared, load);
        if (load.from->ownership->several)
            plan.warnings.push_back(
                "table " + shownName(load.from->qualifiedName()) +
                ": rows that are other users', too, are replaced with those of the users that "
                "come");
        const bool chosen = !load.from->ownership->chosen.isNothing();
        const bool bringsShared =
            !load.from->ownership->shared.isNothing() && (!chosen || isReferredTo(incoming, *load.from));
        load.onlyOwned = chosen && !bringsShared;
        if (bringsShared && load.key.empty())
            plan.refusals.push_back(
                "table " + shownName(load.from->qualifiedName()) + " has rows that are nobody's, and " +
                (load.to->primaryKey.empty() ? "no primary key" : "not all of its primary key comes") +
                ": those that are there cannot be told from those that come");
    }
}

std::vector<const TableLoad*> inRemovalOrder(const LoadPlan& plan) {
    std::vector<const TableLoad*> order = Ordering(plan).ordered();
    std::ranges::reverse(order);
    return order;
}

std::string destroyedRows(const TableLoad& load, std::uint64_t rows) {
    return "table " + load.from->qualifiedName() + ": " + storage::counted(rows, "row", "rows") +
           " of the users that come";
}

Error takenKeys(const TableLoad& load, std::uint64_t rows, const std::vector<std::string>& keys) {
    std::string shown;
    for (const std::string& key : keys) shown += (shown.empty() ? "" : "; ") + shownName(key);
    if (rows > keys.size()) shown += " and " + std::to_string(rows - keys.size()) + " more";
    return Error(
        "table " + shownName(load.from->qualifiedName()) + ": " +
            storage::counted(rows, "row that comes has", "rows that come have") +
            " the primary key of a row that is not theirs in the target (" + shown + ")",
        "'as' of the transform user-filter brings the user back as a copy under new keys; or give those "
        "rows of the target other keys");
}

}  // namespace roost::sql
