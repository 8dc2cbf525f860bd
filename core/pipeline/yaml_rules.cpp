#include "pipeline/yaml_rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "pipeline/utf8.hpp"

namespace roost {

namespace {

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// What is wrong with one character, or "".
std::string problemOf(std::string_view text, std::size_t at, const Character& character) {
    if (text[at] == '\0') return "a NUL byte: this is no text file, or one in UTF-16";
    if (!character.valid) return "this byte is not UTF-8; save the file as UTF-8";
    if (text[at] == '\r' && !text.substr(at).starts_with("\r\n"))
        return "a carriage return alone; end lines with a line feed";
    const char32_t code = character.code;
    const bool allowed = code == '\t' || code == '\n' || code == '\r' || code == 0x85 || code >= 0xA0 ||
                         (code >= 0x20 && code < 0x7F);
    return allowed ? "" : "a control character, which YAML does not allow";
}

}  // namespace

std::optional<Guess> guessOf(std::string_view plain) {
    const std::string word = lower(plain);
    const std::string shown(plain);
    for (const std::string_view yes : {"yes", "on", "y"})
        if (word == yes)
            return Guess{"'" + shown + "' could mean text or true",
                         "write true, or '" + shown + "' with its quotes"};
    for (const std::string_view no : {"no", "off", "n"})
        if (word == no)
            return Guess{"'" + shown + "' could mean text or false",
                         "write false, or '" + shown + "' with its quotes"};
    std::string_view digits = plain;
    std::string sign;
    if (digits.starts_with('-') || digits.starts_with('+')) {
        sign = digits.front();
        digits.remove_prefix(1);
    }
    if (digits.size() < 2 || digits.front() != '0' || !std::ranges::all_of(digits, isDigit))
        return std::nullopt;
    const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size() - 1);
    return Guess{
        "'" + shown + "' begins with a zero, which could mean an octal number",
        "write " + sign + std::string(digits.substr(first)) + ", or '" + shown + "' with its quotes"};
}

bool checkEncoding(const SourceText& source, Diagnostics& diagnostics) {
    const std::string_view text = source.text();
    for (std::size_t at = 0; at < text.size();) {
        const Character character = characterAt(text, at);
        if (const std::string problem = problemOf(text, at, character); !problem.empty()) {
            diagnostics.error(source.positionAt(at), problem);
            return false;
        }
        at += character.bytes;
    }
    return true;
}

std::optional<std::size_t> closingQuote(std::string_view text, std::size_t offset) {
    if (offset >= text.size() || (text[offset] != '"' && text[offset] != '\'')) return offset;
    const char quote = text[offset];
    for (std::size_t at = offset + 1; at < text.size(); ++at) {
        if (quote == '"' && text[at] == '\\') {
            ++at;
        } else if (text[at] == quote) {
            const bool doubled = quote == '\'' && at + 1 < text.size() && text[at + 1] == '\'';
            if (!doubled) return at;
            ++at;
        }
    }
    return std::nullopt;
}

std::size_t endOfScalar(std::string_view text, std::size_t offset, std::size_t next, bool inFlow) {
    next = std::max(next, offset);
    if (const auto quote = closingQuote(text, offset); quote && *quote > offset) return *quote + 1;
    const std::string_view value = text.substr(offset, next - offset);
    const auto isBlank = [&](std::size_t at) {
        return std::string_view(" \t\r\n").find(value[at]) != std::string_view::npos;
    };
    // Between a plain scalar and what follows it are blanks, and the signs of lists and mappings.
    std::size_t end = inFlow ? std::min(value.find_first_of(",[]{}"), value.size()) : value.size();
    const std::size_t firstLine = std::min(value.find('\n'), value.size());
    while (end > 1) {
        const char last = value[end - 1];
        const bool dash = end - 1 > firstLine && (last == '-' || last == '?') && isBlank(end - 2);
        const bool colon = firstLine == value.size() && last == ':';
        if (!dash && !colon && !isBlank(end - 1)) break;
        --end;
    }
    return offset + end;
}

bool isNullWord(std::string_view text, std::size_t offset) {
    const std::string_view rest = text.substr(std::min(offset, text.size()));
    for (const std::string_view word : {"~", "null", "Null", "NULL"})
        if (rest.starts_with(word)) {
            const std::string_view after = rest.substr(word.size());
            return after.empty() ||
                   std::string_view(" \t\r\n,]}").find(after.front()) != std::string_view::npos;
        }
    return false;
}

std::string adviceFor(std::string_view message) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 7> advice{{
        {"illegal map value", "is the indentation right, or does a text with ': ' need quotes?"},
        {"end of map not found", "is this line indented like those above it?"},
        {"end of sequence not found", "is this line indented like those above it?"},
        {"end of map flow not found", "is a '}' or a quote missing?"},
        {"end of sequence flow not found", "is a ']' or a quote missing?"},
        {"illegal block entry", "is the '-' indented like the others?"},
        {"unknown token", "put the text in quotes"},
    }};
    for (const auto& [begin, text] : advice)
        if (message.starts_with(begin)) return std::string(text);
    return {};
}

}  // namespace roost
