#include "cli/shell_word.hpp"

#include <algorithm>
#include <cctype>

namespace roost::cli {

std::string shellWord(std::string_view text) {
    const auto plain = [](unsigned char c) {
        return std::isalnum(c) != 0 ||
               std::string_view("/._-+=:,@%").find(static_cast<char>(c)) != std::string_view::npos;
    };
    const std::string front = text.starts_with('-') ? "./" : "";
    if (!text.empty() && std::ranges::all_of(text, plain)) return front + std::string(text);
    std::string word = "'" + front;
    for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return word + "'";
}

}  // namespace roost::cli
