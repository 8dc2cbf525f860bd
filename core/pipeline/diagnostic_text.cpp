#include "pipeline/diagnostic_text.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/utf8.hpp"
#include "roost/location.hpp"

namespace roost {

namespace {

/// More than that only hides the first ones.
constexpr std::size_t mostShown = 50;

/// What brings the underline below the marked part, whatever the width of the characters before it.
std::string indentationFor(const ShownLine& line) {
    std::string indentation;
    std::size_t at = 0;
    for (std::size_t i = 0; i < line.column && at < line.text.size(); ++i) {
        const Character character = characterAt(line.text, at);
        if (character.code == '\t')
            indentation += '\t';
        else
            indentation.append(terminalWidth(character.code), ' ');
        at += character.bytes;
    }
    return indentation;
}

std::string underlineFor(const ShownLine& line) {
    std::size_t width = 0;
    std::size_t at = byteOfCharacter(line.text, line.column);
    for (std::size_t i = 0; i < line.width && at < line.text.size(); ++i) {
        const Character character = characterAt(line.text, at);
        width += terminalWidth(character.code);
        at += character.bytes;
    }
    return std::string(std::max<std::size_t>(width, 1), '^');
}

/// A value that a message repeats may hold line ends, control characters, or very much text.
std::string oneLine(std::string_view text) {
    constexpr std::size_t longest = 500;
    const std::string whole = redact(text);  // a message may repeat what the definition says
    const std::size_t end = byteOfCharacter(whole, longest);
    std::string line = whole.substr(0, end);
    for (char& c : line)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = c == '\n' || c == '\t' ? ' ' : '?';
    return end < whole.size() ? line + "..." : line;
}

void appendSnippet(std::string& out, const SourceText& source, const Diagnostic& diagnostic) {
    const ShownLine line = source.show(diagnostic.position, diagnostic.width);
    const std::string number = std::to_string(diagnostic.position.line);
    out += "  " + number + " | " + line.text + "\n";
    out += "  " + std::string(number.size(), ' ') + " | " + indentationFor(line) + underlineFor(line);
    if (!diagnostic.suggestion.empty()) out += " " + oneLine(diagnostic.suggestion);
    out += "\n";
}

void append(std::string& out, const SourceText& source, const Diagnostic& diagnostic) {
    const Position position = diagnostic.position;
    out += source.file().string();
    if (position.line > 0) out += ":" + std::to_string(position.line) + ":" + std::to_string(position.column);
    out += ": error: " + oneLine(diagnostic.message);
    if (position.line == 0 && !diagnostic.suggestion.empty()) out += "; " + oneLine(diagnostic.suggestion);
    out += "\n";
    if (position.line > 0) appendSnippet(out, source, diagnostic);
    for (const std::string& note : diagnostic.notes) out += "  " + oneLine(note) + "\n";
}

}  // namespace

std::string renderDiagnostics(const SourceText& source, const Diagnostics& diagnostics) {
    std::vector<const Diagnostic*> sorted;
    for (const Diagnostic& diagnostic : diagnostics.list()) sorted.push_back(&diagnostic);
    std::ranges::stable_sort(sorted, {}, [](const Diagnostic* diagnostic) {
        return std::pair(diagnostic->position.line, diagnostic->position.column);
    });
    std::string out;
    for (std::size_t i = 0; i < std::min(sorted.size(), mostShown); ++i) append(out, source, *sorted[i]);
    if (sorted.size() > mostShown)
        out += source.file().string() + ": error: " + std::to_string(sorted.size() - mostShown) +
               " more errors are not shown\n";
    return out;
}

}  // namespace roost
