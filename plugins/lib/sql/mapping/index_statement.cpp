#include "lib/sql/mapping/index_statement.hpp"

#include <algorithm>
#include <string>

#include "lib/sql/mapping/expression_parser.hpp"
#include "lib/sql/mapping/expression_tokens.hpp"

namespace roost::sql::mapping {

namespace {

using Token = ExpressionToken;
using Tokens = std::vector<Token>;

class Reader {
public:
    Reader(std::string_view sql, Dialect dialect)
        : dialect_(dialect), tokens_(expressionTokens(sql, dialect)) {}

    IndexStatement read() {
        // Names hold no bare ON and USING: those are quoted.
        while (!accept("ON")) skip();
        accept("ONLY");
        skip();
        if (acceptSymbol(".")) skip();
        if (accept("USING")) requireMethod();
        IndexStatement index;
        for (const Tokens& part : list()) index.parts.push_back(partOf(part));
        while (tokens_[at_].kind != Token::Kind::end && !tokens_[at_].isSymbol(";")) tail(index);
        return index;
    }

private:
    void skip() {
        if (tokens_[at_].kind == Token::Kind::end) throw NotTranslatable("its statement has another form");
        ++at_;
    }
    bool accept(std::string_view keyword) {
        if (!tokens_[at_].is(keyword)) return false;
        ++at_;
        return true;
    }
    bool acceptSymbol(std::string_view symbol) {
        if (!tokens_[at_].isSymbol(symbol)) return false;
        ++at_;
        return true;
    }

    void requireMethod() {
        const std::string& method = tokens_[at_].text;
        if (method != "btree" && method != "hash")
            throw NotTranslatable("its method " + method + " has no counterpart");
        ++at_;
    }

    /// The tokens between commas of the list in parentheses that comes now.
    std::vector<Tokens> list() {
        if (!acceptSymbol("(")) throw NotTranslatable("its statement has another form");
        std::vector<Tokens> parts(1);
        for (int depth = 1;; skip()) {
            const Token& token = tokens_[at_];
            if (token.isSymbol("(") || token.isSymbol("[")) ++depth;
            if ((token.isSymbol(")") || token.isSymbol("]")) && --depth == 0) break;
            if (depth == 1 && token.isSymbol(","))
                parts.emplace_back();
            else
                parts.back().push_back(token);
        }
        ++at_;
        return parts;
    }

    static Expression parsed(Tokens tokens, Dialect dialect) {
        tokens.emplace_back();
        return parseExpression(tokens, dialect);
    }

    IndexPart partOf(Tokens tokens) const {
        IndexPart part;
        const auto last = [&](std::string_view word) { return !tokens.empty() && tokens.back().is(word); };
        if (last("FIRST") || last("LAST"))
            tokens.resize(tokens.size() - std::min<std::size_t>(2, tokens.size()));
        if (last("ASC") || last("DESC")) {
            part.descending = last("DESC");
            tokens.pop_back();
        }
        if (dialect_ == Dialect::postgresql) dropOperatorClass(tokens);
        part.expression = parsed(std::move(tokens), dialect_);
        return part;
    }

    /// `name text_pattern_ops`, `lower(name) public.gin_trgm_ops`: a name behind what is already whole.
    static void dropOperatorClass(Tokens& tokens) {
        if (tokens.size() < 2 || !tokens.back().isName() || !tokens.back().text.ends_with("_ops")) return;
        tokens.pop_back();
        if (tokens.size() > 2 && tokens.back().isSymbol(".")) tokens.resize(tokens.size() - 2);
    }

    void tail(IndexStatement& index) {
        if (accept("INCLUDE") || accept("WITH")) {
            list();
        } else if (accept("TABLESPACE")) {
            skip();
        } else if (accept("NULLS")) {
            index.nullsNotDistinct = accept("NOT");
            skip();
        } else if (accept("WHERE")) {
            Tokens predicate;
            while (tokens_[at_].kind != Token::Kind::end && !tokens_[at_].isSymbol(";"))
                predicate.push_back(tokens_[at_++]);
            index.predicate = parsed(std::move(predicate), dialect_);
        } else {
            throw NotTranslatable("its statement has another form");
        }
    }

    Dialect dialect_;
    Tokens tokens_;
    std::size_t at_ = 0;
};

}  // namespace

IndexStatement parseIndexStatement(std::string_view sql, Dialect dialect) {
    return Reader(sql, dialect).read();
}

}  // namespace roost::sql::mapping
