// What a definition's YAML may not have although YAML does, and what to tell about it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/source_text.hpp"
#include "roost/diagnostic.hpp"

namespace roost {

struct Guess {
    std::string problem;
    std::string advice;
};

/// Why a plain scalar could be taken for another value than its text (yes, no, on, off, y, n, 010), and what
/// to write instead. Nothing for any other.
[[nodiscard]] std::optional<Guess> guessOf(std::string_view plain);

/// Reports the first byte that is not UTF-8 or a control character that YAML forbids (YAML 1.2, 5.1). True if
/// there is none.
bool checkEncoding(const SourceText& source, Diagnostics& diagnostics);

/// The offset of the quote that closes the quoted scalar which begins at `offset`. Nothing where none does,
/// which yaml-cpp accepts. For any other scalar it is `offset` itself.
[[nodiscard]] std::optional<std::size_t> closingQuote(std::string_view text, std::size_t offset);

/// Where the scalar that begins at `offset` ends, when what follows it in the tree begins at `next`.
/// `inFlow`: it stands within brackets or braces.
[[nodiscard]] std::size_t endOfScalar(std::string_view text, std::size_t offset, std::size_t next,
                                      bool inFlow);

/// True if one of YAML's words for null stands there as a value.
[[nodiscard]] bool isNullWord(std::string_view text, std::size_t offset);

/// What to try on one of yaml-cpp's messages; "" where there is nothing to add.
[[nodiscard]] std::string adviceFor(std::string_view parserMessage);

}  // namespace roost
