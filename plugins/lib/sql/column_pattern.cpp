#include "lib/sql/column_pattern.hpp"

#include "lib/storage/shown_name.hpp"
#include "roost/diagnostic.hpp"
#include "roost/error.hpp"

namespace roost::sql {

using storage::shownName;

namespace {

std::string tablePart(const std::string& text) {
    const std::size_t dot = text.rfind('.');
    return dot == std::string::npos ? "*" : text.substr(0, dot);
}

std::string columnPart(const std::string& text) {
    const std::size_t dot = text.rfind('.');
    return dot == std::string::npos ? text : text.substr(dot + 1);
}

}  // namespace

ColumnPattern::ColumnPattern(const std::string& text, NameCase nameCase)
    : table_(tablePart(text), nameCase), column_(columnPart(text), nameCase) {}

bool ColumnPattern::takesTable(const Table& table) const { return sql::takesTable(table_, table); }

bool ColumnPattern::takesColumn(const Table& table, const Column& column) const {
    return takesTable(table) && column_.matches(column.name);
}

bool takesTable(const NamePattern& pattern, const Table& table) {
    return pattern.matches(table.name) ||
           (!table.schema.empty() && pattern.matches(table.schema + "." + table.name));
}

void failMissing(const std::string& option, const std::string& what, const std::string& name,
                 const std::vector<std::string>& present) {
    const std::string near = nearest(name, present);
    throw Error("'" + option + "': there is no " + what + " '" + shownName(name) + "'",
                near.empty() ? "where it is not always there, a pattern with * only warns"
                             : "did you mean '" + shownName(near) + "'?");
}

std::vector<std::string> tableNames(const Catalog& catalog) {
    std::vector<std::string> names;
    for (const Table& table : catalog.tables) names.push_back(table.qualifiedName());
    return names;
}

std::vector<std::string> columnNames(const Catalog& catalog) {
    std::vector<std::string> names;
    for (const Table& table : catalog.tables)
        for (const Column& column : table.columns) names.push_back(table.qualifiedName() + "." + column.name);
    return names;
}

}  // namespace roost::sql
