#include "lib/sql/mapping/object_mapping.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "lib/sql/mapping/expression_tokens.hpp"

namespace roost::sql::mapping {

namespace {

/// The place of the table that an object stands on, or nothing.
std::optional<std::size_t> tableOf(const Catalog& catalog, const NativeObject& object) {
    const Table* table = object.table.empty() ? nullptr : catalog.find(object.schema, object.table);
    if (table == nullptr) return std::nullopt;
    return static_cast<std::size_t>(table - catalog.tables.data());
}

std::string sentence(const NativeObject& object, Dialect target) {
    const std::string name = object.schema.empty() ? object.name : object.schema + "." + object.name;
    const std::string what = object.type + " '" + name + "'";
    if (object.type == "partition") return what + " is left out: its rows are in the table itself";
    if (object.type == "virtual table")
        return what + " is left out: " + std::string(titleOf(target)) + " has none";
    if (object.type == "foreign key")
        return what + " is carried without its NOT VALID, MATCH FULL or SET NULL (...), or left out";
    return what + " is left out";
}

/// A type or a schema that is part of what became of the tables is not lost.
bool isTakenUp(const MappingState& state, std::size_t place) {
    const NativeObject& object = state.before.objects[place];
    if (state.usedObjects.contains(place)) return true;
    if (object.type == "schema") return true;
    // Who owns a sequence matters where there is one.
    if (object.type == "sequence owner") return true;
    return false;
}

std::size_t occurrences(const std::vector<ExpressionToken>& tokens, std::string_view word) {
    return static_cast<std::size_t>(
        std::ranges::count_if(tokens, [&](const ExpressionToken& token) { return token.is(word); }));
}

/// Conflict clauses, and whatever its reader did not understand.
void noteSqliteStatement(MappingState& state, std::size_t place) {
    const Table& table = state.before.tables[place];
    const std::vector<ExpressionToken> tokens = expressionTokens(table.nativeSql, Dialect::sqlite);
    if (tokens.size() > 1 && tokens[1].is("VIRTUAL")) {
        state.lose(place, "it is a virtual table: it becomes an ordinary one, without what its module does",
                   table.nativeSql);
        return;
    }
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i)
        if (tokens[i].is("ON") && tokens[i + 1].is("CONFLICT")) {
            state.lose(place, "its ON CONFLICT clauses are left out: PostgreSQL has them in INSERT alone",
                       table.nativeSql);
            break;
        }
    if (occurrences(tokens, "CHECK") > table.checks.size())
        state.lose(
            place,
            "its statement is not understood whole: checks, collations and generated columns may be missing",
            table.nativeSql);
}

void notePostgresqlStatement(MappingState& state, std::size_t place) {
    const Table& table = state.before.tables[place];
    if (table.nativeSql.find("\n) INHERITS (") != std::string::npos)
        state.lose(
            place,
            "it inherits from another table: SQLite has no inheritance, so that a query of that one no "
            "longer finds these rows",
            table.nativeSql);
    if (table.nativeSql.find("\n) PARTITION BY ") != std::string::npos)
        state.lose(place, "it is partitioned: in SQLite it is one table", table.nativeSql);
}

}  // namespace

void mapObjects(MappingState& state) {
    for (std::size_t i = 0; i < state.before.tables.size(); ++i) {
        if (state.before.tables[i].nativeSql.empty()) continue;
        if (state.from == Dialect::sqlite)
            noteSqliteStatement(state, i);
        else
            notePostgresqlStatement(state, i);
    }
    for (std::size_t i = 0; i < state.before.objects.size(); ++i) {
        const NativeObject& object = state.before.objects[i];
        if (isTakenUp(state, i)) continue;
        const auto table = tableOf(state.before, object);
        if (table)
            state.lose(*table, sentence(object, state.to), object.sql);
        else
            state.after.losses.push_back(
                {"", "", storage::shownName(sentence(object, state.to)), object.sql});
    }
    state.after.objects.clear();
}

}  // namespace roost::sql::mapping
