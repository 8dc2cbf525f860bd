#include "sinks/sqlite/schema_builder.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "lib/sql/quoting.hpp"
#include "lib/sql/sqlite/commit_marker.hpp"
#include "lib/sql/sqlite/ddl_guard.hpp"
#include "lib/sql/sqlite/ddl_text.hpp"
#include "lib/sql/sqlite/ddl_tokens.hpp"
#include "lib/sql/sqlite/statement.hpp"
#include "lib/storage/shown_name.hpp"

namespace roost::sqlite {

namespace {

using sql::NameCase;
using sql::sameName;

bool isReserved(const std::string& name) {
    return sameName(std::string_view(name).substr(0, 7), "sqlite_", NameCase::folded) ||
           sameName(name, commitMarkerTable, NameCase::folded);
}

CreatedKind kindOf(const std::string& type) {
    if (type == "view") return CreatedKind::view;
    return type == "trigger" ? CreatedKind::trigger : CreatedKind::virtualTable;
}

/// The table whose rows the full-text table indexes: content='name'; "" for none.
std::string contentOf(const std::string& createTable) {
    const std::vector<Token> tokens = tokenize(createTable);
    for (std::size_t i = 0; i + 2 < tokens.size(); ++i)
        if (tokens[i].is("CONTENT") && tokens[i + 1].isSymbol('=')) return tokens[i + 2].unquoted();
    return {};
}

}  // namespace

std::string creationRefusal(const Catalog& incoming, const Table& table) {
    const std::string name = "table '" + storage::shownName(table.qualifiedName()) + "'";
    if (isReserved(table.name))
        return name + " cannot be created: SQLite or roost keeps that name for itself";
    if (incoming.dialect == "sqlite") return {};
    if (incoming.dialect.empty())
        return name +
               " does not exist in the target, and what comes does not say how it is defined; start the "
               "application once on an empty database, so that it makes its tables";
    return name + " would have to be created from a definition of " + incoming.dialect +
           "; add '- plugin: schema-map' to the transforms";
}

void createTables(Connection& connection, const sql::LoadPlan& plan, const Catalog& incoming) {
    for (const sql::TableLoad& load : plan.tables) {
        if (load.action != sql::TableAction::create) continue;
        const Table& table = *load.from;
        if (const std::string refusal = creationRefusal(incoming, table); !refusal.empty())
            throw Error(refusal);
        const bool own = nativeSqlFits(table);
        const CreatedKind kind = own && isVirtual(table) ? CreatedKind::virtualTable : CreatedKind::table;
        create(connection, {kind, table.name, ""}, own ? table.nativeSql : createTableText(table));
    }
}

void createObjects(Connection& connection, const Catalog& incoming, Context& context) {
    for (const std::string_view type : {"virtual table", "view", "trigger"})
        for (const NativeObject& object : incoming.objects) {
            if (object.type != type) continue;
            context.alive();
            create(connection, {kindOf(object.type), object.name, object.table}, object.sql);
        }
}

void rebuildFullText(Connection& connection, const sql::LoadPlan& plan) {
    struct FullText {
        std::string name;
        std::string sql;
    };
    std::vector<FullText> found;
    {
        Statement rows(
            connection,
            "SELECT name, sql FROM main.sqlite_schema WHERE type = 'table' AND sql LIKE 'create virtual%'",
            "read its schema");
        while (rows.step()) found.push_back({rows.string(0), rows.string(1)});
    }
    for (const FullText& table : found) {
        const std::string content = contentOf(table.sql);
        const bool loaded = std::ranges::any_of(plan.tables, [&](const sql::TableLoad& load) {
            return load.action != sql::TableAction::keep &&
                   sameName(load.to->name, content, NameCase::folded);
        });
        if (content.empty() || !loaded) continue;
        const std::string name = sql::quoteIdentifier(table.name);
        Statement rebuild(
            connection, "INSERT INTO main." + name + "(" + name + ") VALUES ('rebuild')",
            "build the index of full-text table '" + storage::shownName(table.name) + "' again");
        rebuild.step();
    }
}

}  // namespace roost::sqlite
