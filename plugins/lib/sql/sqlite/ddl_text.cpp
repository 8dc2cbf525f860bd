#include "lib/sql/sqlite/ddl_text.hpp"

#include <algorithm>

#include "lib/sql/name_pattern.hpp"
#include "lib/sql/quoting.hpp"
#include "lib/sql/sqlite/create_table.hpp"
#include "lib/sql/sqlite/ddl_tokens.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::sqlite {

namespace {

using sql::quoteIdentifier;

bool endsItself(const Token& token) {
    if (token.kind != Token::Kind::string && token.kind != Token::Kind::quotedName) return true;
    const char close = token.text.front() == '[' ? ']' : token.text.front();
    return token.text.size() > 1 && token.text.back() == close;
}

/// Native text is put between others: it must not reach beyond its place.
std::string fragment(const Table& table, const std::string& what, const std::string& text) {
    int depth = 0;
    bool good = true;
    std::size_t end = 0;
    for (const Token& token : tokenize(text)) {
        // Comments are what the tokens leave out; those within a string are none.
        const std::size_t begin = token.kind == Token::Kind::end ? text.size() : token.offset;
        good = good && std::string_view(text).substr(end, begin - end).find_first_not_of(" \t\r\n\f") ==
                           std::string_view::npos;
        end = begin + token.text.size();
        if (token.isSymbol('(')) ++depth;
        if (token.isSymbol(')')) --depth;
        good = good && depth >= 0 && !token.isSymbol(';') && endsItself(token);
    }
    if (!good || depth != 0)
        throw Error("table '" + storage::shownName(table.name) + "': " + what +
                    " cannot be used: " + storage::shownName(text));
    return text;
}

std::string list(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + quoteIdentifier(name);
    return "(" + text + ")";
}

/// SQLite keeps a default without its parentheses: one word, string or number stands alone, the rest is an
/// expression.
std::string defaultText(const std::string& text) {
    const std::vector<Token> tokens = tokenize(text);
    const std::size_t count = tokens.size() - 1;
    const bool isSigned = count == 2 && (tokens[0].isSymbol('-') || tokens[0].isSymbol('+')) &&
                          tokens[1].kind == Token::Kind::literal;
    return count == 1 || isSigned ? text : "(" + text + ")";
}

std::string named(const std::string& name) {
    return name.empty() ? "" : "CONSTRAINT " + quoteIdentifier(name) + " ";
}

bool isRowidKey(const Table& table, const Column& column) {
    return column.identity != Identity::none && table.primaryKey.size() == 1 &&
           table.primaryKey[0] == column.name;
}

std::string columnText(const Table& table, const Column& column) {
    const std::string where = "column '" + storage::shownName(column.name) + "': ";
    std::string text = quoteIdentifier(column.name);
    if (isRowidKey(table, column)) {
        // Only this type makes the column the rowid itself, which numbers its rows.
        text += " INTEGER PRIMARY KEY";
        return column.identity == Identity::autoincrement ? text + " AUTOINCREMENT" : text;
    }
    if (!column.nativeType.empty()) text += " " + fragment(table, where + "its type", column.nativeType);
    if (!column.collation.empty()) text += " COLLATE " + quoteIdentifier(column.collation);
    if (!column.nullable) text += " NOT NULL";
    if (column.generated)
        return text + " GENERATED ALWAYS AS (" +
               fragment(table, where + "its expression", *column.generated) + ")" +
               (column.generatedStored ? " STORED" : " VIRTUAL");
    if (column.defaultValue)
        text += " DEFAULT " + defaultText(fragment(table, where + "its default", *column.defaultValue));
    return text;
}

std::string foreignKeyText(const ForeignKey& key) {
    std::string text = named(key.name) + "FOREIGN KEY " + list(key.columns) + " REFERENCES " +
                       quoteIdentifier(key.targetTable);
    if (!key.targetColumns.empty()) text += " " + list(key.targetColumns);
    const auto action = [&](const char* on, const std::string& word) {
        for (const std::string_view known : {"RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"})
            if (word == known) text += std::string(on) + word;
    };
    action(" ON UPDATE ", key.onUpdate);
    action(" ON DELETE ", key.onDelete);
    if (key.deferrable) text += key.initiallyDeferred ? " DEFERRABLE INITIALLY DEFERRED" : " DEFERRABLE";
    return text;
}

}  // namespace

bool isVirtual(const Table& table) {
    const std::vector<Token> tokens = tokenize(table.nativeSql);
    return tokens.size() > 2 && tokens[0].is("CREATE") && tokens[1].is("VIRTUAL");
}

bool nativeSqlFits(const Table& table) {
    if (table.nativeSql.empty()) return false;
    if (isVirtual(table)) return true;
    const auto created = parseCreateTable(table.nativeSql);
    // What is not understood is run as it stands; the columns of what it made are compared afterwards.
    if (!created) return true;
    return std::ranges::equal(created->columns, table.columns, {}, &CreatedColumn::name, &Column::name);
}

TableTraits traitsOf(const std::string& createTable) {
    TableTraits traits;
    const std::vector<Token> tokens = tokenize(createTable);
    for (auto token = tokens.rbegin(); token != tokens.rend() && !token->isSymbol(')'); ++token) {
        traits.strict = traits.strict || token->is("STRICT");
        traits.withoutRowid = traits.withoutRowid || token->is("WITHOUT");
    }
    return traits;
}

std::string createTableText(const Table& table) {
    std::string parts;
    const auto add = [&](const std::string& part) { parts += (parts.empty() ? "\n  " : ",\n  ") + part; };
    bool keyDone = false;
    for (const Column& column : table.columns) {
        add(columnText(table, column));
        keyDone = keyDone || isRowidKey(table, column);
    }
    if (!keyDone && !table.primaryKey.empty()) add("PRIMARY KEY " + list(table.primaryKey));
    for (const UniqueConstraint& unique : table.uniques)
        add(named(unique.name) + "UNIQUE " + list(unique.columns));
    for (const CheckConstraint& check : table.checks)
        add(named(check.name) + "CHECK (" + fragment(table, "a check", check.expression) + ")");
    for (const ForeignKey& key : table.foreignKeys) add(foreignKeyText(key));
    const TableTraits traits = traitsOf(table.nativeSql);
    std::string options = traits.strict ? " STRICT" : "";
    if (traits.withoutRowid) options += options.empty() ? " WITHOUT ROWID" : ", WITHOUT ROWID";
    return "CREATE TABLE " + quoteIdentifier(table.name) + " (" + parts + "\n)" + options;
}

std::string createIndexText(const Table& table, const Index& index) {
    if (!index.nativeSql.empty()) return index.nativeSql;
    return std::string("CREATE ") + (index.unique ? "UNIQUE " : "") + "INDEX " + quoteIdentifier(index.name) +
           " ON " + quoteIdentifier(table.name) + " " + list(index.columns);
}

}  // namespace roost::sqlite
