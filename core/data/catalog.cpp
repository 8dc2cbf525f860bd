#include "roost/catalog.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

namespace roost {

namespace {

using Key = std::pair<std::string_view, std::string_view>;

constexpr std::array<std::pair<NumericTime, std::string_view>, 4> numericTimes{{
    {NumericTime::none, "none"},
    {NumericTime::seconds, "seconds"},
    {NumericTime::milliseconds, "milliseconds"},
    {NumericTime::julianDay, "julian-day"},
}};

constexpr std::array<std::pair<Coverage, std::string_view>, 3> coverages{{
    {Coverage::whole, "whole"},
    {Coverage::users, "users"},
    {Coverage::files, "files"},
}};

Key keyOf(const Table& table) { return {table.schema, table.name}; }

/// For each table the positions of those that it refers to, itself left out.
std::vector<std::set<std::size_t>> parentsOf(const Catalog& catalog) {
    std::map<Key, std::size_t> positions;
    for (std::size_t i = 0; i < catalog.tables.size(); ++i) positions.emplace(keyOf(catalog.tables[i]), i);
    std::vector<std::set<std::size_t>> parents(catalog.tables.size());
    for (std::size_t i = 0; i < catalog.tables.size(); ++i)
        for (const ForeignKey& key : catalog.tables[i].foreignKeys)
            if (const auto found = positions.find({key.targetSchema, key.targetTable});
                found != positions.end() && found->second != i)
                parents[i].insert(found->second);
    return parents;
}

/// Of the tables that remain, those that can be reached from `start` and reach it again: its cycle.
bool reaches(std::size_t start, std::size_t goal, const std::vector<std::set<std::size_t>>& parents,
             const std::set<std::size_t>& remaining) {
    std::vector<std::size_t> open{start};
    std::set<std::size_t> seen;
    while (!open.empty()) {
        const std::size_t at = open.back();
        open.pop_back();
        for (const std::size_t next : parents[at]) {
            if (!remaining.contains(next)) continue;
            if (next == goal) return true;
            if (seen.insert(next).second) open.push_back(next);
        }
    }
    return false;
}

/// True if every parent that still remains belongs to the table's own cycle.
bool onlyCycleRemains(std::size_t table, const std::vector<std::set<std::size_t>>& parents,
                      const std::set<std::size_t>& remaining) {
    return std::ranges::all_of(parents[table], [&](std::size_t parent) {
        return !remaining.contains(parent) || reaches(parent, table, parents, remaining);
    });
}

}  // namespace

std::string_view name(NumericTime numbers) noexcept {
    return std::ranges::find(numericTimes, numbers, &decltype(numericTimes)::value_type::first)->second;
}

std::optional<NumericTime> numericTime(std::string_view word) noexcept {
    const auto* const found =
        std::ranges::find(numericTimes, word, &decltype(numericTimes)::value_type::second);
    if (found == numericTimes.end()) return std::nullopt;
    return found->first;
}

std::string_view name(Coverage coverage) noexcept {
    for (const auto& [value, word] : coverages)
        if (value == coverage) return word;
    return "whole";
}

std::optional<Coverage> coverage(std::string_view word) noexcept {
    for (const auto& [value, known] : coverages)
        if (known == word) return value;
    return std::nullopt;
}

std::string formatType(const Column& column) {
    std::string text = format(column.type);
    if (column.numbersAre != NumericTime::none) text.append(" as ").append(name(column.numbersAre));
    return text;
}

std::optional<std::size_t> Table::columnIndex(std::string_view columnName) const noexcept {
    const auto found = std::ranges::find(columns, columnName, &Column::name);
    if (found == columns.end()) return std::nullopt;
    return static_cast<std::size_t>(found - columns.begin());
}

const Table* Catalog::find(TableId id) const noexcept {
    const auto found = std::ranges::find(tables, id, &Table::id);
    return found == tables.end() ? nullptr : &*found;
}

const Table* Catalog::find(std::string_view schema, std::string_view tableName) const noexcept {
    const auto found = std::ranges::find_if(
        tables, [&](const Table& table) { return table.schema == schema && table.name == tableName; });
    return found == tables.end() ? nullptr : &*found;
}

std::vector<std::size_t> parentsFirst(const Catalog& catalog) {
    const auto parents = parentsOf(catalog);
    std::vector<std::size_t> byName(catalog.tables.size());
    std::iota(byName.begin(), byName.end(), std::size_t{0});
    std::ranges::sort(byName, {}, [&](std::size_t i) { return keyOf(catalog.tables[i]); });

    std::set<std::size_t> remaining(byName.begin(), byName.end());
    std::vector<std::size_t> order;
    const auto take = [&](auto&& ready) {
        for (const std::size_t table : byName)
            if (remaining.contains(table) && ready(table)) {
                remaining.erase(table);
                order.push_back(table);
                return true;
            }
        return false;
    };
    while (!remaining.empty()) {
        const bool free = take([&](std::size_t table) {
            return std::ranges::none_of(parents[table], [&](std::size_t p) { return remaining.contains(p); });
        });
        if (!free) take([&](std::size_t table) { return onlyCycleRemains(table, parents, remaining); });
    }
    return order;
}

}  // namespace roost
