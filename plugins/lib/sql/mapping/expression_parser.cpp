#include "lib/sql/mapping/expression_parser.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "lib/sql/mapping/known_calls.hpp"

namespace roost::sql::mapping {

namespace {

using Kind = Expression::Kind;
using TokenKind = ExpressionToken::Kind;

constexpr int deepestNesting = 200;

std::string lowered(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return result;
}

class Parser {
public:
    Parser(std::span<const ExpressionToken> tokens, Dialect dialect) : tokens_(tokens), dialect_(dialect) {}

    Expression parse() {
        Expression whole = disjunction();
        if (peek().kind != TokenKind::end) refuse();
        return whole;
    }

private:
    [[nodiscard]] const ExpressionToken& peek(std::size_t ahead = 0) const {
        return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
    }
    const ExpressionToken& next() {
        const ExpressionToken& token = peek();
        if (token.kind == TokenKind::end) throw NotTranslatable("it ends too early");
        ++at_;
        return token;
    }
    bool accept(std::string_view keyword) {
        if (!peek().is(keyword)) return false;
        ++at_;
        return true;
    }
    bool acceptSymbol(std::string_view symbol) {
        if (!peek().isSymbol(symbol)) return false;
        ++at_;
        return true;
    }
    void expect(std::string_view keyword) {
        if (!accept(keyword)) refuse();
    }
    void expectSymbol(std::string_view symbol) {
        if (!acceptSymbol(symbol)) refuse();
    }
    [[noreturn]] void refuse() const {
        if (peek().kind == TokenKind::end) throw NotTranslatable("it ends too early");
        if (peek().kind == TokenKind::unknown) throw NotTranslatable("it is not understood");
        throw NotTranslatable("'" + peek().text + "' has no translation");
    }
    [[nodiscard]] bool sqlite() const noexcept { return dialect_ == Dialect::sqlite; }

    Expression disjunction() {
        if (++depth_ > deepestNesting) throw NotTranslatable("it is nested too deeply");
        Expression left = conjunction();
        while (accept("OR")) left = binary("OR", std::move(left), conjunction());
        --depth_;
        return left;
    }

    Expression conjunction() {
        Expression left = negation();
        while (accept("AND")) left = binary("AND", std::move(left), negation());
        return left;
    }

    Expression negation() {
        if (!accept("NOT")) return equality();
        if (++depth_ > deepestNesting) throw NotTranslatable("it is nested too deeply");
        Expression inner = makeExpression(Kind::logicalNot, {}, {negation()});
        --depth_;
        return inner;
    }

    /// =, IS, IN, LIKE and BETWEEN: what stands on one level in SQLite. PostgreSQL's text has parentheses
    /// around each operator.
    Expression equality() {
        Expression left = comparison();
        for (;;) {
            const ExpressionToken& token = peek();
            if (token.isSymbol("=") || token.isSymbol("==")) {
                ++at_;
                left = quantified("=", "ANY", std::move(left));
            } else if (token.isSymbol("<>") || token.isSymbol("!=")) {
                ++at_;
                left = quantified("<>", "ALL", std::move(left));
            } else if (accept("IS")) {
                left = identity(std::move(left));
            } else if (accept("ISNULL")) {
                left = makeExpression(Kind::isNull, {}, {std::move(left)});
            } else if (accept("NOTNULL")) {
                left = makeExpression(Kind::isNotNull, {}, {std::move(left)});
            } else if (token.is("NOT") && peek(1).is("NULL")) {
                at_ += 2;
                left = makeExpression(Kind::isNotNull, {}, {std::move(left)});
            } else if (beginsTest(token) || (token.is("NOT") && beginsTest(peek(1)))) {
                const bool negated = accept("NOT");
                left = test(std::move(left));
                if (negated) left = makeExpression(Kind::logicalNot, {}, {std::move(left)});
            } else if (!sqlite() && (token.isSymbol("~~") || token.isSymbol("!~~"))) {
                ++at_;
                const bool negated = token.text.front() == '!';
                left = makeExpression(Kind::match, {}, {std::move(left), comparison()});
                if (negated) left = makeExpression(Kind::logicalNot, {}, {std::move(left)});
            } else {
                return left;
            }
        }
    }

    static bool beginsTest(const ExpressionToken& token) noexcept {
        return token.is("IN") || token.is("LIKE") || token.is("GLOB") || token.is("BETWEEN");
    }

    Expression test(Expression left) {
        if (accept("IN")) {
            expectSymbol("(");
            return inList(std::move(left), ")");
        }
        if (accept("BETWEEN")) {
            Expression low = comparison();
            expect("AND");
            return makeExpression(Kind::between, {}, {std::move(left), std::move(low), comparison()});
        }
        const bool glob = sqlite() && accept("GLOB");
        if (!glob) expect("LIKE");
        Expression pattern = comparison();
        if (peek().is("ESCAPE")) throw NotTranslatable("LIKE with ESCAPE has no translation");
        return makeExpression(glob       ? Kind::glob
                              : sqlite() ? Kind::like
                                         : Kind::match,
                              {}, {std::move(left), std::move(pattern)});
    }

