#include "lib/ownership/user_copy.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>
#include <utility>

#include "lib/ownership/value_name.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::ownership {

namespace {

using Fate = TableSelection::Fate;

/// Columns whose values no two rows have in common.
std::set<std::string> uniqueColumns(const Table& table) {
    std::set<std::string> columns;
    for (const UniqueConstraint& unique : table.uniques)
        if (unique.columns.size() == 1) columns.insert(unique.columns.front());
    for (const Index& index : table.indexes)
        if (index.unique && index.columns.size() == 1) columns.insert(index.columns.front());
    return columns;
}

/// The copy's folder alone.
class OneOwner final : public OwnerChoice {
public:
    explicit OneOwner(std::string name) : name_(std::move(name)) {}
    [[nodiscard]] bool contains(std::string_view owner) const override { return owner == name_; }

private:
    std::string name_;
};

std::string list(const std::vector<std::string>& words) {
    std::string all;
    for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
    return all;
}

}  // namespace

UserCopy::UserCopy(CopyOptions options, const Catalog& catalog, const Selection& selection,
                   SourceAccess& sources, Context& context)
    : options_(std::move(options)),
      catalog_(catalog),
      users_(selection.graph.users),
      changes_(catalog.tables.size()) {
    findUser(selection);
    renewOwnKeys(selection.graph);
    followTies(allTies(selection.graph));
    changeUser();
    addPaths(context);
    for (std::size_t table = 0; table < changes_.size(); ++table)
        if (selection.tables[table].fate != Fate::rows) {
            changes_[table].clear();
            keys_.erase(table);
        }
    for (Columns& columns : changes_)
        std::erase_if(columns, [this](const auto& column) {
            return column.second.kind == Change::Kind::key && !keys_.contains(column.second.table);
        });
    readKeys(selection, sources, context);
    findFolder(selection.filesBy);
    tell(context);
}

void UserCopy::findUser(const Selection& selection) {
    if (selection.users != 1 || !selection.chosenUsers)
        throw Error("'as' makes a copy of one user, and " +
                        storage::counted(selection.users, "user is", "users are") + " chosen",
                    "choose one");
    const ChosenUsers& chosen = *selection.chosenUsers;
    if (chosen.key.size() != 1)
        throw Error("'as' needs a users table whose key is one column, and that of table " +
                    users().qualifiedName() + " is " + (chosen.key.empty() ? "none" : list(chosen.key)));
    if (chosen.names.empty())
        throw Error("'as' needs a column that names users, and table " + users().qualifiedName() +
                        " has none of those in 'names'",
                    "name it: 'names: nickname'");
    keyColumn_ = users().columnIndex(chosen.key.front()).value();
    nameColumn_ = users().columnIndex(chosen.names.front()).value();
    named_ = chosen.key;
    named_.insert(named_.end(), chosen.names.begin(), chosen.names.end());
    user_ = chosen.rows.front();
    oldName_ = valueName(user_[1].cell(), users().columns[nameColumn_].type).value_or("");
}

/// A key that refers to another table's (a profile by its user's id) follows that one instead.
void UserCopy::renewOwnKeys(const Graph& graph) {
    const std::vector<Tie> ties = allTies(graph);
    for (std::size_t table = 0; table < catalog_.tables.size(); ++table) {
        const Table& described = catalog_.tables[table];
        if (!graph.isTied(table) || described.primaryKey.size() != 1) continue;
        const std::string& key = described.primaryKey.front();
        const bool refers = std::ranges::any_of(ties, [&](const Tie& tie) {
            return tie.child == table && tie.parent != table &&
                   std::ranges::find(tie.columns, key) != tie.columns.end();
        });
        if (refers && table != users_) continue;
        changes_[table][described.columnIndex(key).value()] = {Change::Kind::key, table, {}};
    }
    changes_[users_][nameColumn_] = {Change::Kind::name, 0, {}};
}

