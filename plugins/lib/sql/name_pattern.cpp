#include "lib/sql/name_pattern.hpp"

#include <algorithm>

namespace roost::sql {

namespace {

char foldAscii(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool sameCharacter(char a, char b, NameCase nameCase) noexcept {
    return a == b || (nameCase == NameCase::folded && foldAscii(a) == foldAscii(b));
}

/// The position behind the UTF-8 sequence that begins at `at`.
std::size_t nextCharacter(std::string_view text, std::size_t at) noexcept {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) ++at;
    return at;
}

}  // namespace

bool sameName(std::string_view a, std::string_view b, NameCase nameCase) noexcept {
    return std::ranges::equal(a, b, [&](char x, char y) { return sameCharacter(x, y, nameCase); });
}

// A '*' that was passed is remembered, and where the rest fails it takes one more byte: linear for names.
bool NamePattern::matches(std::string_view name) const noexcept {
    const std::string_view pattern = text_;
    std::size_t p = 0;
    std::size_t n = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = n;
            continue;
        }
        if (p < pattern.size() && pattern[p] == '?') {
            ++p;
            n = nextCharacter(name, n);
            continue;
        }
        const bool escaped = p + 1 < pattern.size() && pattern[p] == '\\';
        const std::size_t literal = escaped ? p + 1 : p;
        if (literal < pattern.size() && sameCharacter(pattern[literal], name[n], nameCase_)) {
            p = literal + 1;
            ++n;
            continue;
        }
        if (star == std::string_view::npos) return false;
        p = star + 1;
        n = ++resume;
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

}  // namespace roost::sql
