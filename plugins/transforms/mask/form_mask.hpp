// Values replaced by others of the same form: each digit by a digit, each letter by a letter.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "transforms/mask/keyed_hash.hpp"

namespace roost::mask {

/// A keyed permutation of all texts of one form (a Feistel network over the characters that are replaced): no
/// two values become one, and each new character depends on all of the old ones. Of characters beyond ASCII
/// the low bits are replaced, so that they stay of their script, or near it.
class FormMask {
public:
    explicit FormMask(KeyedHash& hash) : hash_(hash) {}

    /// Nothing where the text is not UTF-8.
    [[nodiscard]] std::optional<std::string> text(std::string_view value);
    /// Only digits, up to an exponent; the first of several stays other than 0.
    [[nodiscard]] std::string number(std::string_view value);
    /// Sign and number of digits stay, and the value stays within the limits, in which it has to be.
    [[nodiscard]] std::int64_t integer(std::int64_t value, std::int64_t least, std::int64_t most);

private:
    struct Form;
    void permute(Form& form);

    KeyedHash& hash_;
};

}  // namespace roost::mask