/// Declared keys, what ties tables to users, and what 'as-references' says.
std::vector<Tie> UserCopy::allTies(const Graph& graph) const {
    std::vector<Tie> ties;
    for (const Reference& reference : graph.references) ties.push_back(reference.key);
    for (const TableTies& tied : graph.tables)
        for (const auto& group : tied.groups) ties.insert(ties.end(), group.begin(), group.end());
    for (const auto& [from, to] : options_.references) {
        const auto [child, column] = columnNamed(from, "as-references");
        const auto [parent, target] = columnNamed(to, "as-references");
        Tie& tie = ties.emplace_back();
        tie.child = child;
        tie.parent = parent;
        tie.columns = {catalog_.tables[child].columns[column].name};
        tie.parentColumns = {catalog_.tables[parent].columns[target].name};
    }
    return ties;
}

/// What happens to a column happens to all that refer to it, until nothing is added.
void UserCopy::followTies(const std::vector<Tie>& ties) {
    for (bool added = true; added;) {
        added = false;
        for (const Tie& tie : ties)
            for (std::size_t i = 0; i < tie.columns.size(); ++i) {
                const std::size_t parent =
                    catalog_.tables[tie.parent].columnIndex(tie.parentColumns[i]).value();
                const std::size_t child = catalog_.tables[tie.child].columnIndex(tie.columns[i]).value();
                const auto change = changes_[tie.parent].find(parent);
                if (change == changes_[tie.parent].end() || changes_[tie.child].contains(child)) continue;
                changes_[tie.child][child] = change->second;
                added = true;
            }
    }
    for (std::size_t table = 0; table < changes_.size(); ++table) {
        for (const auto& [column, change] : changes_[table])
            if (change.kind == Change::Kind::key && !keys_.contains(change.table))
                keys_[change.table] = nullptr;
    }
}

void UserCopy::changeUser() {
    Columns& columns = changes_[users_];
    for (const auto& [name, value] : options_.values) {
        if (value.empty()) continue;  // of a definition whose variable has none
        const auto column = users().columnIndex(name);
        if (!column)
            throw Error("'as-values' names column '" + name + "', which table " + users().qualifiedName() +
                        " does not have");
        if (columns.contains(*column))
            throw Error("'as-values' names column '" + name + "', which the copy sets itself");
        if (users().columns[*column].type.kind != TypeKind::text)
            throw Error("'as-values' sets texts, and column '" + name + "' is one of " +
                        format(users().columns[*column].type));
        columns[*column] = {Change::Kind::value, 0, value};
    }
    // What names users tells them apart for people, whether the database sees to it or not.
    std::set<std::string> own = uniqueColumns(users());
    for (std::size_t i = 1; i < named_.size(); ++i)
        if (!valueName(user_[i].cell(), {}).value_or("").empty()) own.insert(named_[i]);
    for (const std::string& name : own) {
        const std::size_t column = users().columnIndex(name).value();
        if (!columns.contains(column)) columns[column] = changeOfUnique(users().columns[column]);
    }
}

/// What has to differ from the original and that nobody gave a value for.
UserCopy::Change UserCopy::changeOfUnique(const Column& column) const {
    if (column.nullable) return {Change::Kind::emptied, 0, {}};
    const bool fitsAddress = std::ranges::all_of(options_.as, [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
    });
    if (column.type.kind == TypeKind::text && column.name.find("mail") != std::string::npos && fitsAddress)
        return {Change::Kind::subaddress, 0, {}};
    throw Error("the copy needs a value of its own for column '" + column.name + "' of table " +
                    users().qualifiedName() + ", which no two users share",
                "give it one: 'as-values: {" + column.name + ": ...}'");
}

void UserCopy::addPaths(Context& context) {
    for (const std::string& path : options_.paths) {
        const std::string name = path.substr(0, path.rfind('.'));
        const bool known = std::ranges::any_of(catalog_.tables, [&](const Table& table) {
            return table.name == name || table.qualifiedName() == name;
        });
        if (!known && name.size() < path.size()) {
            context.warn("'as-paths' names table '" + name + "', which the sources do not have");
            continue;
        }
        const auto [table, column] = columnNamed(path, "as-paths");
        changes_[table].insert({column, {Change::Kind::path, 0, {}}});
    }
}