    /// Behind the opening bracket, to the closing one.
    Expression inList(Expression left, std::string_view close) {
        Expression list = makeExpression(Kind::in, {}, {std::move(left)});
        if (peek().is("SELECT")) throw NotTranslatable("a subquery has no translation");
        do {
            list.parts.push_back(disjunction());
        } while (acceptSymbol(","));
        expectSymbol(close);
        return list;
    }

    /// `= ANY (ARRAY['a', 'b'])`: what PostgreSQL makes of IN, with a cast around the array perhaps.
    Expression quantified(const char* operation, std::string_view quantifier, Expression left) {
        if (sqlite() || !peek().is(quantifier)) return binary(operation, std::move(left), comparison());
        ++at_;
        int open = 0;
        while (acceptSymbol("(")) ++open;
        expect("ARRAY");
        expectSymbol("[");
        Expression list = inList(std::move(left), "]");
        for (; open > 0; --open) {
            while (acceptSymbol("::")) {
                const std::string type = typeName();
                if (!type.ends_with("[]")) refuse();
                for (std::size_t i = 1; i < list.parts.size(); ++i)
                    list.parts[i] =
                        makeExpression(Kind::cast, type.substr(0, type.size() - 2), {list.parts[i]});
            }
            expectSymbol(")");
        }
        return std::string_view(operation) == "=" ? list
                                                  : makeExpression(Kind::logicalNot, {}, {std::move(list)});
    }

    /// Behind IS.
    Expression identity(Expression left) {
        const bool negated = accept("NOT");
        if (accept("NULL"))
            return makeExpression(negated ? Kind::isNotNull : Kind::isNull, {}, {std::move(left)});
        if (peek().is("TRUE") || peek().is("FALSE")) {
            const std::string wanted = next().is("TRUE") ? "TRUE" : "FALSE";
            return makeExpression(negated ? Kind::isNotTrue : Kind::isTrue, wanted, {std::move(left)});
        }
        if (accept("DISTINCT")) {
            expect("FROM");
            return binary(negated ? "IS" : "IS NOT", std::move(left), comparison());
        }
        if (!sqlite()) refuse();
        return binary(negated ? "IS NOT" : "IS", std::move(left), comparison());
    }

    Expression comparison() {
        Expression left = sum();
        constexpr std::array<std::string_view, 4> operations{"<", "<=", ">", ">="};
        for (;;) {
            const auto found = std::ranges::find_if(
                operations, [&](std::string_view operation) { return peek().isSymbol(operation); });
            if (found == operations.end()) return left;
            ++at_;
            left = binary(std::string(*found), std::move(left), sum());
        }
    }

    Expression sum() {
        Expression left = product();
        while (peek().isSymbol("+") || peek().isSymbol("-")) {
            const std::string operation = next().text;
            left = binary(operation, std::move(left), product());
        }
        return left;
    }

    Expression product() {
        Expression left = concatenation();
        while (acceptSymbol("*")) left = binary("*", std::move(left), concatenation());
        return left;
    }

    Expression concatenation() {
        Expression left = sign();
        while (acceptSymbol("||")) left = binary("||", std::move(left), sign());
        return left;
    }

    Expression sign() {
        if (peek().isSymbol("-") || peek().isSymbol("+")) {
            const bool minus = next().text == "-";
            if (++depth_ > deepestNesting) throw NotTranslatable("it is nested too deeply");
            Expression inner = sign();
            --depth_;
            if (!minus) return inner;
            if (inner.kind == Kind::number && inner.text.front() != '-')
                return makeExpression(Kind::number, "-" + inner.text);
            return makeExpression(Kind::negate, {}, {std::move(inner)});
        }
        return suffixed(primary());
    }

    /// x::type, x COLLATE name, x AT TIME ZONE 'UTC'.
    Expression suffixed(Expression inner) {
        for (;;) {
            if (!sqlite() && acceptSymbol("::")) {
                inner = makeExpression(Kind::cast, typeName(), {std::move(inner)});
            } else if (accept("COLLATE")) {
                std::string name = next().text;
                while (acceptSymbol(".")) name = next().text;
                inner = makeExpression(Kind::collate, std::move(name), {std::move(inner)});
            } else if (!sqlite() && peek().is("AT") && peek(1).is("TIME") && peek(2).is("ZONE")) {
                at_ += 3;
                inner = momentInUtc(inner, suffixed(primary()));
            } else {
                return inner;
            }
        }
    }

