#include "lib/sql/user_identity.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "lib/sql/value_text.hpp"
#include "lib/storage/shown_name.hpp"

namespace roost::sql {

namespace {

using storage::shownName;

/// A uuid in one spelling, anything else as it is.
std::optional<std::string> canonical(std::optional<std::string> text) {
    if (text)
        if (std::string uuid = canonicalUuid(*text); !uuid.empty()) text = std::move(uuid);
    return text;
}

class Comparison {
public:
    Comparison(const ChosenUsers& users, const UserLookup& lookup) : lookup_(lookup) {
        for (const std::vector<Value>& user : users.rows) {
            UserRow& row = coming_.emplace_back();
            for (const std::size_t place : lookup.places)
                row.push_back(canonical(identifyingText(user[place])));
            keys_.insert(keyOf(row));
        }
    }

    std::vector<std::string> compare(const std::vector<UserRow>& present) {
        for (const UserRow& raw : present) {
            UserRow row;
            for (const auto& text : raw) row.push_back(canonical(text));
            for (const UserRow& user : coming_) compare(user, row);
        }
        return std::move(refusals_);
    }

private:
    void compare(const UserRow& user, const UserRow& row) {
        if (keyOf(user) == keyOf(row)) {
            if (namesDiffer(user, row))
                refuse(shownKey(user) + " is " + shownNames(user) + " in what comes and " + shownNames(row) +
                       " in the target: if that is the same user, give them one of those names there first; "
                       "else the transform user-copy ('as') brings them back beside the other, under a new "
                       "key");
            return;
        }
        if (keys_.contains(keyOf(row))) return;  // goes, too
        for (std::size_t i = lookup_.keys; i < row.size(); ++i)
            if (user[i] && row[i] && *user[i] == *row[i] && !row[i]->empty())
                return refuse("user '" + shownName(*row[i]) + "' has " + shownKey(row) +
                              " in the target and " + shownKey(user) +
                              " in what comes: remove or rename the user in the target, or let the transform "
                              "user-copy ('as') bring back a copy under another name");
    }

    void refuse(const std::string& what) {
        refusals_.push_back("table " + shownName(lookup_.table->from->qualifiedName()) + ": " + what);
    }

    [[nodiscard]] UserRow keyOf(const UserRow& row) const {
        return {row.begin(), row.begin() + static_cast<std::ptrdiff_t>(lookup_.keys)};
    }

    /// Where neither has a name there is nothing to tell them apart by.
    [[nodiscard]] bool namesDiffer(const UserRow& user, const UserRow& row) const {
        bool differ = false;
        for (std::size_t i = lookup_.keys; i < row.size(); ++i) {
            if (!user[i] || !row[i]) continue;
            if (*user[i] == *row[i]) return false;
            differ = true;
        }
        return differ;
    }

    [[nodiscard]] std::string shownKey(const UserRow& row) const {
        std::string text;
        for (std::size_t i = 0; i < lookup_.keys; ++i)
            text += (i == 0 ? "" : ", ") + shownName(lookup_.columns[i]) + " = " +
                    shownName(row[i].value_or("null"));
        return text;
    }

    [[nodiscard]] std::string shownNames(const UserRow& row) const {
        std::string text;
        for (std::size_t i = lookup_.keys; i < row.size(); ++i)
            if (row[i]) text += (text.empty() ? "'" : ", '") + shownName(*row[i]) + "'";
        return text;
    }

    const UserLookup& lookup_;
    std::vector<UserRow> coming_;
    std::set<UserRow> keys_;
    std::vector<std::string> refusals_;
};

}  // namespace

std::optional<UserLookup> lookUpUsers(const Catalog& incoming, NameCase nameCase, const LoadPlan& plan) {
    if (!incoming.chosenUsers) return std::nullopt;
    const ChosenUsers& users = *incoming.chosenUsers;
    UserLookup lookup;
    lookup.table = plan.find(users.table);
    if (lookup.table == nullptr || lookup.table->action != TableAction::users) return std::nullopt;
    const auto add = [&](const std::string& name, std::size_t place) {
        const auto found = std::ranges::find_if(
            lookup.table->to->columns, [&](const Column& own) { return sameName(own.name, name, nameCase); });
        if (found == lookup.table->to->columns.end()) return false;
        lookup.columns.push_back(found->name);
        lookup.places.push_back(place);
        return true;
    };
    for (std::size_t i = 0; i < users.key.size(); ++i)
        if (!add(users.key[i], i)) return std::nullopt;
    lookup.keys = users.key.size();
    for (std::size_t i = 0; i < users.names.size(); ++i) add(users.names[i], users.key.size() + i);

    std::vector<std::vector<Value>> keys;
    for (const std::vector<Value>& user : users.rows)
        keys.emplace_back(user.begin(), user.begin() + static_cast<std::ptrdiff_t>(lookup.keys));
    std::vector<RowCondition> ways{RowCondition::valuesAmong(
        {lookup.columns.begin(), lookup.columns.begin() + static_cast<std::ptrdiff_t>(lookup.keys)}, keys)};
    for (std::size_t i = lookup.keys; i < lookup.columns.size(); ++i) {
        std::vector<std::vector<Value>> names;
        for (const std::vector<Value>& user : users.rows)
            if (identifyingText(user[lookup.places[i]])) names.push_back({user[lookup.places[i]]});
        if (!names.empty()) ways.push_back(RowCondition::valuesAmong({lookup.columns[i]}, std::move(names)));
    }
    lookup.rows = RowCondition::anyOf(std::move(ways));
    return lookup;
}

std::vector<std::string> identityRefusals(const ChosenUsers& users, const UserLookup& lookup,
                                          const std::vector<UserRow>& present) {
    return Comparison(users, lookup).compare(present);
}

std::optional<std::string> identifyingText(const Value& value) {
    const Cell cell = value.cell();
    switch (cell.kind()) {
        case CellKind::integer:
            return std::to_string(cell.integer());
        case CellKind::text:
            return std::string(cell.text());
        case CellKind::uuid: {
            std::array<char, longestValue> text{};
            return std::string(text.data(), writeValue(text.data(), cell, false));
        }
        default:
            return std::nullopt;
    }
}

}  // namespace roost::sql