std::pair<std::size_t, std::size_t> UserCopy::columnNamed(const std::string& text, const char* option) const {
    const std::string words = "'" + std::string(option) + "'";
    const std::size_t dot = text.rfind('.');
    if (dot == std::string::npos) throw Error(words + " names '" + text + "'; write table.column");
    const std::size_t table = tableNamed(catalog_, text.substr(0, dot), option);
    const auto column = catalog_.tables[table].columnIndex(text.substr(dot + 1));
    if (!column)
        throw Error(words + " names column '" + text.substr(dot + 1) + "', which table " +
                    catalog_.tables[table].qualifiedName() + " does not have");
    return {table, *column};
}

void UserCopy::readKeys(const Selection& selection, SourceAccess& sources, Context& context) {
    std::vector<TableRead> reads;
    std::vector<std::size_t> tables;
    for (auto& [table, keys] : keys_) {
        const Table& described = catalog_.tables[table];
        keys = std::make_unique<RenewedKeys>(options_.as, "table " + described.qualifiedName(),
                                             context.temporaryFolder());
        const bool asked = selection.way == Way::conditions;
        reads.push_back({described.id, described.primaryKey,
                         asked ? selection.ownership[table].chosen : RowCondition::everything()});
        tables.push_back(table);
    }
    std::vector<std::uint64_t> seen(reads.size());
    sources.reread(reads, [&](std::size_t read, const Batch& rows) {
        context.alive();
        const std::size_t table = tables[read];
        const auto& mine = selection.tables[table].mine;
        const Table& described = catalog_.tables[table];
        const LogicalType& type =
            described.columns[described.columnIndex(described.primaryKey.front()).value()].type;
        for (std::size_t i = 0; i < rows.rows(); ++i)
            if (!mine || mine->contains(seen[read] + i)) keys_[table]->note(rows.row(i).front(), type);
        seen[read] += rows.rows();
    });
    for (auto& [table, keys] : keys_) {
        if (!keys->hasNumbers()) continue;
        const Table& described = catalog_.tables[table];
        const std::string& key = described.primaryKey.front();
        keys->startAt(sources.firstFree(described, key),
                      described.columns[described.columnIndex(key).value()].type);
    }
}

void UserCopy::findFolder(const std::string& column) {
    const auto at = std::ranges::find(named_, column);
    if (at == named_.end()) return;
    const std::size_t position = users().columnIndex(column).value();
    const LogicalType& type = users().columns[position].type;
    const Value& old = user_[static_cast<std::size_t>(at - named_.begin())];
    oldFolder_ = valueName(old.cell(), type).value_or("");
    newFolder_ = valueName(changed(users_, position, old).cell(), type).value_or("");
    constexpr std::size_t longestName = 255;
    const bool isName = !newFolder_.empty() && newFolder_ != "." && newFolder_ != ".." &&
                        newFolder_.size() <= longestName &&
                        newFolder_.find_first_of(std::string_view("/\0", 2)) == std::string::npos;
    if (!oldFolder_.empty() && !isName)
        throw Error("the copy's files would lie in a folder '" + storage::shownName(newFolder_) +
                        "', which can be no folder's name",
                    "choose another name with 'as'");
}

void UserCopy::tell(Context& context) const {
    context.note("copied as '" + storage::shownName(options_.as) + "'");
    for (std::size_t table = 0; table < changes_.size(); ++table) {
        std::vector<std::string> renewed;
        for (const auto& [column, change] : changes_[table]) {
            const std::string& name = catalog_.tables[table].columns[column].name;
            if (change.kind == Change::Kind::emptied)
                renewed.push_back(name + " (empty)");
            else
                renewed.push_back(name);
        }
        if (!renewed.empty())
            context.note("table " + catalog_.tables[table].qualifiedName() + ": the copy has its own " +
                         list(renewed));
    }
}

bool UserCopy::isUser(std::span<const Cell> row) const {
    const LogicalType& type = users().columns[keyColumn_].type;
    return valueName(row[keyColumn_], type) == valueName(user_.front().cell(), type);
}

std::string UserCopy::repathed(std::string_view path) const {
    std::string made;
    for (std::size_t at = 0; at <= path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        const std::string_view part = path.substr(at, end - at);
        made += part == oldFolder_ ? std::string_view(newFolder_) : part;
        if (end < path.size()) made += '/';
        at = end + 1;
    }
    return made;
}

