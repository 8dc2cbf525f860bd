#include "lib/ownership/selection.hpp"

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

#include "lib/ownership/key_store.hpp"
#include "lib/ownership/value_name.hpp"
#include "lib/sql/name_pattern.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::ownership {

namespace {

/// More are not named in a statement: then a look at all keys is quicker.
constexpr std::size_t mostNamed = 1000;
constexpr std::size_t shownRows = 5;

/// References of one foreign key that lead to what does not go along.
struct Strays {
    const Reference* reference = nullptr;
    std::uint64_t count = 0;
    std::vector<std::string> keys;
};

class Selecting {
public:
    Selecting(const Catalog& catalog, const SelectionOptions& options, SourceAccess& sources,
              Context& context)
        : catalog_(catalog), options_(options), sources_(sources), context_(context) {}

    [[nodiscard]] Selection select(Way way) {
        made_.graph = findOwnership(catalog_, graphOptions());
        made_.remarks = made_.graph.remarks;
        chooseTables();
        chooseUsers();
        if (way == Way::keys || !byConditions()) {
            if (way == Way::conditions) throw Error("these tables' rows cannot be found by conditions");
            byKeys();
        }
        sayOwnership();
        describe();
        return std::move(made_);
    }

private:
    [[nodiscard]] GraphOptions graphOptions() const {
        GraphOptions graph = options_.graph;
        graph.names = options_.users.names;
        return graph;
    }
    [[nodiscard]] const Graph& graph() const { return made_.graph; }
    [[nodiscard]] const Table& users() const { return catalog_.tables[graph().users]; }

    /// What is taken whole, and what goes along because others refer to it.
    void chooseTables() {
        const std::size_t count = catalog_.tables.size();
        whole_.assign(count, false);
        kept_.assign(count, false);
        for (std::size_t table = 0; table < count; ++table)
            whole_[table] = options_.includeUnowned && !graph().isTied(table);
        for (const std::string& name : options_.includeTables) include(name);
        for (std::size_t table = 0; table < count; ++table)
            kept_[table] = whole_[table] || graph().isTied(table);
        for (bool changed = true; changed;) {
            changed = false;
            for (const Reference& reference : graph().references) {
                if (!kept_[reference.key.child] || kept_[reference.key.parent]) continue;
                kept_[reference.key.parent] = changed = true;
            }
        }
    }

    void include(const std::string& name) {
        const auto nameCase = catalog_.dialect == "sqlite" ? sql::NameCase::folded : sql::NameCase::exact;
        const sql::NamePattern pattern(name, nameCase);
        bool found = false;
        for (std::size_t table = 0; table < catalog_.tables.size(); ++table) {
            const Table& candidate = catalog_.tables[table];
            if (!pattern.matches(candidate.name) && !pattern.matches(candidate.qualifiedName())) continue;
            found = true;
            if (!graph().isTied(table)) {
                whole_[table] = true;
            } else if (pattern.isPlain()) {
                throw Error("'include-tables' names table " + candidate.qualifiedName() +
                                ", whose rows belong to users (" +
                                (table == graph().users ? std::string("it is the users table")
                                                        : graph().tables[table].text(catalog_)) +
                                ")",
                            "only tables that are tied to no user are taken whole");
            }
        }
        if (!found) throw Error("'include-tables' names '" + name + "', and the sources have no such table");
    }

    void chooseUsers() {
        made_.owners = std::make_shared<OwnerList>(context_.temporaryFolder());
        UserOptions wanted = options_.users;
        const std::size_t folder = folderColumn();
        choice_ = std::make_unique<UserChoice>(users(), catalog_.dialect, wanted);
        const std::vector<std::string>& columns = choice_->columns();
        const std::string& folderName = users().columns[folder].name;
        made_.filesBy = folderName;
        const auto at = std::ranges::find(columns, folderName);
        if (at == columns.end())
            throw Error("'files-by' names column '" + folderName +
                        "', which is neither in the key nor in 'names'");
        const auto position = static_cast<std::size_t>(at - columns.begin());
        const std::size_t keys = users().primaryKey.size();
        choice_->resolve(sources_, [&](std::span<const Cell> row) {
            ++made_.users;
            if (const auto name = valueName(row[position], users().columns[folder].type))
                made_.owners->add(*name);
            if (keyValues_.size() > mostNamed || keys == 0) return;
            std::vector<Value>& key = keyValues_.emplace_back();
            for (std::size_t i = 0; i < keys; ++i) key.emplace_back(row[i]);
            nameUser(key, row);
        });
    }

