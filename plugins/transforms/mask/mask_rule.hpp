// What masks are asked for, as written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "roost/node.hpp"
#include "roost/option_table.hpp"

namespace roost::mask {

/// What becomes of a value.
enum class Action : std::uint8_t {
    keep,
    null,
    value,   ///< one that is the same for all
    hash,    ///< its keyed hash
    email,   ///< an address at example.invalid
    digits,  ///< another value of the same form
    drop,    ///< of a secret: NULL, or where that can't be, nothing that means anything
};

/// A record of the option `rules`.
struct MaskRule {
    std::string column;
    std::optional<bool> null;
    std::optional<std::string> value;
    std::optional<bool> hash;
    std::optional<bool> email;
    std::optional<bool> digits;
    std::optional<bool> keep;
    TextMap where;
    Position position;

    [[nodiscard]] Action action() const noexcept {
        if (value) return Action::value;
        if (null.value_or(false)) return Action::null;
        if (hash.value_or(false)) return Action::hash;
        if (email.value_or(false)) return Action::email;
        if (digits.value_or(false)) return Action::digits;
        return Action::keep;
    }
    [[nodiscard]] bool needsKey() const noexcept {
        const Action what = action();
        return what == Action::hash || what == Action::email || what == Action::digits;
    }
};

}  // namespace roost::mask
