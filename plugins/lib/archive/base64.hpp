// Base64 (RFC 4648, 4) as bytes.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace roost::archive {

/// How many bytes `text` stands for by its length and padding. Nothing where its length is no multiple of 4.
[[nodiscard]] std::optional<std::size_t> base64Size(std::string_view text) noexcept;

/// Writes base64Size(text) bytes. False where a character is none of the alphabet, or where the last ones
/// have bits that belong to no byte; what `out` holds then is of no use.
[[nodiscard]] bool decodeBase64(std::string_view text, char* out) noexcept;

}  // namespace roost::archive
