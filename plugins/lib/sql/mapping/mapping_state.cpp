#include "lib/sql/mapping/mapping_state.hpp"

#include "lib/sql/mapping/native_types.hpp"

namespace roost::sql::mapping {

TextOrder textOrder(const Column& column, Dialect from) {
    if (from == Dialect::sqlite) {
        if (sameName(column.collation, "nocase", NameCase::folded)) return TextOrder::asciiFold;
        if (sameName(column.collation, "rtrim", NameCase::folded)) return TextOrder::trimmed;
        return TextOrder::standard;
    }
    if (column.nativeType == "citext" || column.nativeType.ends_with(".citext")) return TextOrder::asciiFold;
    const bool bytes = column.collation.ends_with("\"C\"") || column.collation.ends_with("\"POSIX\"") ||
                       column.collation.ends_with(".ucs_basic");
    return bytes ? TextOrder::bytes : TextOrder::standard;
}

ExpressionScope scopeOf(const MappingState& state, std::size_t table) {
    ExpressionScope scope;
    scope.nameCase = state.from == Dialect::sqlite ? NameCase::folded : NameCase::exact;
    const std::vector<Column>& columns = state.before.tables[table].columns;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        ScopeColumn& column = scope.columns.emplace_back();
        column.name = columns[i].name;
        column.targetName = state.names[table].columns[i];
        column.kind = valueKind(columns[i].type);
        column.order = textOrder(columns[i], state.from);
        column.decimalAsText = state.to == Dialect::sqlite && isDecimalAsText(columns[i].type);
        column.generated = columns[i].generated.has_value();
        column.spelling = columns[i].spelling;
    }
    return scope;
}

}  // namespace roost::sql::mapping
