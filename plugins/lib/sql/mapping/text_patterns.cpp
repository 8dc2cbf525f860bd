#include "lib/sql/mapping/text_patterns.hpp"

#include <cstddef>

#include "lib/sql/mapping/expression_tree.hpp"

namespace roost::sql::mapping {

std::string globOfLike(std::string_view pattern) {
    std::string glob;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        char c = pattern[i];
        if (c == '%' || c == '_') {
            glob += c == '%' ? '*' : '?';
            continue;
        }
        if (c == '\\') {
            if (++i == pattern.size()) throw NotTranslatable("the pattern ends in its escape character");
            c = pattern[i];
        }
        const bool special = c == '*' || c == '?' || c == '[';
        glob += special ? std::string("[") + c + "]" : std::string(1, c);
    }
    return glob;
}

std::string likeOfGlob(std::string_view pattern) {
    std::string like;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        char c = pattern[i];
        if (c == '*' || c == '?') {
            like += c == '*' ? '%' : '_';
            continue;
        }
        if (c == '[') {
            const bool single = i + 2 < pattern.size() && pattern[i + 2] == ']' && pattern[i + 1] != '^';
            if (!single) throw NotTranslatable("a set of characters in GLOB has no translation");
            c = pattern[i + 1];
            i += 2;
        }
        if (c == '%' || c == '_' || c == '\\') like += '\\';
        like += c;
    }
    return like;
}

std::string foldedLike(std::string_view pattern) {
    std::string folded;
    for (const char c : pattern) {
        if (c == '\\') folded += '\\';
        folded += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
    return folded;
}

}  // namespace roost::sql::mapping
