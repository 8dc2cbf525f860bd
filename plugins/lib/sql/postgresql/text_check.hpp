// What text a database in UTF-8 takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace roost::sql::postgresql {

enum class TextFault : std::uint8_t { none, nul, notUtf8 };

/// What is wrong with a text, and how many characters it has (undefined where something is).
struct TextCheck {
    TextFault fault = TextFault::none;
    std::size_t characters = 0;
};

/// Looks at every byte. UTF-8 as RFC 3629 has it: no overlong forms, no surrogates.
[[nodiscard]] TextCheck checkText(std::string_view text) noexcept;

}  // namespace roost::sql::postgresql