    void nameUser(const std::vector<Value>& key, std::span<const Cell> row) {
        std::vector<Value>& named = chosenUsers_.rows.emplace_back(key);
        for (const std::size_t position : namePositions()) named.emplace_back(row[position]);
    }

    /// Of the columns that name users and are not in their key, within what the choice gives.
    [[nodiscard]] std::vector<std::size_t> namePositions() const {
        std::vector<std::size_t> positions;
        const std::vector<std::string>& columns = choice_->columns();
        for (std::size_t i = users().primaryKey.size(); i < columns.size(); ++i)
            if (std::ranges::find(options_.users.names, columns[i]) != options_.users.names.end())
                positions.push_back(i);
        return positions;
    }

    [[nodiscard]] std::size_t folderColumn() const {
        std::string name = options_.filesBy;
        if (name.empty()) name = users().primaryKey.size() == 1 ? users().primaryKey.front() : "id";
        if (const auto found = users().columnIndex(name)) return *found;
        if (options_.filesBy.empty()) return 0;  // whatever it is: there are no folders by it
        throw Error("'files-by' names column '" + name + "', which table " + users().qualifiedName() +
                    " does not have");
    }

    /// Few enough, and with keys that a statement can name.
    [[nodiscard]] bool usersCanBeNamed() const {
        return keyValues_.size() <= mostNamed && !users().primaryKey.empty() &&
               std::ranges::none_of(keyValues_, [](const auto& key) {
                   return std::ranges::any_of(key,
                                              [](const Value& value) { return !isNameable(value.kind()); });
               });
    }

    void sayOwnership() {
        if (!usersCanBeNamed()) {
            made_.ownershipUnknown =
                users().primaryKey.empty() ? "table " + users().qualifiedName() + " has no primary key"
                : keyValues_.size() > mostNamed
                    ? "more than 1,000 users come, which no statement can name; take fewer at a time"
                    : "the key of table " + users().qualifiedName() + " is neither number, text nor uuid";
            return;
        }
        chosenUsers_.table = users().id;
        chosenUsers_.key = users().primaryKey;
        for (const std::size_t position : namePositions())
            chosenUsers_.names.push_back(choice_->columns()[position]);
        made_.chosenUsers = std::move(chosenUsers_);
        const RowCondition chosen = RowCondition::valuesAmong(users().primaryKey, keyValues_);
        NestedConditions nested(catalog_, graph(), whole_, options_.references, chosen);
        std::vector<RowOwnership> all(kept_.size());
        for (std::size_t table = 0; table < kept_.size(); ++table) {
            if (!kept_[table]) continue;
            all[table].chosen = graph().isTied(table) ? nested.mine(table) : RowCondition::nothing();
            all[table].shared = nested.nobodys(table);
            all[table].several = std::ranges::any_of(graph().tables[table].groups,
                                                     [](const auto& group) { return group.size() > 1; });
        }
        if (nested.possible())
            made_.ownership = std::move(all);
        else
            made_.ownershipUnknown = whyNot(nested);
    }

    [[nodiscard]] std::string whyNot(const NestedConditions& nested) const {
        if (!nested.circle()) return "there are too many tables that are tied to users over others";
        const std::string name = catalog_.tables[*nested.circle()].qualifiedName();
        return "what ties table " + name + " to the users leads in a circle back to it (" +
               graph().tables[*nested.circle()].text(catalog_) +
               "); say by which column alone, such as 'owner: {" + name + ": user_id}'";
    }

