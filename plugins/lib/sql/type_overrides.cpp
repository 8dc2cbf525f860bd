#include "lib/sql/type_overrides.hpp"

#include "roost/error.hpp"

namespace roost::sql {

namespace {

bool matches(const NamePattern& pattern, const Table& table, const Column& column) {
    return pattern.matches(table.name + "." + column.name) ||
           (!table.schema.empty() && pattern.matches(table.qualifiedName() + "." + column.name));
}

}  // namespace

TypeOverrides::TypeOverrides(const TextMap& types, NameCase nameCase) {
    for (const auto& [pattern, type] : types)
        rules_.push_back({NamePattern(pattern, nameCase), parseLogicalType(type)});
}

std::vector<std::string> TypeOverrides::apply(Catalog& catalog) const {
    std::vector<std::string> warnings;
    for (const Rule& rule : rules_) {
        bool used = false;
        for (Table& table : catalog.tables)
            for (Column& column : table.columns)
                if (matches(rule.pattern, table, column)) {
                    column.type = rule.type;
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
            static_cast<void>(parseLogicalType(type.scalar));
        } catch (const Error& error) {
            diagnostics.error(type.position, error.what(), type.scalar.size());
        }
    }
}

}  // namespace roost::sql
