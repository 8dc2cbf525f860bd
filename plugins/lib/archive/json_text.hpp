// Values as JSON (RFC 8259) writes them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "lib/archive/text_buffer.hpp"

namespace roost::archive {

/// The most bytes that writeReal() and writeInteger() write.
inline constexpr std::size_t longestNumber = 32;

/// Whether all of `text` is UTF-8 (RFC 3629: no surrogates, nothing overlong, nothing above U+10FFFF).
[[nodiscard]] bool isUtf8(std::string_view text) noexcept;

/// Appends a JSON string in quotes. Only what JSON demands is escaped: quotes, backslashes, control
/// characters. False, and nothing appended, where `text` is not UTF-8.
[[nodiscard]] bool appendString(TextBuffer& out, std::string_view text);

/// Base64 (RFC 4648, 4) in quotes.
void appendBase64(TextBuffer& out, std::span<const std::byte> bytes);

/// Appends a JSON string, or {"$text":{"$blob":"<base64>"}} where `text` is not UTF-8.
void appendText(TextBuffer& out, std::string_view text);

/// A name as the key of a JSON object, in quotes. One that begins with '$' gets another '$' before it, so
/// that it is none of the archive's own keys; one that is not UTF-8 becomes "$blob:<base64>".
[[nodiscard]] std::string keyText(std::string_view name);

/// The same without quotes and escapes: the key as a parser gives it.
[[nodiscard]] std::string fieldKey(std::string_view name);

/// Shortest digits that read back as the same number, always with '.' or an exponent: 5.0, 1e+20. `value`
/// must be finite.
char* writeReal(char* out, double value) noexcept;
char* writeReal(char* out, float value) noexcept;
char* writeInteger(char* out, std::int64_t value) noexcept;

/// Whether `text` is a number as JSON writes it.
[[nodiscard]] bool isJsonNumber(std::string_view text) noexcept;

/// Digits of a decimal number without leading zeros; signs, point and exponent do not count.
[[nodiscard]] std::size_t significantDigits(std::string_view number) noexcept;

}  // namespace roost::archive
