#include "cli/option_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "pipeline/plugin_choice.hpp"
#include "pipeline/utf8.hpp"
#include "plugin/manifest.hpp"

namespace roost::cli {

namespace {

constexpr std::size_t lineWidth = 100;
constexpr std::size_t widestName = 24;

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

struct Unit {
    std::int64_t factor;
    std::string_view name;
};

/// "24h" for 86400000 milliseconds: a whole number of the largest unit that fits.
std::string inUnits(std::int64_t number, std::span<const Unit> units) {
    for (const Unit& unit : units)
        if (number % unit.factor == 0 && (number != 0 || unit.factor == units.back().factor))
            return std::to_string(number / unit.factor) + std::string(unit.name);
    return std::to_string(number);
}

std::string limit(std::int64_t number, OptionType type) {
    static constexpr std::array<Unit, 4> times{{{3'600'000, "h"}, {60'000, "m"}, {1000, "s"}, {1, "ms"}}};
    static constexpr std::array<Unit, 4> sizes{
        {{1LL << 30, "GiB"}, {1LL << 20, "MiB"}, {1LL << 10, "KiB"}, {1, "B"}}};
    if (type == OptionType::duration) return inUnits(number, times);
    return type == OptionType::size ? inUnits(number, sizes) : std::to_string(number);
}

std::string range(const OptionSpec& option) {
    const auto shown = [&](std::int64_t number) { return limit(number, option.type); };
    if (option.minimum && option.maximum)
        return ", " + shown(*option.minimum) + " to " + shown(*option.maximum);
    if (option.minimum) return ", at least " + shown(*option.minimum);
    if (option.maximum) return ", at most " + shown(*option.maximum);
    return {};
}

/// What every stage of that kind has beside the plugin's options.
std::string coreKeys(const PluginFactory& plugin) {
    const std::string& role = plugin.info().role;
    if (role == databaseRole)
        return "In place of url: " + partsText(role) + ". An empty one counts as not given.";
    if (role == storageRole)
        return "In place of url: " + partsText(role) +
               ". An empty one counts as not given. Every stage also has: plugin, name (for messages).";
    if (role == archiveRole)
        return "Every stage also has: plugin, name (for messages), format (" + joined(plugin.info().serves) +
               ").";
    return "Every stage also has: plugin, name (for messages).";
}

/// Text within a cell: a bar would end it, a line break the row.
std::string cell(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

/// Code within a cell: backquotes that are longer than any in the text keep it whole.
std::string code(std::string_view text) {
    const std::string quote = text.find('`') == std::string_view::npos ? "`" : "``";
    return quote + cell(text) + quote;
}

std::size_t nameWidth(const std::vector<OptionSpec>& options) {
    std::size_t width = 0;
    for (const OptionSpec& option : options)
        width = std::max(width, std::min(option.name.size(), widestName));
    return width;
}

void appendOption(std::string& out, const OptionSpec& option, std::size_t indent, std::size_t width) {
    const std::string margin(indent + width + 2, ' ');
    const auto say = [&](const std::string& text, const std::string& first) {
        std::string lead = first;
        for (const std::string& line : wrapped(text, lineWidth - margin.size())) {
            out += lead + line + "\n";
            lead = margin;
        }
    };
    std::string head = takenBy(option);
    if (option.required) head += "; required";
    if (option.secret) head += "; secret";
    if (!option.defaultValue.empty()) head += "; default " + option.defaultValue;
    std::string first = std::string(indent, ' ') + option.name;
    if (option.name.size() <= width) {
        first.append(width + 2 - option.name.size(), ' ');
    } else {
        out += first + "\n";
        first = margin;
    }
    say(head, first);
    say(option.help, margin);
    if (!option.example.empty()) say("such as: " + option.example, margin);
    if (option.members.empty()) return;
    out += margin + "Each record takes:\n";
    for (const OptionSpec& member : option.members)
        appendOption(out, member, margin.size() + 2, nameWidth(option.members));
}

/// A row of the table; `path` is the option's name behind those of the records that it is part of.
void appendRow(std::string& out, const OptionSpec& option, const std::string& path) {
    std::string takes = takenBy(option);
    if (option.required) takes += "; **required**";
    if (option.secret) takes += "; secret";
    out += "| `" + path + "` | " + cell(takes) + " | " +
           (option.defaultValue.empty() ? "" : code(option.defaultValue)) + " | " + cell(option.help);
    if (!option.example.empty()) out += " Such as: " + code(option.example);
    out += " |\n";
    for (const OptionSpec& member : option.members) appendRow(out, member, path + "[]." + member.name);
}

}  // namespace

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view paragraph = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        while (countCharacters(paragraph) > width) {
            std::size_t cut = paragraph.rfind(' ', byteOfCharacter(paragraph, width));
            if (cut == std::string_view::npos || cut == 0) cut = paragraph.find(' ');
            if (cut == std::string_view::npos) break;
            lines.emplace_back(paragraph.substr(0, cut));
            paragraph.remove_prefix(cut + 1);
        }
        lines.emplace_back(paragraph);
    }
    return lines;
}

std::string takenBy(const OptionSpec& option) {
    if (option.type == OptionType::choice) return "one of: " + joined(option.choices);
    return std::string(describe(option.type)) + range(option);
}

std::string describePlugin(const PluginFactory& plugin) {
    const PluginInfo& info = plugin.info();
    std::string out = std::string(name(plugin.kind())) + " " + info.name + " " + info.version;
    if (plugin.kind() != PluginKind::transform) out += "   (" + info.role + ": " + joined(info.serves) + ")";
    out += "\n";
    for (const std::string& line : wrapped(info.description, lineWidth)) out += line + "\n";
    out += "\n";
    if (plugin.options().empty()) {
        out += "It takes no options.\n";
    } else {
        out += "Options:\n";
        for (const OptionSpec& option : plugin.options())
            appendOption(out, option, 2, nameWidth(plugin.options()));
        out += "\n";
    }
    for (const std::string& line : wrapped(coreKeys(plugin), lineWidth)) out += line + "\n";
    return out;
}

std::string markdownTable(const PluginFactory& plugin) {
    if (plugin.options().empty()) return "This plugin takes no options.\n";
    std::string out = "| option | takes | default | meaning |\n|---|---|---|---|\n";
    for (const OptionSpec& option : plugin.options()) appendRow(out, option, option.name);
    return out;
}

}  // namespace roost::cli
