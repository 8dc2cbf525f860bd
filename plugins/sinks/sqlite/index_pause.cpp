#include "sinks/sqlite/index_pause.hpp"

#include <algorithm>
#include <utility>

#include "lib/sql/quoting.hpp"
#include "lib/sql/sqlite/ddl_guard.hpp"
#include "lib/sql/sqlite/ddl_text.hpp"
#include "lib/sql/sqlite/ddl_tokens.hpp"
#include "lib/sql/sqlite/statement.hpp"
#include "lib/storage/shown_name.hpp"

namespace roost::sqlite {

namespace {

using sql::quoteIdentifier;

std::string quoted(const std::string& name) { return "'" + storage::shownName(name) + "'"; }

/// A key of the table, or what SQLite numbers its rows by.
std::string keyExpression(const Table& table) {
    std::string text;
    for (const std::string& column : table.primaryKey)
        text += (text.empty() ? "" : " || ', ' || ") + sql::quoteLiteral(column + " = ") + " || quote(" +
                quoteIdentifier(column) + ")";
    return text.empty() ? "'row number ' || rowid" : text;
}

/// What an index is on, as its statement says it.
struct IndexTerms {
    std::vector<std::string> terms;  ///< without ASC and DESC
    std::string condition;           ///< of a partial index
};

IndexTerms termsOf(const std::string& createIndex) {
    const std::vector<Token> tokens = tokenize(createIndex);
    IndexTerms result;
    int depth = 0;
    std::size_t begin = 0;
    for (const Token& token : tokens) {
        const bool closes = token.isSymbol(')') && depth == 1;
        if ((closes || (token.isSymbol(',') && depth == 1)) && begin != 0)
            result.terms.push_back(createIndex.substr(begin, token.offset - begin));
        if (token.isSymbol('(') && ++depth == 1) begin = token.offset + 1;
        if (token.isSymbol(',') && depth == 1) begin = token.offset + 1;
        if (token.isSymbol(')')) --depth;
        if (depth == 0 && token.is("WHERE")) {
            result.condition = createIndex.substr(token.offset + token.text.size());
            break;
        }
    }
    for (std::string& term : result.terms) {
        const std::vector<Token> words = tokenize(term);
        const Token& last = words.size() > 1 ? words[words.size() - 2] : words.back();
        if (words.size() > 2 && (last.is("ASC") || last.is("DESC"))) term.resize(last.offset);
    }
    return result;
}

}  // namespace

void IndexPause::drop(const Table& table) {
    if (table.indexes.empty()) return;
    if (!std::exchange(keeps_, true)) keepStatistics();
    for (const Index& index : table.indexes) {
        connection_->execute("DROP INDEX main." + quoteIdentifier(index.name));
        pending_.push_back({&table, index, false});
    }
}

/// DROP INDEX takes what ANALYZE found about the index with it, which is the application's.
void IndexPause::keepStatistics() {
    {
        Statement tables(*connection_,
                         "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND "
                         "name IN ('sqlite_stat1', 'sqlite_stat3', 'sqlite_stat4')",
                         "read its schema");
        while (tables.step()) statistics_.push_back(tables.string(0));
    }
    for (const std::string& table : statistics_)
        connection_->execute("CREATE TEMP TABLE roost_" + table + " AS SELECT * FROM main." + table);
}

void IndexPause::restoreStatistics() {
    for (const std::string& table : statistics_)
        connection_->execute("DELETE FROM main." + table + "; INSERT INTO main." + table +
                             " SELECT * FROM temp.roost_" + table + "; DROP TABLE temp.roost_" + table);
    statistics_.clear();
}

void IndexPause::make() {
    for (const PendingIndex& pending : pending_) make(pending);
    pending_.clear();
    restoreStatistics();
}

void IndexPause::make(const PendingIndex& pending) {
    const Creation wanted{CreatedKind::index, pending.index.name, pending.table->name};
    const std::string text = createIndexText(*pending.table, pending.index);
    if (pending.foreign) {
        try {
            create(*connection_, wanted, text);
        } catch (const Error&) {
            if ((sqlite3_errcode(connection_->handle()) & 0xFF) == SQLITE_CONSTRAINT) failDuplicate(pending);
            throw;
        }
        return;
    }
    if (sqlite3_exec(connection_->handle(), text.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return;
    if ((sqlite3_errcode(connection_->handle()) & 0xFF) == SQLITE_CONSTRAINT) failDuplicate(pending);
    connection_->fail("create " + shown(wanted));
}

void IndexPause::failDuplicate(const PendingIndex& pending) {
    const Table& table = *pending.table;
    const IndexTerms index = termsOf(createIndexText(table, pending.index));
    std::string groups;
    std::string condition = index.condition.empty() ? "1" : "(" + index.condition + "\n)";
    for (const std::string& term : index.terms) {
        // A bare number would be the place of a column of the result.
        if (const std::vector<Token> tokens = tokenize(term); tokens.front().kind == Token::Kind::literal)
            continue;
        groups += (groups.empty() ? "" : ", ") + term;
        condition += " AND (" + term + ") IS NOT NULL";
    }
    const std::string key = keyExpression(table);
    Statement found(*connection_,
                    "SELECT min(" + key + "), max(" + key + ") FROM main." + quoteIdentifier(table.name) +
                        " NOT INDEXED WHERE " + condition + " GROUP BY " + groups +
                        " HAVING count(*) > 1 LIMIT 1",
                    "look for the rows that are not unique in index " + quoted(pending.index.name));
    std::string rows;
    if (found.step())
        rows = ": " + storage::shownName(found.text(0)) + " and " + storage::shownName(found.text(1));
    throw Error("table " + quoted(table.name) + ": rows are not unique in its index " +
                quoted(pending.index.name) + rows);
}

}  // namespace roost::sqlite
