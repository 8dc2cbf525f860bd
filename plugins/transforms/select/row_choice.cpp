#include "transforms/select/row_choice.hpp"

#include <algorithm>
#include <optional>

#include "lib/sql/column_pattern.hpp"
#include "lib/storage/shown_name.hpp"

namespace roost::select {

using storage::shownName;

namespace {

std::optional<std::size_t> columnOf(const Table& table, const std::string& name, sql::NameCase nameCase) {
    if (const auto exact = table.columnIndex(name)) return exact;
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        if (sql::sameName(table.columns[i].name, name, nameCase)) return i;
    return std::nullopt;
}

}  // namespace

void RowChoice::prepare(const Catalog& catalog, const std::vector<WhereRecord>& records,
                        sql::NameCase nameCase, Context& context) {
    for (const WhereRecord& record : records) {
        const sql::NamePattern pattern(record.table, nameCase);
        bool tableFound = false;
        bool columnFound = false;
        std::string whole;
        for (const Table& table : catalog.tables) {
            if (!sql::takesTable(pattern, table)) continue;
            tableFound = true;
            const auto place = columnOf(table, record.column, nameCase);
            if (!place) {
                whole += (whole.empty() ? "" : ", ") + shownName(table.qualifiedName());
                continue;
            }
            columnFound = true;
            tables_[table.id].push_back({Condition(record, table, *place),
                                         shownName(table.qualifiedName() + "." + record.column), 0});
        }
        if (!tableFound && pattern.isPlain())
            sql::failMissing("where", "table", record.table, sql::tableNames(catalog));
        if (tableFound && !columnFound)
            sql::failMissing("where", "column", record.table + "." + record.column,
                             sql::columnNames(catalog));
        if (!tableFound)
            context.warn("no table matches '" + shownName(record.table) + "' in 'where'");
        else if (!whole.empty())
            context.warn("'where' has no column '" + shownName(record.column) +
                         "' to look at in these tables, of which all rows go along: " + whole);
    }
}

std::vector<std::size_t> RowChoice::choose(const Batch& batch) {
    std::vector<std::size_t> rows;
    std::vector<Asked>& conditions = tables_.at(batch.table());
    for (std::size_t i = 0; i < batch.rows(); ++i) {
        const auto row = batch.row(i);
        const bool fulfilled = std::ranges::all_of(conditions, [&](Asked& asked) {
            const Answer answer = asked.condition.ask(row[asked.condition.place()]);
            if (answer == Answer::incomparable) ++asked.incomparable;
            return answer == Answer::yes;
        });
        if (fulfilled) rows.push_back(i);
    }
    return rows;
}

void RowChoice::tell(TableId table, Context& context) const {
    const auto found = tables_.find(table);
    if (found == tables_.end()) return;
    for (const Asked& asked : found->second)
        if (asked.incomparable > 0)
            context.warn(asked.column + ": " +
                         storage::counted(asked.incomparable, "value is", "values are") +
                         " of a kind that 'where' can't compare; their rows are left out");
}

}  // namespace roost::select
