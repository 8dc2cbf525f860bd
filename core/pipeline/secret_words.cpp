#include "pipeline/secret_words.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace roost {

namespace {

constexpr std::array<std::string_view, 8> words{"pass",       "pwd",        "secret",    "token",
                                                "credential", "privatekey", "accesskey", "apikey"};

bool isKeyCharacter(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
}

bool isNameCharacter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string_view trim(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t,");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t,") - begin + 1);
}

}  // namespace

bool looksSecret(std::string_view key) {
    std::string letters;
    for (const char c : key)
        if (c != '_' && c != '-' && c != '.')
            letters += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return std::ranges::any_of(
        words, [&](std::string_view word) { return letters.find(word) != std::string::npos; });
}

bool isPureReference(std::string_view text) {
    text = trim(text);
    for (const char quote : {'"', '\''})
        if (text.size() >= 2 && text.front() == quote && text.back() == quote)
            text = text.substr(1, text.size() - 2);
    if (!text.starts_with("${") || !text.ends_with('}')) return false;
    const std::string_view inside = text.substr(2, text.size() - 3);
    const std::size_t end =
        static_cast<std::size_t>(std::ranges::find_if_not(inside, isNameCharacter) - inside.begin());
    const std::string_view rest = inside.substr(end);
    return end > 0 && (rest.empty() || rest == ":-" ||
                       (rest.starts_with(":?") && rest.find_first_of("${}") == std::string_view::npos));
}

std::vector<std::size_t> secretValuesIn(std::string_view line) {
    std::vector<std::size_t> values;
    for (std::size_t colon = line.find(':'); colon != std::string_view::npos;
         colon = line.find(':', colon + 1)) {
        std::size_t keyEnd = colon;
        while (keyEnd > 0 && (line[keyEnd - 1] == ' ' || line[keyEnd - 1] == '"' || line[keyEnd - 1] == '\''))
            --keyEnd;
        std::size_t keyBegin = keyEnd;
        while (keyBegin > 0 && isKeyCharacter(line[keyBegin - 1])) --keyBegin;
        const std::size_t value = line.find_first_not_of(" \t", colon + 1);
        const bool quotedKey = colon > 0 && (line[colon - 1] == '"' || line[colon - 1] == '\'');
        if (value == std::string_view::npos || (value == colon + 1 && !quotedKey)) continue;
        if (looksSecret(line.substr(keyBegin, keyEnd - keyBegin)) && !isPureReference(line.substr(value)))
            values.push_back(value);
    }
    return values;
}

}  // namespace roost
