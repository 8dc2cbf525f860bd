#include "lib/ownership/ownership_graph.hpp"

#include <algorithm>
#include <cctype>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "lib/ownership/given_ties.hpp"
#include "lib/sql/name_pattern.hpp"
#include "roost/diagnostic.hpp"
#include "roost/error.hpp"

namespace roost::ownership {

namespace {

constexpr std::size_t unreached = std::numeric_limits<std::size_t>::max();

/// "user_id", "userId" and "UserID" are one.
std::string plainName(std::string_view name) {
    std::string plain;
    for (const char c : name)
        if (c != '_' && c != '-') plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return plain;
}

std::string singular(std::string plain) {
    if (plain.ends_with("ies")) return plain.substr(0, plain.size() - 3) + "y";
    if (plain.ends_with("s") && !plain.ends_with("ss")) plain.pop_back();
    return plain;
}

bool saysOwner(std::string_view column, const std::string& usersTable) {
    const std::string plain = plainName(column);
    return plain == "userid" || plain == "ownerid" || plain == "creatorid" || plain == "authorid" ||
           plain == "user" || plain == "owner" || plain == "creator" || plain == "author" ||
           plain == singular(plainName(usersTable)) + "id" || plain == singular(plainName(usersTable));
}

bool isOptional(const Table& table, const std::vector<std::string>& columns) {
    return std::ranges::any_of(columns, [&](const std::string& name) {
        const Column& column = table.columns[table.columnIndex(name).value()];
        return column.nullable && std::ranges::find(table.primaryKey, name) == table.primaryKey.end();
    });
}

std::optional<std::size_t> positionOf(const Catalog& catalog, std::string_view schema,
                                      std::string_view name) {
    const auto nameCase = catalog.dialect == "sqlite" ? sql::NameCase::folded : sql::NameCase::exact;
    for (std::size_t i = 0; i < catalog.tables.size(); ++i)
        if (catalog.tables[i].schema == schema && sql::sameName(catalog.tables[i].name, name, nameCase))
            return i;
    return std::nullopt;
}

class Search {
public:
    Search(const Catalog& catalog, const GraphOptions& options) : catalog_(catalog), options_(options) {
        graph_.users = tableNamed(catalog, options.usersTable, "users-table");
        graph_.tables.resize(catalog.tables.size());
        distance_.assign(catalog.tables.size(), unreached);
        distance_[graph_.users] = 0;
    }

    [[nodiscard]] Graph find() {
        readReferences();
        given_ = readGivenTies(catalog_, options_, graph_.users, graph_.remarks);
        measure();
        for (std::size_t table = 0; table < catalog_.tables.size(); ++table)
            if (table != graph_.users && distance_[table] != unreached) graph_.order.push_back(table);
        std::ranges::stable_sort(graph_.order, {}, [this](std::size_t table) { return distance_[table]; });
        for (const std::size_t table : graph_.order) tie(table);
        refuseDeadEnds();
        for (std::size_t table = 0; table < catalog_.tables.size(); ++table)
            if (!graph_.isTied(table)) graph_.tables[table].offer = offer(table);
        for (Reference& reference : graph_.references) reference.decides = decides(reference);
        return std::move(graph_);
    }

private:
    void readReferences() {
        for (std::size_t child = 0; child < catalog_.tables.size(); ++child)
            for (const ForeignKey& key : catalog_.tables[child].foreignKeys) {
                const auto parent = positionOf(catalog_, key.targetSchema, key.targetTable);
                if (!parent) continue;
                const Table& target = catalog_.tables[*parent];
                Reference reference;
                reference.name = key.name;
                reference.key.child = child;
                reference.key.parent = *parent;
                reference.key.columns = key.columns;
                reference.key.parentColumns =
                    key.targetColumns.empty() ? target.primaryKey : key.targetColumns;
                if (!fits(reference.key)) continue;
                compareAsDeclared(catalog_, reference.key);
                reference.key.optional = isOptional(catalog_.tables[child], key.columns);
                if (owns(key, reference.key)) keys_.push_back(reference.key);
                graph_.references.push_back(std::move(reference));
            }
    }

    /// Not so where a key speaks of columns that are not there.
    [[nodiscard]] bool fits(const Tie& key) const {
        const auto has = [&](std::size_t table, const std::vector<std::string>& columns) {
            return std::ranges::all_of(columns, [&](const std::string& column) {
                return catalog_.tables[table].columnIndex(column).has_value();
            });
        };
        return !key.columns.empty() && key.columns.size() == key.parentColumns.size() &&
               has(key.child, key.columns) && has(key.parent, key.parentColumns);
    }

    [[nodiscard]] bool owns(const ForeignKey& key, const Tie& tie) const {
        if (tie.child == graph_.users) return false;
        if (!tie.optional || key.onDelete == "CASCADE") return true;
        if (tie.parent == graph_.users)
            return key.columns.size() == 1 &&
                   saysOwner(key.columns.front(), catalog_.tables[graph_.users].name);
        return key.onDelete != "SET NULL" && key.onDelete != "SET DEFAULT";
    }

    /// What a table may be tied by: what the options say of it, or its keys.
    [[nodiscard]] std::vector<Tie> candidates(std::size_t table) const {
        std::vector<Tie> found;
        if (given_.contains(table)) return given_.at(table);
        std::ranges::copy_if(keys_, std::back_inserter(found),
                             [table](const Tie& tie) { return tie.child == table; });
        return found;
    }

