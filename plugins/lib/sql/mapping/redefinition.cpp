#include "lib/sql/mapping/redefinition.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/sql/mapping/expression_tokens.hpp"
#include "lib/sql/mapping/native_types.hpp"
#include "lib/sql/mapping/value_kind.hpp"
#include "lib/sql/sqlite/create_table.hpp"
#include "lib/sql/sqlite/ddl_text.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::sql::mapping {

namespace {

using storage::shownName;

Table* tableOf(Catalog& catalog, TableId id) {
    const auto found = std::ranges::find(catalog.tables, id, &Table::id);
    return found == catalog.tables.end() ? nullptr : &*found;
}

void lose(RuledCatalog& ruled, TableId table, std::string_view message, const std::string& sql) {
    ruled.losses.emplace_back(table, Loss{"", "", shownName(message), sql});
}

bool isOneOf(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(
        words, [&](std::string_view other) { return sameName(word, other, NameCase::folded); });
}

/// A type without its size: "character varying" of "character varying(20)".
std::string_view wordOf(std::string_view type) {
    type = type.substr(0, type.find('('));
    while (type.ends_with(' ')) type.remove_suffix(1);
    return type;
}

/// Whether a column of that type can number its rows.
bool canNumber(std::string_view native, Dialect dialect) {
    if (dialect == Dialect::sqlite) return isOneOf(native, {"integer"});
    return isOneOf(native, {"smallint", "integer", "bigint", "int", "int2", "int4", "int8"});
}

bool holdsText(std::string_view native) {
    return isOneOf(wordOf(native),
                   {"text", "varchar", "char", "character", "character varying", "bpchar", "citext", "name"});
}

/// A STRICT table knows six words.
std::string strictType(const LogicalType& type) {
    switch (valueKind(type)) {
        case ValueKind::boolean:
        case ValueKind::integer:
            return "INTEGER";
        case ValueKind::real:
            return "REAL";
        case ValueKind::bytes:
            return "BLOB";
        case ValueKind::decimal:
            return isDecimalAsText(type) ? "TEXT" : "ANY";
        default:
            return "TEXT";
    }
}

std::string nativeOf(const Table& table, const Column& column, Dialect dialect) {
    if (dialect == Dialect::sqlite)
        return sqlite::traitsOf(table.nativeSql).strict ? strictType(column.type)
                                                        : sqliteType(column.type, "").native;
    Column plain = column;
    plain.nativeType.clear();
    return postgresqlType(plain).native;
}

/// A default stands between other words of a statement: it must not reach beyond its place, nor hide them
/// behind a comment. SQLite's are looked at where its statements are made.
void requireOneExpression(const Table& table, const Column& column, const std::string& sql) {
    int depth = 0;
    bool good = true;
    std::size_t at = 0;
    for (const ExpressionToken& token : expressionTokens(sql, Dialect::postgresql)) {
        good = good && std::string_view(sql).substr(at, token.begin - at).find_first_not_of(" \t\r\n\f") ==
                           std::string_view::npos;
        at = token.end;
        if (token.isSymbol("(") || token.isSymbol("[")) ++depth;
        if (token.isSymbol(")") || token.isSymbol("]")) --depth;
        good = good && depth >= 0 && !token.isSymbol(";") && !(depth == 0 && token.isSymbol(","));
        // Left to the server: E'...', but not a quote that is never closed.
        if (token.kind == ExpressionToken::Kind::unknown)
            good = good && sql[token.begin] != '\'' && sql[token.begin] != '"';
    }
    if (!good || depth != 0)
        throw Error(
            "table '" + shownName(table.qualifiedName()) + "': column '" + shownName(column.name) +
                "': its default cannot be used: " + shownName(sql),
            "a default is one expression of PostgreSQL's; a text needs quotes of its own: \"'text'\"");
}

void defineColumn(RuledCatalog& ruled, const Table& table, Column& column, const ColumnChange& change,
                  bool withinDialect, Dialect to) {
    const std::string formerType = column.nativeType;
    const bool retyped = change.native || (change.cast && withinDialect);
    if (change.native)
        column.nativeType = *change.native;
    else if (retyped)
        column.nativeType = nativeOf(table, column, to);
    if (retyped && to == Dialect::postgresql && !holdsText(column.nativeType)) column.collation.clear();
    const auto stopNumbering = [&](const std::string& why) {
        if (column.identity == Identity::none) return;
        lose(ruled, table.id, "column " + column.name + " no longer numbers its rows: " + why, formerType);
        column.identity = Identity::none;
        column.nextValue.reset();
    };
    if (change.native && !canNumber(*change.native, to)) stopNumbering("its type is " + *change.native);
    if (!change.defaultValue || column.generated) return;
    if (change.defaultValue->empty()) {
        // What numbers itself by a sequence has it as its default.
        if (column.defaultValue) stopNumbering("it has no default");
        column.defaultValue.reset();
        return;
    }
    if (to == Dialect::postgresql) requireOneExpression(table, column, *change.defaultValue);
    stopNumbering("its default is " + *change.defaultValue);
    column.defaultValue = change.defaultValue;
}

// --- statements ---

bool hasConflictClause(const std::string& sql) {
    const std::vector<ExpressionToken> tokens = expressionTokens(sql, Dialect::sqlite);
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i)
        if (tokens[i].is("ON") && tokens[i + 1].is("CONFLICT")) return true;
    return false;
}

