#include "lib/sql/postgresql/sql_tokens.hpp"

#include <algorithm>
#include <utility>

#include "roost/error.hpp"

namespace roost::sql::postgresql {

namespace {

bool isDigit(char c) noexcept { return c >= '0' && c <= '9'; }
bool isBlank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
/// Bytes beyond ASCII may all stand in identifiers.
bool startsWord(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 128;
}
bool continuesWord(char c) noexcept { return startsWord(c) || isDigit(c) || c == '$'; }

class Scanner {
public:
    explicit Scanner(std::string_view sql) : sql_(sql) {}

    std::vector<SqlStatement> run() {
        while (skipBlanks(), at_ < sql_.size()) {
            if (sql_[at_] == ';' && depth_ == 0) {
                endStatement();
                ++at_;
                start_ = at_;
                continue;
            }
            if (tokens_.empty() && depth_ == 0) start_ = at_;
            Token token = next();
            if (depth_ == 0) tokens_.push_back(std::move(token));
        }
        if (depth_ != 0) throw unfinished("a parenthesis");
        endStatement();
        return std::move(statements_);
    }

private:
    [[nodiscard]] char peek(std::size_t ahead) const noexcept {
        return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0';
    }

    static Error unfinished(const char* what) { return Error(std::string(what) + " in it has no end"); }

    void endStatement() {
        if (!tokens_.empty())
            statements_.push_back(
                {std::string(sql_.substr(start_, at_ - start_)), std::exchange(tokens_, {})});
        tokens_.clear();
    }

    void skipBlanks() {
        for (;;) {
            while (at_ < sql_.size() && isBlank(sql_[at_])) ++at_;
            if (peek(0) == '-' && peek(1) == '-')
                at_ = std::min(sql_.find_first_of("\r\n", at_), sql_.size());
            else if (peek(0) == '/' && peek(1) == '*')
                skipComment();
            else
                return;
        }
    }

    /// Comments nest.
    void skipComment() {
        int depth = 0;
        do {
            if (at_ >= sql_.size()) throw unfinished("a comment");
            if (peek(0) == '/' && peek(1) == '*') {
                ++depth;
                at_ += 2;
            } else if (peek(0) == '*' && peek(1) == '/') {
                --depth;
                at_ += 2;
            } else {
                ++at_;
            }
        } while (depth > 0);
    }

    Token next() {
        const char c = sql_[at_];
        if (c == '(') {
            ++depth_;
            ++at_;
            return {TokenKind::group, {}};
        }
        if (c == ')') {
            if (depth_ == 0) throw unfinished("the text before a parenthesis");
            --depth_;
            ++at_;
            return {TokenKind::group, {}};
        }
        if (c == '\'') return string(false);
        if ((c == 'e' || c == 'E') && peek(1) == '\'') {
            ++at_;
            return string(true);
        }
        if (c == '"') return quotedName();
        if (c == '$' && (peek(1) == '$' || startsWord(peek(1)))) return dollarString();
        if (startsWord(c)) return word();
        if (isDigit(c)) return number();
        ++at_;
        return {TokenKind::symbol, std::string(1, c)};
    }

    Token string(bool backslashes) {
        for (++at_;; ++at_) {
            if (at_ >= sql_.size()) throw unfinished("a string");
            if (backslashes && sql_[at_] == '\\') {
                ++at_;
            } else if (sql_[at_] == '\'') {
                if (peek(1) != '\'') break;
                ++at_;
            }
        }
        ++at_;
        return {TokenKind::string, {}};
    }

    Token quotedName() {
        Token token{TokenKind::quoted, {}};
        for (++at_;; ++at_) {
            if (at_ >= sql_.size()) throw unfinished("a quoted name");
            if (sql_[at_] == '"') {
                if (peek(1) != '"') break;
                ++at_;
            }
            token.text += sql_[at_];
        }
        ++at_;
        return token;
    }

    Token dollarString() {
        std::size_t end = at_ + 1;
        while (end < sql_.size() && (startsWord(sql_[end]) || isDigit(sql_[end]))) ++end;
        if (end >= sql_.size() || sql_[end] != '$') {
            ++at_;
            return {TokenKind::symbol, "$"};
        }
        const std::string_view mark = sql_.substr(at_, end + 1 - at_);
        const std::size_t close = sql_.find(mark, end + 1);
        if (close == std::string_view::npos) throw unfinished("a string");
        at_ = close + mark.size();
        return {TokenKind::string, {}};
    }

    Token word() {
        Token token{TokenKind::word, {}};
        for (; at_ < sql_.size() && continuesWord(sql_[at_]); ++at_)
            token.text +=
                sql_[at_] >= 'A' && sql_[at_] <= 'Z' ? static_cast<char>(sql_[at_] | 32) : sql_[at_];
        return token;
    }

    Token number() {
        Token token{TokenKind::number, {}};
        for (; at_ < sql_.size() && (isDigit(sql_[at_]) || sql_[at_] == '.'); ++at_) token.text += sql_[at_];
        return token;
    }

    std::string_view sql_;
    std::size_t at_ = 0;
    std::size_t start_ = 0;
    int depth_ = 0;
    std::vector<Token> tokens_;
    std::vector<SqlStatement> statements_;
};

}  // namespace

std::vector<SqlStatement> splitStatements(std::string_view sql) { return Scanner(sql).run(); }

}  // namespace roost::sql::postgresql