    /// How many ties lie between each table and the users, at least.
    void measure() {
        for (bool changed = true; changed;) {
            changed = false;
            for (std::size_t table = 0; table < catalog_.tables.size(); ++table)
                for (const Tie& tie : candidates(table)) {
                    const std::size_t parent = distance_[tie.parent];
                    if (parent == unreached || parent + 1 >= distance_[table]) continue;
                    distance_[table] = parent + 1;
                    changed = true;
                }
        }
    }

    void tie(std::size_t table) {
        std::vector<Tie> ties = candidates(table);
        std::erase_if(ties, [this](const Tie& one) { return distance_[one.parent] == unreached; });
        std::ranges::stable_sort(ties, {}, [this](const Tie& one) { return distance_[one.parent]; });
        TableTies& found = graph_.tables[table];
        for (std::size_t at = 0; at < ties.size();) {
            const std::size_t near = distance_[ties[at].parent];
            std::vector<Tie>& group = found.groups.emplace_back();
            for (; at < ties.size() && (given_.contains(table) || distance_[ties[at].parent] == near); ++at)
                group.push_back(ties[at]);
            const bool decided = std::ranges::any_of(group, [](const Tie& one) { return !one.optional; });
            found.always |= std::ranges::any_of(group, [this](const Tie& one) {
                return !one.optional && (one.parent == graph_.users || graph_.tables[one.parent].always);
            });
            if (decided) break;  // no row gets to the next group
        }
    }

    void refuseDeadEnds() const {
        for (const auto& [table, ties] : given_)
            if (!ties.empty() && distance_[table] == unreached)
                throw Error("'owner' ties table " + catalog_.tables[table].qualifiedName() + " to table " +
                                catalog_.tables[ties.front().parent].qualifiedName() +
                                ", which is itself tied to no user",
                            "tie that table, too");
    }

    [[nodiscard]] std::string offer(std::size_t place) const {
        const Table& table = catalog_.tables[place];
        if (given_.contains(place)) return {};
        for (const Reference& reference : graph_.references)
            if (reference.key.child == place && reference.key.parent == graph_.users &&
                reference.key.columns.size() == 1)
                return offered("owner", table.qualifiedName(), reference.key.columns.front());
        for (const Column& column : table.columns)
            if (saysOwner(column.name, catalog_.tables[graph_.users].name))
                return offered("owner", table.qualifiedName(), column.name);
        const Table& users = catalog_.tables[graph_.users];
        for (const std::string& name : options_.names)
            if (plainName(name) != "id" && table.columnIndex(name) && users.columnIndex(name))
                return offered("match", table.qualifiedName() + "." + name,
                               users.qualifiedName() + "." + name);
        return {};
    }

    [[nodiscard]] static std::string offered(const std::string& option, const std::string& from,
                                             const std::string& to) {
        return "'" + option + ": {" + from + ": " + to + "}'";
    }

    [[nodiscard]] bool decides(const Reference& reference) const {
        const auto& groups = graph_.tables[reference.key.child].groups;
        return !groups.empty() && groups.front().size() == 1 &&
               groups.front().front().columns == reference.key.columns &&
               groups.front().front().parent == reference.key.parent &&
               groups.front().front().parentColumns == reference.key.parentColumns;
    }

    const Catalog& catalog_;
    const GraphOptions& options_;
    Graph graph_;
    std::vector<Tie> keys_;
    GivenTies given_;
    std::vector<std::size_t> distance_;
};

}  // namespace

std::string TableTies::text(const Catalog& catalog) const {
    std::string all;
    for (std::size_t i = 0; i < groups.size(); ++i)
        for (std::size_t j = 0; j < groups[i].size(); ++j) {
            const Tie& tie = groups[i][j];
            std::string from;
            std::string to;
            for (std::size_t c = 0; c < tie.columns.size(); ++c) {
                from += (c == 0 ? "" : ", ") + tie.columns[c];
                to += (c == 0 ? "" : ", ") + tie.parentColumns[c];
            }
            if (i + j > 0) all += j > 0 ? " or " : ", where that is null ";
            all += from + " -> " + catalog.tables[tie.parent].qualifiedName() + "." + to;
        }
    return all;
}

std::size_t tableNamed(const Catalog& catalog, const std::string& name, const std::string& what) {
    if (const auto plain = positionOf(catalog, "", name)) return *plain;
    if (const std::size_t dot = name.find('.'); dot != std::string::npos)
        if (const auto found = positionOf(catalog, name.substr(0, dot), name.substr(dot + 1))) return *found;
    std::optional<std::size_t> only;  // in a schema that was not named
    std::vector<std::string> names;
    for (std::size_t i = 0; i < catalog.tables.size(); ++i) {
        names.push_back(catalog.tables[i].qualifiedName());
        if (catalog.tables[i].name != name) continue;
        if (only)
            throw Error("'" + what + "' names table '" + name + "', and several schemas have one",
                        "write schema.table");
        only = i;
    }
    if (only) return *only;
    const std::string near = nearest(name, names);
    throw Error("'" + what + "' names table '" + name + "', which the sources do not have",
                near.empty() ? "" : "did you mean '" + near + "'?");
}

Graph findOwnership(const Catalog& catalog, const GraphOptions& options) {
    return Search(catalog, options).find();
}

}  // namespace roost::ownership