    /// False where the sources cannot be asked, or not quickly.
    [[nodiscard]] bool byConditions() {
        if (!usersCanBeNamed()) return false;
        for (std::size_t table = 0; table < kept_.size(); ++table)
            if (sources_.access(catalog_.tables[table].id) != RowAccess::chosen ||
                (kept_[table] && !sources_.together(catalog_.tables[table].id, users().id)))
                return false;
        const RowCondition chosen = RowCondition::valuesAmong(users().primaryKey, keyValues_);
        NestedConditions nested(catalog_, graph(), whole_, options_.references, chosen);
        std::vector<TableSelection> tables(kept_.size());
        std::vector<RowCondition> included(kept_.size(), RowCondition::nothing());
        for (std::size_t table = 0; table < kept_.size(); ++table) {
            if (!kept_[table]) continue;
            included[table] = nested.included(table);
            tables[table].fate = whole_[table] ? TableSelection::Fate::whole : TableSelection::Fate::rows;
        }
        if (!nested.possible()) return false;
        const std::vector<Strays> strays = straysBy(included);
        if (!strays.empty() && options_.references == References::null) return false;  // rows are to be known
        refuse(strays);
        for (std::size_t table = 0; table < kept_.size(); ++table) tables[table].rows = included[table];
        made_.tables = std::move(tables);
        made_.way = Way::conditions;
        return true;
    }

    [[nodiscard]] static bool isNameable(CellKind kind) {
        return kind == CellKind::integer || kind == CellKind::text || kind == CellKind::uuid;
    }

    [[nodiscard]] bool canStray(const Reference& reference) const {
        return options_.references != References::keep && kept_[reference.key.child] &&
               (!reference.decides || options_.references == References::include);
    }

    [[nodiscard]] std::vector<Strays> straysBy(const std::vector<RowCondition>& included) {
        std::vector<Strays> all;
        for (const Reference& reference : graph().references) {
            if (!canStray(reference)) continue;
            const RowCondition rows =
                dangling(catalog_, reference, included[reference.key.child], included[reference.key.parent]);
            if (rows.isNothing()) continue;
            const Table& child = catalog_.tables[reference.key.child];
            TableRead read{child.id, child.primaryKey, rows};
            if (read.columns.empty()) read.columns = reference.key.columns;
            Strays strays{&reference, 0, {}};
            sources_.reread({read}, [&](std::size_t, const Batch& batch) {
                for (std::size_t i = 0; i < batch.rows(); ++i, ++strays.count)
                    if (strays.keys.size() < shownRows)
                        strays.keys.push_back(shownKey(child, read.columns, batch.row(i)));
            });
            if (strays.count > 0) all.push_back(std::move(strays));
        }
        return all;
    }

    [[nodiscard]] static std::string shownKey(const Table& table, const std::vector<std::string>& columns,
                                              std::span<const Cell> row) {
        std::string key;
        for (std::size_t i = 0; i < columns.size(); ++i)
            key += (i == 0 ? "" : ", ") + columns[i] + " = " +
                   shownValue(row[i], table.columns[table.columnIndex(columns[i]).value()].type);
        return key;
    }

    void byKeys() {
        for (std::size_t table = 0; table < kept_.size(); ++table)
            if (kept_[table] && sources_.access(catalog_.tables[table].id) == RowAccess::once)
                sources_.reread(
                    {{catalog_.tables[table].id, {catalog_.tables[table].columns.front().name}, {}}},
                    [](std::size_t, const Batch&) {});  // says why it cannot
        KeyStore store(catalog_, graph(), kept_, whole_, options_.references, context_);
        store.load(sources_, choice_->columns(),
                   [this](std::span<const Cell> row) { return choice_->contains(row); });
        store.follow();
        std::vector<TableSelection> tables(kept_.size());
        std::vector<Strays> strays;
        for (const Reference& reference : graph().references) {
            if (!canStray(reference)) continue;
            RowSet rows = store.dangling(reference);
            if (rows.empty()) continue;
            strays.push_back({&reference, rows.count(), store.danglingKeys(reference, shownRows)});
            tables[reference.key.child].emptied.push_back({emptiable(reference), std::move(rows)});
        }
        refuse(strays);
        for (std::size_t table = 0; table < kept_.size(); ++table) {
            if (!kept_[table]) continue;
            tables[table].fate = whole_[table] ? TableSelection::Fate::whole : TableSelection::Fate::rows;
            tables[table].numbers = store.included(table);
            tables[table].scanned = store.rows(table);
            if (options_.copies && graph().isTied(table)) tables[table].mine = store.mine(table);
        }
        made_.tables = std::move(tables);
        made_.way = Way::keys;
    }

