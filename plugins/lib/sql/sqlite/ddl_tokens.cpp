#include "lib/sql/sqlite/ddl_tokens.hpp"

#include <algorithm>
#include <cctype>

namespace roost::sqlite {

namespace {

bool isWordCharacter(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return std::isalnum(byte) != 0 || c == '_' || c == '$' || byte >= 0x80;
}

bool isDigit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Behind the quoted text that begins at `at`; a doubled quote does not end it, except in brackets.
std::size_t endOfQuoted(std::string_view sql, std::size_t at) noexcept {
    const char close = sql[at] == '[' ? ']' : sql[at];
    for (std::size_t i = at + 1; i < sql.size(); ++i) {
        if (sql[i] != close) continue;
        if (close != ']' && i + 1 < sql.size() && sql[i + 1] == close)
            ++i;
        else
            return i + 1;
    }
    return sql.size();
}

std::size_t endOfWord(std::string_view sql, std::size_t at) noexcept {
    while (at < sql.size() && isWordCharacter(sql[at])) ++at;
    return at;
}

/// Digits, a point, an exponent with its sign, 0x...
std::size_t endOfNumber(std::string_view sql, std::size_t at) noexcept {
    const bool hexadecimal = at + 1 < sql.size() && sql[at] == '0' && (sql[at + 1] | 0x20) == 'x';
    while (at < sql.size() && (isWordCharacter(sql[at]) || sql[at] == '.')) {
        const bool exponent = !hexadecimal && (sql[at] | 0x20) == 'e';
        ++at;
        if (exponent && at < sql.size() && (sql[at] == '+' || sql[at] == '-')) ++at;
    }
    return at;
}

/// Behind the comment that begins at `at`, or `at` if none does.
std::size_t endOfComment(std::string_view sql, std::size_t at) noexcept {
    const std::string_view rest = sql.substr(at);
    if (rest.starts_with("--")) return std::min(sql.find('\n', at), sql.size());
    if (!rest.starts_with("/*")) return at;
    const std::size_t close = sql.find("*/", at + 2);
    return close == std::string_view::npos ? sql.size() : close + 2;
}

Token cut(std::string_view sql, std::size_t at) noexcept {
    const char c = sql[at];
    const char next = at + 1 < sql.size() ? sql[at + 1] : '\0';
    const auto token = [&](Token::Kind kind, std::size_t end) {
        return Token{kind, sql.substr(at, end - at), at};
    };
    if (c == '\'') return token(Token::Kind::string, endOfQuoted(sql, at));
    if (c == '"' || c == '`' || c == '[') return token(Token::Kind::quotedName, endOfQuoted(sql, at));
    if ((c == 'x' || c == 'X') && next == '\'') return token(Token::Kind::literal, endOfQuoted(sql, at + 1));
    if (isDigit(c) || (c == '.' && isDigit(next))) return token(Token::Kind::literal, endOfNumber(sql, at));
    if (isWordCharacter(c)) return token(Token::Kind::word, endOfWord(sql, at));
    return token(Token::Kind::symbol, at + 1);
}

}  // namespace

bool Token::is(std::string_view keyword) const noexcept {
    return kind == Kind::word && std::ranges::equal(text, keyword, [](char a, char b) {
               return std::toupper(static_cast<unsigned char>(a)) == static_cast<unsigned char>(b);
           });
}

std::string Token::unquoted() const {
    if (kind != Kind::quotedName && kind != Kind::string) return std::string(text);
    const char close = text.front() == '[' ? ']' : text.front();
    std::string_view inner = text.substr(1);
    if (inner.ends_with(close)) inner.remove_suffix(1);
    std::string result;
    for (std::size_t i = 0; i < inner.size(); ++i) {
        result += inner[i];
        if (inner[i] == close && i + 1 < inner.size()) ++i;
    }
    return result;
}

std::vector<Token> tokenize(std::string_view sql) {
    std::vector<Token> tokens;
    std::size_t at = 0;
    while (at < sql.size()) {
        if (std::isspace(static_cast<unsigned char>(sql[at])) != 0) {
            ++at;
        } else if (const std::size_t end = endOfComment(sql, at); end != at) {
            at = end;
        } else {
            tokens.push_back(cut(sql, at));
            at += tokens.back().text.size();
        }
    }
    tokens.push_back({Token::Kind::end, sql.substr(sql.size()), sql.size()});
    return tokens;
}

}  // namespace roost::sqlite
