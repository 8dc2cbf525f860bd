#include "lib/sql/sqlite/create_table.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "lib/sql/sqlite/ddl_tokens.hpp"

namespace roost::sqlite {

namespace {

struct NotUnderstood {};

/// Follows SQLite's grammar of CREATE TABLE (its documentation "CREATE TABLE", "column-def" and
/// "table-constraint"); expressions are skipped by their parentheses.
class Parser {
public:
    explicit Parser(std::string_view sql) : sql_(sql), tokens_(tokenize(sql)) {}

    CreatedTable parse() {
        expect("CREATE");
        if (peek().is("TEMP") || peek().is("TEMPORARY")) next();
        expect("TABLE");
        if (accept("IF")) expect("NOT"), expect("EXISTS");
        name();
        if (acceptSymbol('.')) name();
        expectSymbol('(');
        do {
            if (beginsTableConstraint())
                tableConstraints();
            else
                column();
        } while (acceptSymbol(','));
        expectSymbol(')');
        return std::move(table_);
    }

private:
    [[nodiscard]] const Token& peek(std::size_t ahead = 0) const {
        return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
    }
    const Token& next() {
        const Token& token = peek();
        if (token.kind == Token::Kind::end) throw NotUnderstood{};
        ++at_;
        return token;
    }
    bool accept(std::string_view keyword) {
        if (!peek().is(keyword)) return false;
        next();
        return true;
    }
    bool acceptSymbol(char symbol) {
        if (!peek().isSymbol(symbol)) return false;
        next();
        return true;
    }
    void expect(std::string_view keyword) {
        if (!accept(keyword)) throw NotUnderstood{};
    }
    void expectSymbol(char symbol) {
        if (!acceptSymbol(symbol)) throw NotUnderstood{};
    }
    std::string name() {
        if (!peek().isName()) throw NotUnderstood{};
        return next().unquoted();
    }

    /// The text between the parenthesis that comes now and the one that closes it.
    std::string parenthesized() {
        const std::size_t begin = peek().offset + 1;
        expectSymbol('(');
        for (int depth = 1;;) {
            const Token& token = next();
            if (token.isSymbol('(')) ++depth;
            if (!token.isSymbol(')') || --depth > 0) continue;
            std::string_view text = sql_.substr(begin, token.offset - begin);
            constexpr std::string_view blanks = " \t\r\n\f";
            const auto first = text.find_first_not_of(blanks);
            if (first == std::string_view::npos) return {};
            text = text.substr(first, text.find_last_not_of(blanks) - first + 1);
            return std::string(text);
        }
    }

    /// `(a, "b" COLLATE nocase DESC)`: the names; nothing else may stand there.
    std::vector<std::string> columnList() {
        std::vector<std::string> names;
        expectSymbol('(');
        do {
            names.push_back(name());
            if (accept("COLLATE")) name();
            if (!accept("ASC")) accept("DESC");
            if (accept("AUTOINCREMENT")) table_.autoincrement = true;
        } while (acceptSymbol(','));
        expectSymbol(')');
        return names;
    }

    void conflictClause() {
        if (peek().is("ON") && peek(1).is("CONFLICT")) at_ += 2, name();
    }

    [[nodiscard]] bool beginsTableConstraint() const {
        constexpr std::array<std::string_view, 5> words{"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK",
                                                        "FOREIGN"};
        return std::ranges::any_of(words, [&](std::string_view word) { return peek().is(word); });
    }

    /// Table constraints may follow each other without a comma.
    void tableConstraints() {
        std::string constraintName;
        while (beginsTableConstraint()) {
            if (accept("CONSTRAINT")) {
                constraintName = name();
                continue;
            }
            tableConstraint(std::exchange(constraintName, {}));
        }
    }

    void tableConstraint(std::string constraintName) {
        if (accept("CHECK")) {
            table_.checks.push_back({std::move(constraintName), parenthesized()});
        } else if (accept("UNIQUE")) {
            table_.uniques.push_back({std::move(constraintName), columnList()});
        } else if (accept("PRIMARY")) {
            expect("KEY");
            columnList();
        } else {
            expect("FOREIGN");
            expect("KEY");
            CreatedForeignKey key;
            key.name = std::move(constraintName);
            key.columns = columnList();
            references(std::move(key));
        }
        conflictClause();
    }

