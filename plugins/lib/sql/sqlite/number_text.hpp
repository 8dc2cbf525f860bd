// Text and decimals that SQLite turns into numbers, and whether that loses anything.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

namespace roost::sqlite {

/// True for text that a column of numeric, integer or real affinity does not keep as text (SQLite's
/// documentation "Datatypes In SQLite", section 3: a well-formed integer or real literal, blanks around it
/// allowed).
[[nodiscard]] bool looksNumeric(std::string_view text) noexcept;

/// True if the number that SQLite makes of `text` is written in just that way: "12", "-1.5", "1e+20", but not
/// "012", "1.50", "+1" or "1e2". An integer beyond 64 bits is none.
[[nodiscard]] bool isCanonicalNumber(std::string_view text) noexcept;

/// What a decimal is without loss: an integer, a double that has the very same digits, or neither.
using ExactNumber = std::variant<std::monostate, std::int64_t, double>;
/// `decimal` is digits with an optional sign, point and exponent; anything else is neither.
[[nodiscard]] ExactNumber exactNumber(std::string_view decimal);

/// True if a double holds the number exactly.
[[nodiscard]] bool fitsReal(std::int64_t number) noexcept;

/// The most characters that writeReal() writes.
inline constexpr int longestReal = 40;

/// The shortest digits that read back as the same double, in SQLite's form: "5.0", "1.0e+300", "Inf", "-Inf".
/// Returns the place behind them.
char* writeReal(char* out, double value) noexcept;

}  // namespace roost::sqlite