Cell UserCopy::changed(const Change& change, const Cell& cell, const LogicalType& type, Batch& arena) const {
    const auto text = [&](std::string_view words) { return Cell::view(CellKind::text, arena.store(words)); };
    switch (change.kind) {
        case Change::Kind::key:
            return keys_.at(change.table)->renewed(cell, type, arena);
        case Change::Kind::name:
            return !cell.isNull() && valueName(cell, type) == oldName_ ? text(options_.as) : cell;
        case Change::Kind::path:
            return cell.kind() == CellKind::text ? text(repathed(cell.text())) : cell;
        case Change::Kind::value:
            return text(change.value);
        case Change::Kind::emptied:
            return Cell::null();
        case Change::Kind::subaddress: {
            // "alice+copy@example.com" (RFC 5233): mail for it still reaches alice, where her server knows
            // it.
            const std::string_view old = cell.kind() == CellKind::text ? cell.text() : std::string_view();
            const std::size_t sign = old.rfind('@');
            if (sign == std::string_view::npos) return text(std::string(old) + "+" + options_.as);
            return text(std::string(old.substr(0, sign)) + "+" + options_.as + std::string(old.substr(sign)));
        }
    }
    return cell;
}

Value UserCopy::changed(std::size_t table, std::size_t column, const Value& value) const {
    const auto change = changes_[table].find(column);
    if (change == changes_[table].end()) return value;
    Batch arena(0, 1);
    return Value(changed(change->second, value.cell(), catalog_.tables[table].columns[column].type, arena));
}

void UserCopy::rewrite(RowCondition& rows, std::size_t table) const {
    const std::size_t inner =
        rows.kind == RowCondition::Kind::matching
            ? static_cast<std::size_t>(catalog_.find(rows.table) - catalog_.tables.data())
            : table;
    for (RowCondition& part : rows.parts) rewrite(part, inner);
    for (std::vector<Value>& tuple : rows.values)
        for (std::size_t i = 0; i < tuple.size(); ++i)
            if (const auto column = catalog_.tables[table].columnIndex(rows.columns[i]))
                tuple[i] = changed(table, *column, tuple[i]);
}

void UserCopy::rewrite(Catalog& catalog) const {
    for (Table& table : catalog.tables) {
        const auto position = static_cast<std::size_t>(catalog_.find(table.id) - catalog_.tables.data());
        if (!table.ownership) continue;
        rewrite(table.ownership->chosen, position);
        rewrite(table.ownership->shared, position);
    }
    if (!newFolder_.empty()) catalog.owners = std::make_shared<OneOwner>(newFolder_);
    if (!catalog.chosenUsers) return;
    for (std::vector<Value>& user : catalog.chosenUsers->rows)
        for (std::size_t i = 0; i < user.size(); ++i)
            user[i] = changed(users_, users().columnIndex(named_[i]).value(), user[i]);
}

BatchPtr UserCopy::copied(const BatchPtr& batch) const {
    const auto table = static_cast<std::size_t>(catalog_.find(batch->table()) - catalog_.tables.data());
    const Columns& columns = changes_[table];
    if (columns.empty()) return batch;
    auto made = std::make_shared<Batch>(batch->table(), batch->columns());
    for (std::size_t i = 0; i < batch->rows(); ++i) {
        const auto from = batch->row(i);
        const auto to = made->addRow();
        std::ranges::copy(from, to.begin());
        const bool ofAnother = table == users_ && !isUser(from);
        for (const auto& [column, change] : columns) {
            const bool everywhere = change.kind == Change::Kind::key || change.kind == Change::Kind::name;
            if (ofAnother && !everywhere) continue;
            to[column] = changed(change, from[column], catalog_.tables[table].columns[column].type, *made);
        }
    }
    made->keep(batch);  // what the other cells point to
    return made;
}

std::string UserCopy::folder(const std::string& owner) const {
    return owner == oldFolder_ && !newFolder_.empty() ? newFolder_ : owner;
}

}  // namespace roost::ownership