    /// REFERENCES table (columns) ON DELETE ... MATCH ... DEFERRABLE ...
    void references(CreatedForeignKey key) {
        expect("REFERENCES");
        name();
        if (peek().isSymbol('(')) columnList();
        for (;;) {
            if (peek().is("ON") && (peek(1).is("DELETE") || peek(1).is("UPDATE") || peek(1).is("INSERT"))) {
                at_ += 2;
                const bool twoWords = peek().is("SET") || peek().is("NO");
                name();
                if (twoWords) name();
            } else if (accept("MATCH")) {
                name();
            } else {
                break;
            }
        }
        deferral(key);
        table_.foreignKeys.push_back(std::move(key));
    }

    void deferral(CreatedForeignKey& key) {
        const bool negated = peek().is("NOT") && peek(1).is("DEFERRABLE");
        if (negated) next();
        if (!accept("DEFERRABLE")) return;
        key.deferrable = !negated;
        if (!accept("INITIALLY")) return;
        key.initiallyDeferred = accept("DEFERRED") && !negated;
        if (!key.initiallyDeferred && !negated)
            expect("IMMEDIATE");
        else if (negated)
            accept("IMMEDIATE");
    }

    void column() {
        CreatedColumn created;
        created.name = name();
        typeName();
        std::string constraintName;
        while (!peek().isSymbol(',') && !peek().isSymbol(')')) {
            if (accept("CONSTRAINT")) {
                constraintName = name();
                continue;
            }
            columnConstraint(created, std::exchange(constraintName, {}));
        }
        table_.columns.push_back(std::move(created));
    }

    [[nodiscard]] bool beginsColumnConstraint() const {
        constexpr std::array<std::string_view, 12> words{"CONSTRAINT", "PRIMARY", "NOT",        "NULL",
                                                         "UNIQUE",     "CHECK",   "DEFAULT",    "COLLATE",
                                                         "REFERENCES", "AS",      "DEFERRABLE", "ON"};
        if (peek().is("GENERATED")) return peek(1).is("ALWAYS");
        return std::ranges::any_of(words, [&](std::string_view word) { return peek().is(word); });
    }

    /// Any names, then perhaps a size: UNSIGNED BIG INT, VARCHAR(20), DECIMAL(10, 2).
    void typeName() {
        while (peek().isName() && !beginsColumnConstraint()) next();
        if (peek().isSymbol('(')) parenthesized();
    }

    void columnConstraint(CreatedColumn& created, std::string constraintName) {
        if (accept("PRIMARY")) {
            expect("KEY");
            if (!accept("ASC")) accept("DESC");
            conflictClause();
            if (accept("AUTOINCREMENT")) table_.autoincrement = true;
        } else if (accept("NULL")) {
            conflictClause();
        } else if (peek().is("NOT") && !peek(1).is("DEFERRABLE")) {
            next();
            expect("NULL");
            conflictClause();
        } else if (accept("UNIQUE")) {
            conflictClause();
            table_.uniques.push_back({std::move(constraintName), {created.name}});
        } else if (accept("CHECK")) {
            table_.checks.push_back({std::move(constraintName), parenthesized()});
            conflictClause();
        } else if (accept("COLLATE")) {
            created.collation = name();
        } else if (accept("DEFAULT")) {
            defaultValue();
        } else if (peek().is("REFERENCES")) {
            CreatedForeignKey key;
            key.name = std::move(constraintName);
            key.columns = {created.name};
            references(std::move(key));
        } else if (peek().is("GENERATED") || peek().is("AS")) {
            generated(created);
        } else {
            throw NotUnderstood{};
        }
    }

    void defaultValue() {
        if (peek().isSymbol('(')) {
            parenthesized();
            return;
        }
        if (peek().isSymbol('-') || peek().isSymbol('+')) next();
        next();
    }

    void generated(CreatedColumn& created) {
        if (accept("GENERATED")) expect("ALWAYS");
        expect("AS");
        created.generated = parenthesized();
        created.generatedStored = accept("STORED");
        if (!created.generatedStored) accept("VIRTUAL");
    }

    std::string_view sql_;
    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    CreatedTable table_;
};

}  // namespace

std::optional<CreatedTable> parseCreateTable(std::string_view sql) {
    try {
        return Parser(sql).parse();
    } catch (const NotUnderstood&) {
        return std::nullopt;
    }
}

}  // namespace roost::sqlite
