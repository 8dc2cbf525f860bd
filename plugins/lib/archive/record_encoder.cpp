#include "lib/archive/record_encoder.hpp"

#include "lib/archive/json_text.hpp"

namespace roost::archive {

RecordEncoder::RecordEncoder(const Table& table) {
    columns_.reserve(table.columns.size());
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const Column& column = table.columns[i];
        if (column.generated) continue;
        ColumnPlan plan;
        plan.index = i;
        plan.key = keyText(column.name);
        plan.lead = (columns_.empty() ? "{" : ",") + plan.key + ":";
        plan.encode = encoderFor(column.type);
        plan.traits = {column.type.withZone, column.spelling, column.type.element};
        columns_.push_back(std::move(plan));
    }
}

void RecordEncoder::append(std::span<const Cell> row, TextBuffer& out) {
    if (columns_.empty()) return out.append("{}");
    exact_.clear();
    CellSink sink{out, {}, false};
    for (const ColumnPlan& column : columns_) {
        out.append(column.lead);
        const Cell& cell = row[column.index];
        if (cell.isNull()) {
            out.append("null");
            continue;
        }
        column.encode(sink, column.traits, cell);
        if (sink.hasExact) {
            exact_.emplace_back(&column, sink.exact);
            sink.hasExact = false;
        }
    }
    if (!exact_.empty()) appendExact(out);
    out.append('}');
}

void RecordEncoder::appendExact(TextBuffer& out) {
    out.append(",\"$exact\":");
    char separator = '{';
    for (const auto& [column, text] : exact_) {
        out.append(separator);
        out.append(column->key);
        out.append(':');
        appendText(out, text);
        separator = ',';
    }
    out.append('}');
}

}  // namespace roost::archive
