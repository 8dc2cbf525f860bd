// SQL text cut into statements and words, as far as it takes to see what kind of statement it is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace roost::sql::postgresql {

enum class TokenKind : std::uint8_t {
    word,    ///< a keyword or a plain identifier, in lower case
    quoted,  ///< a quoted identifier, unquoted
    string,  ///< a string literal of any kind; its text is left out
    number,
    group,   ///< everything from '(' to the ')' that closes it; its text is left out
    symbol,  ///< any other character
};

struct Token {
    TokenKind kind = TokenKind::symbol;
    std::string text;

    [[nodiscard]] bool is(std::string_view word) const noexcept {
        return (kind == TokenKind::word || kind == TokenKind::symbol) && text == word;
    }
    [[nodiscard]] bool isName() const noexcept {
        return kind == TokenKind::word || kind == TokenKind::quoted;
    }
};

struct SqlStatement {
    std::string text;           ///< without the ';' behind it
    std::vector<Token> tokens;  ///< outside of parentheses
};

/// Cuts at each ';' that stands outside of quotes, comments and parentheses; empty statements are left out.
/// Takes PostgreSQL's lexical rules (its documentation, 4.1) with standard_conforming_strings on. Throws
/// roost::Error where a quotation, comment or parenthesis has no end.
[[nodiscard]] std::vector<SqlStatement> splitStatements(std::string_view sql);

}  // namespace roost::sql::postgresql
