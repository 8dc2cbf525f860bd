#include "lib/ownership/given_ties.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "lib/sql/name_pattern.hpp"
#include "roost/diagnostic.hpp"
#include "roost/error.hpp"

namespace roost::ownership {

namespace {

const Column& columnOf(const Table& table, const std::string& name) {
    return table.columns[table.columnIndex(name).value()];
}

bool isInteger(TypeKind kind) {
    return kind == TypeKind::int16 || kind == TypeKind::int32 || kind == TypeKind::int64;
}

class Reading {
public:
    Reading(const Catalog& catalog, std::size_t users, std::vector<std::string>& remarks)
        : catalog_(catalog), users_(users), remarks_(remarks) {}

    void read(const TextMap& pairs, const std::string& option, GivenTies& given) {
        option_ = option;
        for (const auto& [from, to] : pairs) {
            // A table that a version of the application does not have needs no untying.
            if (to == "none" && !known(from)) continue;
            if (option == "match" && isMissing(from)) continue;
            const auto [child, own] = split(from);
            std::vector<Tie>& ties = given[child];
            const Table& table = catalog_.tables[child];
            if (child == users_) throw Error("'" + option + "' ties the users table itself");
            if (to == "none" && own.empty()) continue;
            if (!own.empty()) {
                const auto [parent, column] = target(to);
                ties.push_back(tie(child, own, parent, column));
                continue;
            }
            for (std::size_t at = 0; at <= to.size();) {
                const std::size_t comma = std::min(to.find(',', at), to.size());
                const std::string name = trimmed(to.substr(at, comma - at));
                ties.push_back(tie(child, column(table, name), users_, usersKey()));
                at = comma + 1;
            }
        }
    }

private:
    [[nodiscard]] static std::string trimmed(const std::string& text) {
        const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
        return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
    }

    [[nodiscard]] bool isMissing(const std::string& text) {
        const std::size_t dot = text.rfind('.');
        if (dot == std::string::npos || known(text) || known(text.substr(0, dot))) return false;
        remarks_.push_back("'match' names table '" + text.substr(0, dot) +
                           "', which the sources do not have: nothing is tied by it");
        return true;
    }

    /// "table" or "table.column".
    [[nodiscard]] std::pair<std::size_t, std::string> split(const std::string& text) const {
        const std::size_t dot = text.rfind('.');
        if (dot != std::string::npos && !known(text)) {
            const std::size_t table = tableNamed(catalog_, text.substr(0, dot), option_);
            return {table, column(catalog_.tables[table], text.substr(dot + 1))};
        }
        return {tableNamed(catalog_, text, option_), {}};
    }

    [[nodiscard]] bool known(const std::string& name) const {
        return std::ranges::any_of(catalog_.tables, [&](const Table& table) {
            return table.qualifiedName() == name || table.name == name;
        });
    }

    /// "users.id", or a column of the users table alone.
    [[nodiscard]] std::pair<std::size_t, std::string> target(const std::string& text) const {
        const Table& users = catalog_.tables[users_];
        if (text.find('.') == std::string::npos) return {users_, column(users, text)};
        auto found = split(text);
        if (found.second.empty()) found.second = usersKey();
        return found;
    }

    [[nodiscard]] std::string column(const Table& table, const std::string& name) const {
        const auto nameCase = catalog_.dialect == "sqlite" ? sql::NameCase::folded : sql::NameCase::exact;
        std::vector<std::string> names;
        for (const Column& each : table.columns) {
            if (sql::sameName(each.name, name, nameCase)) return each.name;
            names.push_back(each.name);
        }
        const std::string near = nearest(name, names);
        throw Error("'" + option_ + "' names column '" + name + "', which table " + table.qualifiedName() +
                        " does not have",
                    near.empty() ? "" : "did you mean '" + near + "'?");
    }

    [[nodiscard]] std::string usersKey() const {
        const Table& users = catalog_.tables[users_];
        if (users.primaryKey.size() == 1) return users.primaryKey.front();
        throw Error("table " + users.qualifiedName() + " has no primary key of one column",
                    "write 'owner: {table.column: " + users.name + ".column}'");
    }

    [[nodiscard]] Tie tie(std::size_t child, const std::string& own, std::size_t parent,
                          const std::string& other) const {
        Tie made;
        made.child = child;
        made.parent = parent;
        made.columns = {own};
        made.parentColumns = {other};
        const Column& from = columnOf(catalog_.tables[child], own);
        const Column& to = columnOf(catalog_.tables[parent], other);
        made.optional = from.nullable && catalog_.tables[child].primaryKey != made.columns;
        // Nobody declared that 'Alice' and 'alice' are one.
        if (catalog_.dialect == "sqlite" && (!from.collation.empty() || !to.collation.empty()))
            made.collation = "BINARY";
        made.asText = catalog_.dialect == "postgresql" && from.type.kind != to.type.kind &&
                      !(isInteger(from.type.kind) && isInteger(to.type.kind));
        return made;
    }

    const Catalog& catalog_;
    std::size_t users_;
    std::vector<std::string>& remarks_;
    std::string option_;
};

}  // namespace

GivenTies readGivenTies(const Catalog& catalog, const GraphOptions& options, std::size_t users,
                        std::vector<std::string>& remarks) {
    GivenTies given;
    Reading reading(catalog, users, remarks);
    reading.read(options.owner, "owner", given);
    reading.read(options.match, "match", given);
    return given;
}

void compareAsDeclared(const Catalog& catalog, Tie& tie) {
    if (catalog.dialect != "sqlite") return;
    for (std::size_t i = 0; i < tie.columns.size(); ++i) {
        const std::string& own = columnOf(catalog.tables[tie.child], tie.columns[i]).collation;
        const std::string& parents = columnOf(catalog.tables[tie.parent], tie.parentColumns[i]).collation;
        if (own != parents || !parents.empty()) tie.collation = parents.empty() ? "BINARY" : parents;
    }
}

}  // namespace roost::ownership
