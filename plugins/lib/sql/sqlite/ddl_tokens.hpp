// The words of a CREATE statement.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace roost::sqlite {

/// A token of SQL text as SQLite cuts it (its documentation "SQL As Understood By SQLite"). Blanks and
/// comments are left out.
struct Token {
    enum class Kind : std::uint8_t {
        word,        ///< a bare identifier or keyword
        quotedName,  ///< "a", `a` or [a]
        string,      ///< 'a'
        literal,     ///< a number or x'00'
        symbol,      ///< one character
        end,         ///< behind the last one
    };
    Kind kind = Kind::end;
    std::string_view text;   ///< as it stands, quotes included
    std::size_t offset = 0;  ///< where it begins

    /// True for a bare word of that spelling, in any case. `keyword` is in upper case.
    [[nodiscard]] bool is(std::string_view keyword) const noexcept;
    [[nodiscard]] bool isSymbol(char symbol) const noexcept {
        return kind == Kind::symbol && text.front() == symbol;
    }
    /// True if it can stand where a name is wanted.
    [[nodiscard]] bool isName() const noexcept {
        return kind == Kind::word || kind == Kind::quotedName || kind == Kind::string;
    }
    /// Without its quotes, and doubled ones single.
    [[nodiscard]] std::string unquoted() const;
};

/// Cuts `sql`; the views point into it. The last token is of kind end; a quote or comment that is not closed
/// reaches to the end of the text.
[[nodiscard]] std::vector<Token> tokenize(std::string_view sql);

}  // namespace roost::sqlite
