#include "lib/sql/mapping/renamed_text.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>

#include "lib/sql/mapping/expression_parser.hpp"
#include "lib/sql/mapping/expression_tokens.hpp"
#include "lib/sql/mapping/index_statement.hpp"
#include "lib/sql/quoting.hpp"

namespace roost::sql::mapping {

namespace {

using Token = ExpressionToken;
using Tokens = std::vector<Token>;

/// A piece of the text that is replaced.
struct Edit {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string text;
};

std::string edited(const std::string& sql, const std::vector<Edit>& edits) {
    std::string result;
    std::size_t at = 0;
    for (const Edit& edit : edits) {
        result.append(sql, at, edit.begin - at).append(edit.text);
        at = edit.end;
    }
    return result.append(sql, at, std::string::npos);
}

std::size_t columnsIn(const Expression& expression, const ColumnNames& names) {
    std::size_t count = 0;
    if (expression.kind == Expression::Kind::column) {
        const auto* entry = names.find(expression.text);
        count = entry != nullptr && entry->isChanged() ? 1 : 0;
    }
    for (const Expression& part : expression.parts) count += columnsIn(part, names);
    return count;
}

/// Finds the names that stand for columns which are no longer called so. The tokens show where they are; that
/// each of them is a column is believed only if the parsed text has as many.
class Renaming {
public:
    Renaming(std::string_view sql, const Tokens& tokens, std::size_t from, Dialect dialect,
             const ColumnNames& names)
        : sql_(sql), tokens_(tokens), dialect_(dialect), names_(names) {
        for (std::size_t i = from; i < tokens.size(); ++i) look(i);
    }

    [[nodiscard]] bool isNeeded() const noexcept { return found_ > 0 || unclear_; }
    [[nodiscard]] std::size_t found() const noexcept { return found_; }
    [[nodiscard]] const std::vector<Edit>& edits() const noexcept { return edits_; }

    /// Why the text can't be had; "" if nothing speaks against it but what only the parser knows.
    [[nodiscard]] RenamedText obstacle() const {
        if (!dropped_.empty())
            return {std::nullopt, "it uses column '" + dropped_ + "', which is dropped", true};
        if (unclear_) return notUnderstood();
        return {};
    }
    [[nodiscard]] RenamedText notUnderstood() const {
        return {std::nullopt, "column '" + renamed_ + "' is renamed, and it is not understood whole", false};
    }

private:
    [[nodiscard]] bool follows(std::size_t at, std::string_view word) const {
        return at > 0 && (tokens_[at - 1].is(word) || tokens_[at - 1].isSymbol(word));
    }

    void look(std::size_t at) {
        const Token& token = tokens_[at];
        if (token.kind == Token::Kind::unknown) return lookInUnknown(token);
        if (!token.isName()) return;
        const ColumnNames::Entry* entry = names_.find(token.text);
        if (entry == nullptr) {
            // SQLite took it for a string; now there is a column of that name.
            if (dialect_ == Dialect::sqlite && token.doubleQuoted && names_.isNew(token.text))
                edits_.push_back({token.begin, token.end, quoteLiteral(token.text)});
            return;
        }
        if (!entry->isChanged()) return;
        const Token& next = tokens_[std::min(at + 1, tokens_.size() - 1)];
        const bool call = token.kind == Token::Kind::word && next.isSymbol("(");
        if (call || follows(at, "::") || follows(at, "AS") || follows(at, "COLLATE")) return;
        note(*entry);
        if (next.isSymbol(".") || follows(at, ".")) unclear_ = true;
        ++found_;
        if (entry->after) edits_.push_back({token.begin, token.end, quoteIdentifier(*entry->after)});
    }

    /// It may hold more than one word, or the rest of the text.
    void lookInUnknown(const Token& token) {
        for (const ColumnNames::Entry& entry : names_.entries())
            if (entry.isChanged() &&
                mentions(sql_.substr(token.begin, token.end - token.begin), entry.before)) {
                note(entry);
                unclear_ = true;
            }
    }

    void note(const ColumnNames::Entry& entry) {
        std::string& name = entry.isDropped() ? dropped_ : renamed_;
        if (name.empty()) name = entry.before;
    }

