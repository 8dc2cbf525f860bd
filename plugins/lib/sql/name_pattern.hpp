// Patterns for the names of tables and columns, as the options `tables`, `exclude-tables` and `types` take
// them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace roost::sql {

/// Whether names that differ only in the case of ASCII letters are one name: SQLite folds, PostgreSQL does
/// not.
enum class NameCase : std::uint8_t { exact, folded };

/// True if two names are one under `nameCase`.
[[nodiscard]] bool sameName(std::string_view a, std::string_view b, NameCase nameCase) noexcept;

/// A glob: `*` stands for any characters (also none, also dots), `?` for one character (a whole UTF-8
/// sequence), `\` takes the next character as it is. Everything else stands for itself.
class NamePattern {
public:
    NamePattern(std::string text, NameCase nameCase) : text_(std::move(text)), nameCase_(nameCase) {}

    [[nodiscard]] bool matches(std::string_view name) const noexcept;
    /// True if it can match one name only.
    [[nodiscard]] bool isPlain() const noexcept { return text_.find_first_of("*?\\") == std::string::npos; }
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    std::string text_;
    NameCase nameCase_;
};

}  // namespace roost::sql
