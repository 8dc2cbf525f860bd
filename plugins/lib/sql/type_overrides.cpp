#include "lib/sql/type_overrides.hpp"

#include <algorithm>
#include <optional>

#include "roost/error.hpp"

namespace roost::sql {

namespace {

bool matches(const NamePattern& pattern, const Table& table, const Column& column) {
    return pattern.matches(table.name + "." + column.name) ||
           (!table.schema.empty() && pattern.matches(table.qualifiedName() + "." + column.name));
}

std::string_view trimmed(std::string_view text) noexcept {
    const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
    return text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

bool isTime(const LogicalType& type) noexcept {
    return type.kind == TypeKind::timestamp || type.kind == TypeKind::date;
}

}  // namespace

ColumnType parseColumnType(std::string_view text) {
    constexpr std::string_view as = " as ";
    const std::size_t at = text.find(as);
    if (at == std::string_view::npos) return {parseLogicalType(text)};
    ColumnType result{parseLogicalType(trimmed(text.substr(0, at)))};
    const std::string_view word = trimmed(text.substr(at + as.size()));
    const std::optional<NumericTime> numbers = numericTime(word);
    if (!numbers || *numbers == NumericTime::none)
        throw Error("'" + std::string(word) +
                    "' is nothing that numbers in a column of times are; possible " +
                    "are seconds, milliseconds, julian-day");
    if (!isTime(result.type))
        throw Error("'" + std::string(text) + "': numbers are times in a column of the type timestamptz, " +
                    "timestamp or date only");
    result.numbersAre = *numbers;
    return result;
}

TypeOverrides::TypeOverrides(const TextMap& types, NameCase nameCase) {
    for (const auto& [pattern, type] : types)
        rules_.push_back({NamePattern(pattern, nameCase), parseColumnType(type)});
}

std::vector<std::string> TypeOverrides::apply(Catalog& catalog) const {
    std::vector<std::string> warnings;
    for (const Rule& rule : rules_) {
        bool used = false;
        for (Table& table : catalog.tables)
            for (Column& column : table.columns)
                if (matches(rule.pattern, table, column)) {
                    column.type = rule.type.type;
                    column.numbersAre = rule.type.numbersAre;
                    column.typeReason.clear();
                    column.typeOrigin = TypeOrigin::set;
                    used = true;
                }
        if (!used) warnings.push_back("no column matches '" + rule.pattern.text() + "' in 'types'");
    }
    return warnings;
}

void checkTypes(const Node& settings, std::string_view option, Diagnostics& diagnostics) {
    const Node* types = settings.find(option);
    if (types == nullptr || types->kind != Node::Kind::mapping) return;
    for (const auto& [pattern, type] : types->members) {
        if (!type.isScalar()) continue;
        try {
            static_cast<void>(parseColumnType(type.scalar));
        } catch (const Error& error) {
            diagnostics.error(type.position, error.what(), type.scalar.size());
        }
    }
}

}  // namespace roost::sql
