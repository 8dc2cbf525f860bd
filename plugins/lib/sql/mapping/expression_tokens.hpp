// The words of an expression in either dialect.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/sql/mapping/dialect.hpp"

namespace roost::sql::mapping {

/// A token with its quotes removed.
struct ExpressionToken {
    enum class Kind : std::uint8_t {
        word,        ///< a bare identifier or keyword; `text` as it stands
        quotedName,  ///< "a", and in SQLite `a` and [a]
        string,      ///< 'a'
        blob,        ///< SQLite's x'00ff': its hexadecimal digits
        number,
        symbol,   ///< an operator or a bracket: the longest that the dialect knows
        unknown,  ///< what neither is nor could be translated: $1, E'a', a quote that is not closed
        end,
    };
    Kind kind = Kind::end;
    std::string text;
    bool doubleQuoted = false;  ///< quotedName: by "", which SQLite may read as a string
    std::size_t begin = 0;      ///< where it stands in the text
    std::size_t end = 0;

    /// A bare word of that spelling, in any case. `keyword` is in upper case.
    [[nodiscard]] bool is(std::string_view keyword) const noexcept;
    [[nodiscard]] bool isSymbol(std::string_view symbol) const noexcept {
        return kind == Kind::symbol && text == symbol;
    }
    [[nodiscard]] bool isName() const noexcept { return kind == Kind::word || kind == Kind::quotedName; }
};

/// Cuts `sql`; comments and blanks are left out. The last token is of kind end.
[[nodiscard]] std::vector<ExpressionToken> expressionTokens(std::string_view sql, Dialect dialect);

}  // namespace roost::sql::mapping