    std::string_view sql_;
    const Tokens& tokens_;
    Dialect dialect_;
    const ColumnNames& names_;
    std::vector<Edit> edits_;
    std::size_t found_ = 0;
    std::string dropped_;
    std::string renamed_;
    bool unclear_ = false;
};

/// The tokens of INCLUDE (...) behind `from`, which no expression has.
std::size_t includedColumns(const Tokens& tokens, std::size_t from, const ColumnNames& names) {
    std::size_t count = 0;
    for (std::size_t i = from; i + 1 < tokens.size(); ++i) {
        if (!tokens[i].is("INCLUDE") || !tokens[i + 1].isSymbol("(")) continue;
        for (std::size_t j = i + 2; j < tokens.size() && !tokens[j].isSymbol(")"); ++j) {
            const auto* entry = tokens[j].isName() ? names.find(tokens[j].text) : nullptr;
            if (entry != nullptr && entry->isChanged()) ++count;
        }
    }
    return count;
}

std::size_t columnsIn(const IndexStatement& index, const ColumnNames& names) {
    std::size_t count = index.predicate ? columnsIn(*index.predicate, names) : 0;
    for (const IndexPart& part : index.parts) count += columnsIn(part.expression, names);
    return count;
}

/// The statement with another method, for the parser: what the index is on is said the same way for all.
std::string asBtree(const std::string& sql, const Tokens& tokens, std::size_t body) {
    if (body + 1 >= tokens.size() || !tokens[body].is("USING")) return sql;
    return edited(sql, {{tokens[body + 1].begin, tokens[body + 1].end, "btree"}});
}

bool isWordCharacter(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return std::isalnum(byte) != 0 || c == '_' || c == '$' || byte >= 0x80;
}

}  // namespace

const ColumnNames::Entry* ColumnNames::find(std::string_view before) const noexcept {
    for (const Entry& entry : entries_)
        if (sameName(entry.before, before, nameCase_)) return &entry;
    return nullptr;
}

bool ColumnNames::isNew(std::string_view name) const noexcept {
    return find(name) == nullptr && std::ranges::any_of(entries_, [&](const Entry& entry) {
               return entry.after && sameName(*entry.after, name, nameCase_);
           });
}

RenamedText renameInExpression(const std::string& sql, Dialect dialect, const ColumnNames& names) {
    if (!names.anyChanged()) return {sql, {}, false};
    const Tokens tokens = expressionTokens(sql, dialect);
    const Renaming renaming(sql, tokens, 0, dialect, names);
    if (RenamedText obstacle = renaming.obstacle(); !obstacle.why.empty()) return obstacle;
    if (renaming.isNeeded()) {
        try {
            if (columnsIn(parseExpression(tokens, dialect), names) != renaming.found())
                return renaming.notUnderstood();
        } catch (const NotTranslatable&) {
            return renaming.notUnderstood();
        }
    }
    return {edited(sql, renaming.edits()), {}, false};
}

RenamedText renameInIndex(const std::string& sql, Dialect dialect, const ColumnNames& names,
                          const std::string& table) {
    const Tokens tokens = expressionTokens(sql, dialect);
    std::size_t at = 0;
    while (at < tokens.size() && !tokens[at].is("ON")) ++at;
    ++at;
    if (at < tokens.size() && tokens[at].is("ONLY")) ++at;
    const std::size_t first = at;
    if (at + 2 < tokens.size() && tokens[at + 1].isSymbol(".")) at += 2;
    if (at + 1 >= tokens.size() || !tokens[at].isName())
        return {std::nullopt, "its statement is not understood", false};
    std::vector<Edit> edits{{tokens[first].begin, tokens[at].end, table}};
    const std::size_t body = at + 1;
    const Renaming renaming(sql, tokens, body, dialect, names);
    if (RenamedText obstacle = renaming.obstacle(); !obstacle.why.empty()) return obstacle;
    if (renaming.isNeeded()) {
        try {
            const IndexStatement statement = parseIndexStatement(asBtree(sql, tokens, body), dialect);
            if (columnsIn(statement, names) + includedColumns(tokens, body, names) != renaming.found())
                return renaming.notUnderstood();
        } catch (const NotTranslatable&) {
            return renaming.notUnderstood();
        }
    }
    std::ranges::copy(renaming.edits(), std::back_inserter(edits));
    return {edited(sql, edits), {}, false};
}

bool mentions(std::string_view sql, std::string_view name) {
    if (name.empty()) return false;
    if (const std::string quoted = quoteIdentifier(name); quoted.size() > name.size() + 2)
        return sql.find(std::string_view(quoted).substr(1, quoted.size() - 2)) != std::string_view::npos;
    for (std::size_t at = 0; at + name.size() <= sql.size(); ++at) {
        if (!sameName(sql.substr(at, name.size()), name, NameCase::folded)) continue;
        const bool begins = at == 0 || !isWordCharacter(sql[at - 1]) || !isWordCharacter(name.front());
        const std::size_t end = at + name.size();
        const bool ends = end == sql.size() || !isWordCharacter(sql[end]) || !isWordCharacter(name.back());
        if (begins && ends) return true;
    }
    return false;
}

}  // namespace roost::sql::mapping