/// Without a primary key there is no table WITHOUT ROWID.
std::string sqliteStatement(const Table& table) {
    const sqlite::TableTraits traits = sqlite::traitsOf(table.nativeSql);
    if (!traits.withoutRowid || !table.primaryKey.empty()) return sqlite::createTableText(table);
    Table plain = table;
    plain.nativeSql.clear();
    return sqlite::createTableText(plain) + (traits.strict ? " STRICT" : "");
}

void redefineSqlite(Table& table, const TableFate& fate, RuledCatalog& ruled) {
    const std::string former = table.nativeSql;
    if (sqlite::isVirtual(table))
        throw Error("table " + shownName(fate.name) +
                        " is a virtual table: within SQLite a rule can drop it, and nothing else",
                    "leave it out of the rule");
    const bool understood = former.empty() || sqlite::parseCreateTable(former).has_value();
    for (const Column& column : table.columns)
        if (column.generated && column.generated->empty())
            throw Error("table " + shownName(fate.name) +
                            " can't be changed: the statement that made it is not understood, and it has "
                            "generated columns",
                        "leave it out of the rules");
    if (!understood)
        lose(ruled, table.id, "its statement is not understood whole: checks and collations may be missing",
             former);
    if (hasConflictClause(former))
        lose(ruled, table.id, "its ON CONFLICT clauses are left out: the table is made anew", former);
    table.nativeSql = sqliteStatement(table);
}

struct Words {
    std::string_view text;
    std::string_view loss;
};
constexpr std::array<Words, 6> postgresqlWords{
    {{"\n) INHERITS (", "it no longer inherits from another table"},
     {"\n) PARTITION BY ", "it is no longer partitioned: it is one table"},
     {"CREATE UNLOGGED ", "it is no longer UNLOGGED"},
     {" WITH (", "its storage options are left out"},
     {"NULLS NOT DISTINCT", "several rows may have NULL in a unique column: NULLS NOT DISTINCT is left out"},
     {" DEFERRABLE", "its unique constraints can't be deferred any more"}}};

/// Whether an identity column counts otherwise than from 1 by 1.
bool numbersOddly(std::string_view sql) {
    constexpr std::string_view word = " INCREMENT BY ";
    for (auto at = sql.find(word); at != std::string_view::npos; at = sql.find(word, at + 1))
        if (!sql.substr(at + word.size()).starts_with("1 MINVALUE 1 ")) return true;
    return sql.find(" CYCLE)") != std::string_view::npos;
}

void redefinePostgresql(Table& table, RuledCatalog& ruled) {
    for (const Words& words : postgresqlWords)
        if (table.nativeSql.find(words.text) != std::string::npos)
            lose(ruled, table.id, words.loss, table.nativeSql);
    if (numbersOddly(table.nativeSql))
        lose(ruled, table.id, "its numbers go up by 1 now: the options of its numbering are left out",
             table.nativeSql);
    table.nativeSql.clear();
}

/// A child says again nothing of what its parent has: it needs the parent as it was.
void redefineChildren(const Catalog& catalog, RuledCatalog& ruled) {
    for (bool again = true; again;) {
        again = false;
        for (TableFate& child : ruled.fates) {
            const Table* table = catalog.find(child.id);
            const auto clause =
                table == nullptr ? std::string::npos : table->nativeSql.find("\n) INHERITS (");
            if (child.redefined || clause == std::string::npos) continue;
            child.redefined = std::ranges::any_of(ruled.fates, [&](const TableFate& parent) {
                return (parent.dropped || parent.redefined) &&
                       mentions(std::string_view(table->nativeSql).substr(clause), parent.name);
            });
            again = again || child.redefined;
        }
    }
}

}  // namespace

void defineColumns(Catalog& catalog, RuledCatalog& ruled, bool withinDialect, Dialect to) {
    for (const TableFate& fate : ruled.fates) {
        Table* table = tableOf(catalog, fate.id);
        if (table == nullptr) continue;
        for (std::size_t i = 0; i < fate.changes.size(); ++i)
            defineColumn(ruled, *table, table->columns[i], fate.changes[i], withinDialect, to);
    }
}

void redefineTables(Catalog& catalog, RuledCatalog& ruled, Dialect dialect) {
    if (dialect == Dialect::postgresql) redefineChildren(catalog, ruled);
    for (const TableFate& fate : ruled.fates) {
        Table* table = fate.redefined ? tableOf(catalog, fate.id) : nullptr;
        if (table == nullptr) continue;
        if (dialect == Dialect::sqlite)
            redefineSqlite(*table, fate, ruled);
        else
            redefinePostgresql(*table, ruled);
    }
}

void clearStatements(Catalog& catalog, RuledCatalog& ruled, Dialect from) {
    if (from != Dialect::sqlite) return;
    std::vector<TableId> fewerChecks;
    for (const auto& [table, loss] : ruled.losses)
        if (table && loss.sql.starts_with("CHECK (")) fewerChecks.push_back(*table);
    for (const TableId id : fewerChecks) {
        Table* table = tableOf(catalog, id);
        if (table == nullptr || table->nativeSql.empty()) continue;
        if (hasConflictClause(table->nativeSql))
            lose(ruled, id, "its ON CONFLICT clauses are left out: PostgreSQL has them in INSERT alone",
                 table->nativeSql);
        table->nativeSql.clear();
    }
}

}  // namespace roost::sql::mapping
