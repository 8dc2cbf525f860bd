// Drives a transform the way the engine does: a catalog made by hand, and rows of it.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "plugins/recording_context.hpp"
#include "roost/error.hpp"
#include "roost/stage.hpp"

namespace roost::testing {

inline Column column(std::string name, const std::string& type, bool nullable = true) {
    Column made;
    made.name = std::move(name);
    made.type = parseLogicalType(type);
    made.nativeType = type;
    made.nullable = nullable;
    return made;
}

inline Table table(TableId id, std::string name, std::vector<Column> columns) {
    Table made;
    made.id = id;
    made.name = std::move(name);
    made.columns = std::move(columns);
    return made;
}

inline ForeignKey reference(std::string from, std::string table, std::string to) {
    ForeignKey key;
    key.columns = {std::move(from)};
    key.targetTable = std::move(table);
    key.targetColumns = {std::move(to)};
    return key;
}

using Rows = std::vector<std::vector<Cell>>;

/// What comes of a table's rows: nothing where the table itself does not.
template <class Transform>
std::vector<std::vector<Cell>> passed(Transform& transform, TableId id, const Rows& rows,
                                      std::vector<BatchPtr>& keep) {
    Item begin = TableBegin{id};
    const bool comes = transform.apply(begin);
    auto batch = std::make_shared<Batch>(id, rows.empty() ? 0 : rows[0].size());
    for (const auto& row : rows) {
        const auto cells = batch->addRow();
        for (std::size_t i = 0; i < row.size(); ++i) cells[i] = row[i];
    }
    Item item = BatchPtr(batch);
    Rows result;
    if (!rows.empty() && transform.apply(item)) {
        keep.push_back(std::get<BatchPtr>(item));
        for (std::size_t i = 0; i < keep.back()->rows(); ++i) {
            const auto row = keep.back()->row(i);
            result.emplace_back(row.begin(), row.end());
        }
    }
    Item end = TableEnd{id, rows.size()};
    if (transform.apply(end) != comes) throw Error("a table began or ended alone");
    if (comes && std::get<TableEnd>(end).rows != result.size())
        throw Error("the table's end tells of " + std::to_string(std::get<TableEnd>(end).rows) + " rows");
    return result;
}

/// what() and, behind a bar, hint() of the Error that `call` throws.
template <class Call>
std::string errorOf(Call call) {
    try {
        call();
    } catch (const Error& error) {
        return std::string(error.what()) + (error.hint().empty() ? "" : " | " + error.hint());
    }
    return "no error";
}

inline Cell textCell(std::string_view text) { return Cell::view(CellKind::text, text); }

}  // namespace roost::testing
