#include "lib/sql/mapping/target_names.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "lib/sql/name_pattern.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::sql::mapping {

namespace {

using storage::shownName;

/// FNV-1a: short, and the same on every machine.
std::string hashOf(std::string_view text) {
    std::uint64_t hash = 14'695'981'039'346'656'037U;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211U;
    constexpr std::string_view digits = "0123456789abcdef";
    std::string result;
    for (int i = 0; i < 8; ++i, hash >>= 4U) result += digits[hash & 15U];
    return result;
}

std::string cut(std::string_view name, std::size_t longest) {
    std::size_t end = std::min(longest, name.size());
    while (end > 0 && end < name.size() && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) --end;
    return std::string(name.substr(0, end));
}

/// Columns that every table of PostgreSQL has.
constexpr std::array<std::string_view, 6> systemColumns{"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"};

std::string columnName(const std::string& name, Dialect target) {
    const bool taken =
        target == Dialect::postgresql && std::ranges::find(systemColumns, name) != systemColumns.end();
    return taken ? name + "_" : fittingName(name, target);
}

TableNames namesOf(const Table& table, Dialect target) {
    TableNames names;
    const bool flat = target == Dialect::sqlite && !table.schema.empty();
    names.schema = target == Dialect::sqlite ? "" : fittingName(table.schema, target);
    names.name = fittingName(flat ? table.schema + "_" + table.name : table.name, target);
    NameSpace columns(target);
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        names.columns.push_back(columnName(table.columns[i].name, target));
        if (columns.add(names.columns.back())) continue;
        const auto first = std::ranges::find_if(table.columns, [&](const Column& column) {
            return sameName(columnName(column.name, target), names.columns.back(), NameCase::folded);
        });
        throw Error("the columns '" + shownName(first->name) + "' and '" + shownName(table.columns[i].name) +
                        "' of table " + shownName(table.qualifiedName()) + " would have one name in " +
                        std::string(titleOf(target)),
                    "rename one of them, or leave the table out with exclude-tables");
    }
    return names;
}

void requirePossible(const Table& table, const TableNames& names, Dialect target) {
    const std::size_t most = target == Dialect::sqlite ? 2000 : 1600;
    std::string why;
    if (target == Dialect::sqlite && table.columns.empty())
        why = "has no columns, which SQLite doesn't allow";
    if (table.columns.size() > most)
        why = "has " + std::to_string(table.columns.size()) + " columns; " + std::string(titleOf(target)) +
              " allows " + std::to_string(most);
    if (target == Dialect::sqlite && sameName(names.name.substr(0, 7), "sqlite_", NameCase::folded))
        why = "begins with 'sqlite_', which SQLite keeps for itself";
    if (!why.empty())
        throw Error("table " + shownName(table.qualifiedName()) + " " + why,
                    "leave it out with exclude-tables of the source");
}

}  // namespace

std::string fittingName(std::string_view name, Dialect target) {
    if (target == Dialect::sqlite || name.size() <= longestName) return std::string(name);
    return cut(name, longestName - 9) + "_" + hashOf(name);
}

std::string NameSpace::key(std::string_view name) const {
    std::string key(name);
    if (target_ == Dialect::sqlite)
        std::ranges::transform(key, key.begin(),
                               [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return key;
}

std::string NameSpace::take(std::string_view wanted) {
    const std::string fitting = fittingName(wanted, target_);
    if (add(fitting)) return fitting;
    for (std::uint64_t number = 2;; ++number) {
        const std::string suffix = "_" + std::to_string(number);
        std::string candidate =
            target_ == Dialect::sqlite ? fitting : cut(fitting, longestName - suffix.size());
        candidate += suffix;
        if (add(candidate)) return candidate;
    }
}

std::vector<TableNames> targetNames(const Catalog& catalog, Dialect target) {
    std::vector<TableNames> all;
    std::map<std::string, NameSpace> schemas;
    for (const Table& table : catalog.tables) {
        all.push_back(namesOf(table, target));
        const TableNames& names = all.back();
        requirePossible(table, names, target);
        if (schemas.try_emplace(names.schema, target).first->second.add(names.name)) continue;
        const auto first = std::ranges::find_if(all, [&](const TableNames& other) {
            return other.schema == names.schema && sameName(other.name, names.name, NameCase::folded);
        });
        const Table& other = catalog.tables[static_cast<std::size_t>(first - all.begin())];
        throw Error("the tables " + shownName(other.qualifiedName()) + " and " +
                        shownName(table.qualifiedName()) + " would have one name in " +
                        std::string(titleOf(target)) + ": " + shownName(names.name),
                    "leave one of them out with exclude-tables of the source");
    }
    return all;
}

}  // namespace roost::sql::mapping
