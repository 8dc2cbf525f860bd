#include "lib/sql/table_selection.hpp"

#include <algorithm>

#include "roost/diagnostic.hpp"
#include "roost/error.hpp"

namespace roost::sql {

namespace {

bool matches(const NamePattern& pattern, const TableName& table) {
    return pattern.matches(table.name) ||
           (!table.schema.empty() && pattern.matches(table.schema + "." + table.name));
}

std::vector<NamePattern> patterns(const std::vector<std::string>& texts, NameCase nameCase) {
    std::vector<NamePattern> made;
    for (const std::string& text : texts) made.emplace_back(text, nameCase);
    return made;
}

bool matchesAny(const NamePattern& pattern, const std::vector<TableName>& present) {
    return std::ranges::any_of(present, [&](const TableName& table) { return matches(pattern, table); });
}

/// What to do about a table that is not there: the nearest name, else the names that there are.
std::string hintFor(const std::string& missing, const std::vector<TableName>& present) {
    constexpr std::size_t shown = 12;
    std::vector<std::string> names;
    for (const TableName& table : present)
        names.push_back(table.schema.empty() ? table.name : table.schema + "." + table.name);
    if (const std::string near = nearest(missing, names); !near.empty())
        return "did you mean '" + near + "'?";
    if (names.empty()) return "the database holds no tables";
    std::string list = "its tables are ";
    for (std::size_t i = 0; i < std::min(shown, names.size()); ++i) list += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > shown) list += " and " + std::to_string(names.size() - shown) + " more";
    return list;
}

}  // namespace

TableSelection::TableSelection(const std::vector<std::string>& tables,
                               const std::vector<std::string>& excluded, NameCase nameCase)
    : taken_(patterns(tables, nameCase)), excluded_(patterns(excluded, nameCase)) {}

bool TableSelection::takes(const TableName& table) const {
    const auto names = [&](const NamePattern& pattern) { return matches(pattern, table); };
    return (taken_.empty() || std::ranges::any_of(taken_, names)) && std::ranges::none_of(excluded_, names);
}

std::vector<std::string> TableSelection::check(const std::vector<TableName>& present,
                                               const std::string& database) const {
    std::vector<std::string> warnings;
    for (const NamePattern& pattern : taken_) {
        if (matchesAny(pattern, present)) continue;
        if (pattern.isPlain())
            throw Error("database '" + database + "' has no table '" + pattern.text() + "'",
                        hintFor(pattern.text(), present));
        warnings.push_back("no table matches '" + pattern.text() + "' in 'tables'");
    }
    for (const NamePattern& pattern : excluded_)
        if (!matchesAny(pattern, present))
            warnings.push_back("no table matches '" + pattern.text() + "' in 'exclude-tables'");
    return warnings;
}

}  // namespace roost::sql
