// What an expression means, apart from any dialect's words.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace roost::sql::mapping {

/// Thrown inside of this library where a piece of SQL is not understood surely; what() completes "because …".
class NotTranslatable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct Expression {
    enum class Kind : std::uint8_t {
        null,
        boolean,     ///< text: "true" or "false"
        number,      ///< text: decimal digits, perhaps with a sign, point, exponent
        string,      ///< text
        blob,        ///< text: hexadecimal digits
        column,      ///< text: its name; quoted: it was
        current,     ///< the moment of the statement in UTC; text: how strftime() would write it
        localNow,    ///< in PostgreSQL, in the session's time zone; text: "TIMESTAMP", "DATE" or "TIME"
        unixNow,     ///< whole seconds since 1970, in UTC
        nextValue,   ///< of the sequence that `text` names
        call,        ///< text: the function in lower case
        negate,      ///< -a
        logicalNot,  ///< NOT a
        binary,      ///< text: OR AND = <> < <= > >= + - * || "IS" "IS NOT" LIKE GLOB
        isNull,
        isNotNull,
        isTrue,     ///< text: "TRUE" or "FALSE"
        isNotTrue,  ///< text as above
        in,         ///< the first part in the others
        between,
        like,    ///< a LIKE b as SQLite has it: letters of ASCII in either case
        match,   ///< a LIKE b as PostgreSQL has it
        glob,    ///< SQLite's
        cast,    ///< text: the type as it is spelled, in lower case
        collate  ///< text: the collation's name
    };
    Kind kind = Kind::null;
    std::string text;
    std::vector<Expression> parts;
    bool doubleQuoted =
        false;  ///< column: by "", which SQLite reads as a string where there is no such column

    [[nodiscard]] bool isLiteral() const noexcept {
        return kind == Kind::null || kind == Kind::boolean || kind == Kind::number || kind == Kind::string ||
               kind == Kind::blob;
    }
};

[[nodiscard]] inline Expression makeExpression(Expression::Kind kind, std::string text = {},
                                               std::vector<Expression> parts = {}) {
    return {kind, std::move(text), std::move(parts)};
}

}  // namespace roost::sql::mapping
