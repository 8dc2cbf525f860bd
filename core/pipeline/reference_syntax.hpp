// The form of ${NAME}, ${NAME:-default}, ${NAME:?message} and $$ within a text.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace roost {

struct Reference;

/// Literal text, or a reference where there is one.
struct TextPart {
    std::string literal;
    std::unique_ptr<Reference> reference;
};

using TextParts = std::vector<TextPart>;

struct Reference {
    enum class Form { plain, withDefault, withMessage };

    std::size_t begin = 0;  ///< of its '$' in the text
    std::size_t end = 0;    ///< behind its '}'
    std::string name;
    Form form = Form::plain;
    TextParts fallback;   ///< of ${NAME:-default}
    std::string message;  ///< of ${NAME:?message}, as it stands
};

/// Why a text is none; thrown by parseReferences().
struct ReferenceError {
    std::size_t begin = 0;
    std::size_t width = 0;
    std::string message;
    std::string advice;
};

/// True for letters, digits and '_' without a digit in front.
[[nodiscard]] bool isVariableName(std::string_view text);

/// The text's parts. A '$' before anything but '{' and '$' is literal. Throws ReferenceError.
[[nodiscard]] TextParts parseReferences(std::string_view text);

}  // namespace roost