    /// In lower case, one blank between words: "character varying(20)", "text[]", "public.rating".
    std::string typeName() {
        std::string type;
        if (!peek().isName()) refuse();
        type = peek().kind == TokenKind::word ? lowered(next().text) : next().text;
        while (acceptSymbol(".")) type += "." + next().text;
        constexpr std::array<std::string_view, 6> more{"VARYING", "PRECISION", "WITHOUT",
                                                       "WITH",    "TIME",      "ZONE"};
        while (std::ranges::any_of(more, [&](std::string_view word) { return peek().is(word); }))
            type += " " + lowered(next().text);
        if (acceptSymbol("(")) {
            type += "(";
            while (!peek().isSymbol(")")) type += next().text;
            ++at_;
            type += ")";
        }
        while (std::ranges::any_of(more, [&](std::string_view word) { return peek().is(word); }))
            type += " " + lowered(next().text);
        while (acceptSymbol("[")) {
            expectSymbol("]");
            type += "[]";
        }
        return type;
    }

    Expression primary() {
        const ExpressionToken& token = next();
        switch (token.kind) {
            case TokenKind::string:
                return makeExpression(Kind::string, token.text);
            case TokenKind::blob:
                return makeExpression(Kind::blob, lowered(token.text));
            case TokenKind::number:
                return number(token.text);
            case TokenKind::quotedName: {
                if (peek().isSymbol(".")) throw NotTranslatable("a qualified name has no translation");
                Expression column = makeExpression(Kind::column, token.text);
                column.doubleQuoted = token.doubleQuoted;
                return column;
            }
            case TokenKind::word:
                return wordOrCall(token);
            default:
                break;
        }
        if (token.isSymbol("(")) {
            Expression inner = disjunction();
            expectSymbol(")");
            return inner;
        }
        --at_;
        refuse();
    }

    static Expression number(const std::string& text) {
        if (text.size() > 2 && text[0] == '0' && (text[1] | 0x20) == 'x') {
            std::uint64_t value = 0;
            const auto [end, error] = std::from_chars(text.data() + 2, text.data() + text.size(), value, 16);
            if (error != std::errc{} || end != text.data() + text.size())
                throw NotTranslatable("'" + text + "' is no number");
            return makeExpression(Kind::number, std::to_string(static_cast<std::int64_t>(value)));
        }
        double value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc{} || end != text.data() + text.size())
            throw NotTranslatable("'" + text + "' is no number");
        return makeExpression(Kind::number, text);
    }

    Expression wordOrCall(const ExpressionToken& token) {
        std::string word = lowered(token.text);
        if (word == "null") return makeExpression(Kind::null);
        if (word == "true" || word == "false") return makeExpression(Kind::boolean, word);
        if (word == "current_timestamp" || word == "current_date" || word == "current_time")
            return currentMoment(word.substr(word.find('_') + 1), dialect_);
        if (!sqlite() && (word == "localtimestamp" || word == "localtime"))
            return currentMoment(word.substr(5), dialect_);
        if (word == "cast" && peek().isSymbol("(")) return castCall();
        if (acceptSymbol("(")) return call(std::move(word));
        if (peek().isSymbol(".")) throw NotTranslatable("a qualified name has no translation");
        constexpr std::array<std::string_view, 9> reserved{"case",  "select",   "exists", "array",  "row",
                                                           "raise", "interval", "not",    "default"};
        if (std::ranges::find(reserved, word) != reserved.end())
            throw NotTranslatable(token.text + " has no translation");
        return makeExpression(Kind::column, token.text);
    }

    Expression castCall() {
        expectSymbol("(");
        Expression inner = disjunction();
        expect("AS");
        std::string type = typeName();
        expectSymbol(")");
        return makeExpression(Kind::cast, std::move(type), {std::move(inner)});
    }

    Expression call(std::string function) {
        // PostgreSQL 14 and later write trim(x) as TRIM(BOTH FROM x).
        if (function == "trim" && !sqlite()) {
            if (accept("LEADING"))
                function = "ltrim";
            else if (accept("TRAILING"))
                function = "rtrim";
            else
                accept("BOTH");
            accept("FROM");
        }
        if (function == "extract" && !sqlite()) {
            expect("EPOCH");
            expect("FROM");
        }
        Expression result = makeExpression(Kind::call, std::move(function));
        if (!peek().isSymbol(")")) do {
                if (peek().isSymbol("*")) refuse();
                result.parts.push_back(disjunction());
            } while (acceptSymbol(","));
        expectSymbol(")");
        if (peek().is("OVER") || peek().is("FILTER")) refuse();
        return knownCall(std::move(result), dialect_);
    }

    static Expression binary(std::string operation, Expression left, Expression right) {
        return makeExpression(Kind::binary, std::move(operation), {std::move(left), std::move(right)});
    }

    std::span<const ExpressionToken> tokens_;
    Dialect dialect_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

}  // namespace

Expression parseExpression(std::span<const ExpressionToken> tokens, Dialect dialect) {
    return Parser(tokens, dialect).parse();
}

Expression parseExpression(std::string_view sql, Dialect dialect) {
    const std::vector<ExpressionToken> tokens = expressionTokens(sql, dialect);
    return parseExpression(tokens, dialect);
}

}  // namespace roost::sql::mapping
