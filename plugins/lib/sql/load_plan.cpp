#include "lib/sql/load_plan.hpp"

#include <algorithm>
#include <optional>

#include "lib/sql/users_load.hpp"

namespace roost::sql {

namespace {

std::string counted(std::uint64_t number, const char* unit) {
    return std::to_string(number) + " " + unit + (number == 1 ? "" : "s");
}

/// True for a column that gets a value by itself when none comes.
bool fillsItself(const Column& column) {
    return column.nullable || column.defaultValue || column.identity != Identity::none || column.generated;
}

class Planner {
public:
    Planner(const Catalog& incoming, const Catalog& target, const LoadOptions& options)
        : incoming_(incoming), target_(target), options_(options) {
        for (const std::string& pattern : options.keepTables) kept_.emplace_back(pattern, options.nameCase);
    }

    LoadPlan plan() {
        for (const Table& table : incoming_.tables) plan_.tables.push_back(planTable(table));
        if (options_.mode == LoadMode::users) planUsers(incoming_, options_.nameCase, plan_);
        return std::move(plan_);
    }

private:
    [[nodiscard]] bool same(std::string_view a, std::string_view b) const {
        return sameName(a, b, options_.nameCase);
    }

    [[nodiscard]] const Table* targetOf(const Table& table) const {
        const auto found = std::ranges::find_if(target_.tables, [&](const Table& candidate) {
            return same(candidate.schema, table.schema) && same(candidate.name, table.name);
        });
        return found == target_.tables.end() ? nullptr : &*found;
    }

    [[nodiscard]] bool isKept(const Table& table) const {
        return std::ranges::any_of(kept_, [&](const NamePattern& pattern) {
            return pattern.matches(table.name) || pattern.matches(table.qualifiedName());
        });
    }

    TableLoad planTable(const Table& table) {
        TableLoad load;
        load.from = &table;
        load.to = targetOf(table);
        const std::string name = "table " + table.qualifiedName();
        if (load.to == nullptr) {
            if (options_.mode == LoadMode::replace || options_.mode == LoadMode::merge)
                plan_.refusals.push_back(name + " does not exist in the target; 'mode: auto' creates it");
            if (options_.mode == LoadMode::users)
                plan_.refusals.push_back(name +
                                         " does not exist in the target, and 'mode: users' makes none: let "
                                         "the application make its tables first");
            load.to = &table;
            load.action = TableAction::create;
        } else if (isKept(table)) {
            load.action = TableAction::keep;
            return load;
        } else {
            chooseForExisting(load, name);
        }
        matchColumns(load, name);
        findKey(load, name);
        return load;
    }

    void chooseForExisting(TableLoad& load, const std::string& name) {
        switch (options_.mode) {
            case LoadMode::create:
                plan_.refusals.push_back(name +
                                         " exists in the target; 'mode: replace' replaces its rows, "
                                         "'mode: merge' adds to them");
                return;
            case LoadMode::merge:
                load.action = TableAction::merge;
                if (load.to->rows > 0)
                    plan_.destroys.push_back(name + ": those of its " + counted(load.to->rows, "row") +
                                             " whose key comes again");
                return;
            case LoadMode::add:
                load.action = TableAction::merge;
                return;
            case LoadMode::users:
                load.action = TableAction::users;
                if (load.from->reduced && options_.onPartial == OnPartial::refuse)
                    plan_.refusals.push_back(
                        name +
                        " comes with only a part of the users' rows or columns, or with masked values, and "
                        "what they have in the target would go for it; 'partial: replace' replaces it");
                return;
            case LoadMode::automatic:
            case LoadMode::replace:
                load.action = TableAction::replace;
                if (load.to->rows == 0) return;
                if (load.from->partial && options_.onPartial == OnPartial::refuse) refusePartial(load, name);
                plan_.destroys.push_back(name + ": " + counted(load.to->rows, "row"));
        }
    }

    /// What was left out of the table on purpose is not meant to be gone from the target.
    void refusePartial(const TableLoad& load, const std::string& name) {
        plan_.refusals.push_back(name + " comes in part or with masked values, and its " +
                                 counted(load.to->rows, "row") +
                                 " in the target would go for it; 'mode: add' or 'mode: merge' keeps them, "
                                 "'partial: replace' replaces them");
    }

    [[nodiscard]] std::optional<std::size_t> find(const Table& table, const std::string& column) const {
        if (const auto exact = table.columnIndex(column)) return exact;
        for (std::size_t i = 0; i < table.columns.size(); ++i)
            if (same(table.columns[i].name, column)) return i;
        return std::nullopt;
    }

    void refuse(const std::string& drift) {
        plan_.refusals.push_back(drift + "; 'on-schema-drift: warn' goes on without it");
    }

    void needsValue(const std::string& drift) {
        if (options_.onDrift == OnDrift::fail)
            refuse(drift);
        else
            plan_.warnings.push_back(drift + ": rows will be refused by the database");
    }

    void matchColumns(TableLoad& load, const std::string& name) {
        for (std::size_t to = 0; to < load.to->columns.size(); ++to) {
            const Column& column = load.to->columns[to];
            const auto from = find(*load.from, column.name);
            if (from && !column.generated && !load.from->columns[*from].generated)
                load.columns.push_back({*from, to});
            else if (!from && !fillsItself(column))
                needsValue(name + " of the target needs a value for column '" + column.name +
                           "', which does not come and has no default");
            else if (!from && !column.generated && load.action == TableAction::users)
                plan_.warnings.push_back(name + ", column '" + column.name +
                                         "' does not come: rows that come get its default");
        }
        for (const Column& column : load.from->columns) {
            if (column.generated || find(*load.to, column.name)) continue;
            if (column.optional || options_.onDrift == OnDrift::warn)
                plan_.leftOut.push_back(name + ", column '" + column.name + "'");
            else
                refuse(name + " of the target has no column '" + column.name + "'");
        }
    }

    void findKey(TableLoad& load, const std::string& name) {
        for (const std::string& column : load.to->primaryKey) {
            const auto at = std::ranges::find_if(load.columns, [&](const ColumnLoad& candidate) {
                return same(load.to->columns[candidate.to].name, column);
            });
            if (at == load.columns.end()) {
                load.key.clear();
                break;
            }
            load.key.push_back(static_cast<std::size_t>(at - load.columns.begin()));
        }
        if (load.action == TableAction::merge && load.key.empty())
            plan_.refusals.push_back(
                name + (options_.mode == LoadMode::add ? " cannot be added to: " : " cannot be merged: ") +
                (load.to->primaryKey.empty() ? "it has no primary key" : "not all of its primary key comes"));
    }

    const Catalog& incoming_;
    const Catalog& target_;
    const LoadOptions& options_;
    std::vector<NamePattern> kept_;
    LoadPlan plan_;
};

}  // namespace

const TableLoad* LoadPlan::find(TableId id) const noexcept {
    const auto found =
        std::ranges::find_if(tables, [id](const TableLoad& load) { return load.from->id == id; });
    return found == tables.end() ? nullptr : &*found;
}

LoadPlan planLoad(const Catalog& incoming, const Catalog& target, const LoadOptions& options) {
    return Planner(incoming, target, options).plan();
}

}  // namespace roost::sql