    /// The positions of the columns that may be null.
    [[nodiscard]] std::vector<std::size_t> emptiable(const Reference& reference) const {
        const Table& child = catalog_.tables[reference.key.child];
        std::vector<std::size_t> columns;
        for (const std::string& name : reference.key.columns) {
            const std::size_t column = child.columnIndex(name).value();
            if (child.columns[column].nullable &&
                std::ranges::find(child.primaryKey, name) == child.primaryKey.end())
                columns.push_back(column);
        }
        return columns;
    }

    void refuse(const std::vector<Strays>& all) {
        std::string refused;
        for (const Strays& strays : all) {
            const Reference& reference = *strays.reference;
            std::string keys;
            for (const std::string& key : strays.keys) keys += (keys.empty() ? "" : "; ") + key;
            if (strays.count > strays.keys.size()) keys += "; ...";
            const std::string what = "table " + catalog_.tables[reference.key.child].qualifiedName() + ": " +
                                     storage::counted(strays.count, "row", "rows") + " (" + keys + ") by " +
                                     list(reference.key.columns) + " -> " +
                                     catalog_.tables[reference.key.parent].qualifiedName();
            if (options_.references != References::null) {
                refused += (refused.empty() ? "" : ", ") + what;
            } else if (emptiable(reference).empty()) {
                throw Error(
                    "references to rows that do not go along cannot be made null, the column may not "
                    "be null: " +
                        what,
                    "say by 'owner' whom such rows belong to, or take the rows along with 'references: "
                    "include'");
            } else {
                made_.remarks.push_back("made null, since what is referred to does not go along: " + what);
            }
        }
        if (refused.empty()) return;
        const bool missing = options_.references == References::include;
        throw Error(
            missing ? "rows refer to rows that are not there: " + refused
                    : "rows that go along refer to rows of other users: " + refused,
            missing ? "mend the data, or set 'references: null'"
                    : "'references: null' empties these columns in the export; 'references: include' takes "
                      "the other users' rows along");
    }

    [[nodiscard]] static std::string list(const std::vector<std::string>& words) {
        std::string all;
        for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
        return all;
    }

    void describe() {
        for (std::size_t table = 0; table < kept_.size(); ++table) {
            std::string& how = made_.tables[table].how;
            if (table == graph().users)
                how = "the chosen users";
            else if (whole_[table])
                how = "whole: it is tied to no user";
            else if (graph().isTied(table))
                how = "by " + graph().tables[table].text(catalog_);
            else if (kept_[table])
                how = "what the others refer to";
            else
                how = "left out: it is tied to no user";
            if (!graph().isTied(table) && !graph().tables[table].offer.empty())
                how += "; " + graph().tables[table].offer + " would tie it";
        }
    }

    const Catalog& catalog_;
    const SelectionOptions& options_;
    SourceAccess& sources_;
    Context& context_;
    Selection made_;
    std::vector<bool> whole_;
    std::vector<bool> kept_;
    std::unique_ptr<UserChoice> choice_;
    std::vector<std::vector<Value>> keyValues_;
    ChosenUsers chosenUsers_;
};

}  // namespace

Selection select(const Catalog& catalog, const SelectionOptions& options, SourceAccess& sources,
                 Context& context, Way way) {
    return Selecting(catalog, options, sources, context).select(way);
}

}  // namespace roost::ownership
