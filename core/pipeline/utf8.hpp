// Characters of UTF-8 text.
#pragma once

#include <cstddef>
#include <string_view>

namespace roost {

/// A character and the bytes that it takes; `valid` is false for a byte that belongs to none.
struct Character {
    char32_t code = 0;
    std::size_t bytes = 1;
    bool valid = false;
};

/// The character that begins at `at`, which must lie within `text`. Overlong forms and surrogates are invalid
/// (RFC 3629, 3).
[[nodiscard]] Character characterAt(std::string_view text, std::size_t at) noexcept;

/// How many characters the text has; each invalid byte counts as one.
[[nodiscard]] std::size_t countCharacters(std::string_view text) noexcept;

/// The byte offset of the character of that number, counted from 0; the text's size where it has fewer.
[[nodiscard]] std::size_t byteOfCharacter(std::string_view text, std::size_t number) noexcept;

/// Columns that the character takes on a terminal: 0 for combining marks, 2 for East Asian wide ones and
/// emoji (Unicode Standard Annex 11, in its main blocks), else 1.
[[nodiscard]] std::size_t terminalWidth(char32_t code) noexcept;

}  // namespace roost
