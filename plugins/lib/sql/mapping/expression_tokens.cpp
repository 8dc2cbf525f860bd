#include "lib/sql/mapping/expression_tokens.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace roost::sql::mapping {

namespace {

using Kind = ExpressionToken::Kind;

bool isWordCharacter(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return std::isalnum(byte) != 0 || c == '_' || c == '$' || byte >= 0x80;
}

bool isDigit(char c) noexcept { return c >= '0' && c <= '9'; }

// The longest first.
constexpr std::array<std::string_view, 17> longSymbols{"!~~*", "!~~", "!~*", "~~*", "->>", "::",
                                                       "<>",   "<=",  ">=",  "!=",  "==",  "||",
                                                       "<<",   ">>",  "->",  "~~",  "!~"};

class Cutter {
public:
    Cutter(std::string_view sql, Dialect dialect) : sql_(sql), dialect_(dialect) {}

    std::vector<ExpressionToken> cut() {
        for (;;) {
            skipBlanks();
            ExpressionToken token;
            token.begin = at_;
            if (at_ < sql_.size()) take(token);
            token.end = at_;
            tokens_.push_back(std::move(token));
            if (tokens_.back().kind == Kind::end) return std::move(tokens_);
        }
    }

private:
    [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept {
        return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0';
    }

    void skipBlanks() {
        while (at_ < sql_.size()) {
            if (std::isspace(static_cast<unsigned char>(sql_[at_])) != 0)
                ++at_;
            else if (sql_.substr(at_).starts_with("--"))
                at_ = std::min(sql_.find('\n', at_), sql_.size());
            else if (sql_.substr(at_).starts_with("/*"))
                at_ = std::min(sql_.find("*/", at_), sql_.size() - 2) + 2;
            else
                return;
        }
    }

    void take(ExpressionToken& token) {
        const char c = peek();
        const bool sqlite = dialect_ == Dialect::sqlite;
        if (c == '\'') {
            token.kind = Kind::string;
            quoted(token, '\'');
        } else if (c == '"' || (sqlite && (c == '`' || c == '['))) {
            token.kind = Kind::quotedName;
            token.doubleQuoted = c == '"';
            quoted(token, c == '[' ? ']' : c);
        } else if (sqlite && (c == 'x' || c == 'X') && peek(1) == '\'') {
            ++at_;
            token.kind = Kind::blob;
            quoted(token, '\'');
        } else if (std::isalpha(static_cast<unsigned char>(c)) != 0 && peek(1) == '\'') {
            token.kind = Kind::unknown;  // PostgreSQL's B'1', E'a', X'1'
            at_ = sql_.size();
        } else if (isDigit(c) || (c == '.' && isDigit(peek(1)))) {
            token.kind = Kind::number;
            number(token);
        } else if (isWordCharacter(c) && c != '$') {
            token.kind = Kind::word;
            while (isWordCharacter(peek())) token.text += sql_[at_++];
        } else {
            symbol(token);
        }
    }

    void quoted(ExpressionToken& token, char close) {
        for (++at_; at_ < sql_.size(); ++at_) {
            if (peek() == close) {
                if (close == ']' || peek(1) != close) {
                    ++at_;
                    return;
                }
                ++at_;
            }
            token.text += peek();
        }
        token.kind = Kind::unknown;
    }

    void number(ExpressionToken& token) {
        const bool hexadecimal = peek() == '0' && (peek(1) | 0x20) == 'x';
        while (isWordCharacter(peek()) || peek() == '.') {
            const bool exponent = !hexadecimal && (peek() | 0x20) == 'e';
            token.text += sql_[at_++];
            if (exponent && (peek() == '+' || peek() == '-')) token.text += sql_[at_++];
        }
    }

    void symbol(ExpressionToken& token) {
        token.kind = peek() == '$' || peek() == '?' || peek() == '@' ? Kind::unknown : Kind::symbol;
        token.text = std::string(1, peek());
        for (const std::string_view candidate : longSymbols)
            if (sql_.substr(at_).starts_with(candidate)) {
                token.text = candidate;
                break;
            }
        at_ += token.text.size();
    }

    std::string_view sql_;
    Dialect dialect_;
    std::size_t at_ = 0;
    std::vector<ExpressionToken> tokens_;
};

}  // namespace

bool ExpressionToken::is(std::string_view keyword) const noexcept {
    return kind == Kind::word && std::ranges::equal(text, keyword, [](char a, char b) {
               return std::toupper(static_cast<unsigned char>(a)) == static_cast<unsigned char>(b);
           });
}

std::vector<ExpressionToken> expressionTokens(std::string_view sql, Dialect dialect) {
    return Cutter(sql, dialect).cut();
}

}  // namespace roost::sql::mapping
