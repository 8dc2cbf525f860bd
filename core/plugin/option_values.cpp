#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "roost/error.hpp"
#include "roost/option_table.hpp"

namespace roost {

namespace {

struct Unit {
    std::string_view suffix;
    std::int64_t factor;
};

constexpr std::array<Unit, 6> sizeUnits{
    {{"KiB", 1LL << 10}, {"MiB", 1LL << 20}, {"GiB", 1LL << 30}, {"TiB", 1LL << 40}, {"B", 1}, {"", 1}}};
constexpr std::array<Unit, 4> durationUnits{{{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};

void wrongType(const Node& node, const OptionSpec& spec, Diagnostics& diagnostics) {
    std::string message = "option '" + spec.name + "' takes " + std::string(describe(spec.type));
    if (!spec.choices.empty()) {
        message = "option '" + spec.name + "' is one of ";
        for (std::size_t i = 0; i < spec.choices.size(); ++i)
            message += (i == 0 ? "" : ", ") + spec.choices[i];
    }
    if (!node.isScalar())
        message += ", not " + std::string(node.describe());
    else if (!spec.secret)
        message += ", not '" + redact(node.scalar) + "'";
    std::string suggestion;
    if (node.isScalar() && !spec.secret)
        if (const std::string near = nearest(node.scalar, spec.choices); !near.empty())
            suggestion = "did you mean '" + near + "'?";
    diagnostics.error(node.position, std::move(message), node.scalar.size(), std::move(suggestion));
}

/// False, with a diagnostic, where the value is outside of the option's range.
bool inRange(std::int64_t value, const Node& node, const OptionSpec& spec, Diagnostics& diagnostics) {
    const bool below = spec.minimum && value < *spec.minimum;
    const bool above = spec.maximum && value > *spec.maximum;
    if (!below && !above) return true;
    std::string message = "option '" + spec.name + "' is ";
    if (spec.minimum && spec.maximum)
        message += "from " + std::to_string(*spec.minimum) + " to " + std::to_string(*spec.maximum);
    else if (spec.minimum)
        message += "at least " + std::to_string(*spec.minimum);
    else
        message += "at most " + std::to_string(*spec.maximum);
    diagnostics.error(node.position, message + ", not " + node.scalar, node.scalar.size());
    return false;
}

std::optional<std::int64_t> whole(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

/// A number with one of the units behind it, blanks between them allowed.
template <std::size_t count>
std::optional<std::int64_t> withUnit(std::string_view text, const std::array<Unit, count>& units) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto value = whole(text.substr(0, digits));
    if (!value) return std::nullopt;
    std::string_view suffix = text.substr(digits);
    while (suffix.starts_with(' ')) suffix.remove_prefix(1);
    for (const Unit& unit : units)
        if (unit.suffix == suffix && *value <= std::numeric_limits<std::int64_t>::max() / unit.factor)
            return *value * unit.factor;
    return std::nullopt;
}

std::string trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return {};
    return std::string(text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1));
}

bool isEmpty(const Node& node) {
    return node.kind == Node::Kind::null || (node.isScalar() && node.scalar.empty());
}

const OptionSpec* memberOf(const OptionSpec& spec, std::string_view name) {
    const auto found = std::ranges::find(spec.members, name, &OptionSpec::name);
    return found == spec.members.end() ? nullptr : &*found;
}

void checkRecord(const Node& record, const OptionSpec& spec, Diagnostics& diagnostics) {
    std::vector<std::string> names;
    std::string accepted;
    for (const OptionSpec& member : spec.members) {
        names.push_back(member.name);
        accepted += (accepted.empty() ? "" : ", ") + member.name;
    }
    for (const auto& [key, value] : record.members) {
        if (memberOf(spec, key.scalar) != nullptr) continue;
        const std::string near = nearest(key.scalar, names);
        diagnostics.add({key.position,
                         "unknown option '" + key.scalar + "' in an item of '" + spec.name + "'",
                         key.scalar.size(),
                         near.empty() ? "" : "did you mean '" + near + "'?",
                         {"an item of '" + spec.name + "' accepts: " + accepted}});
    }
    for (const OptionSpec& member : spec.members) {
        if (!member.required) continue;
        const Node* value = record.find(member.name);
        if (value != nullptr && !isEmpty(*value)) continue;
        Diagnostic diagnostic{
            value == nullptr ? record.position : value->position,
            value == nullptr
                ? "missing option '" + member.name + "' in an item of '" + spec.name + "'"
                : "option '" + member.name + "' is empty, but required by an item of '" + spec.name + "'",
            0,
            {},
            {}};
        if (!member.example.empty())
            diagnostic.notes.push_back("such as: " + member.name + ": " + member.example);
        diagnostics.add(std::move(diagnostic));
    }
}

/// Where a part that begins with a quote ends: behind the quote that closes it, before a comma or the end.
/// Nothing where it is not closed so: then the quote is a character like any other.
std::optional<std::size_t> endOfQuoted(std::string_view text) {
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (text[at] != '"') continue;
        if (at + 1 < text.size() && text[at + 1] == '"') {
            ++at;
            continue;
        }
        const std::size_t next = std::min(text.find_first_not_of(' ', at + 1), text.size());
        return next == text.size() || text[next] == ',' ? std::optional(at + 1) : std::nullopt;
    }
    return std::nullopt;
}

/// "say ""yes""" is: say "yes".
std::string unquoted(std::string_view text) {
    std::string plain;
    for (std::size_t at = 1; at + 1 < text.size(); ++at) {
        plain += text[at];
        if (text[at] == '"') ++at;
    }
    return plain;
}

/// As in a line of CSV (RFC 4180), but that blanks around a part do not count.
std::vector<std::string> splitAtCommas(std::string_view text) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
        const auto quoted = text.starts_with('"') ? endOfQuoted(text) : std::nullopt;
        const std::size_t comma = std::min(text.find(',', quoted.value_or(0)), text.size());
        std::string part = quoted ? unquoted(text.substr(0, *quoted)) : trimmed(text.substr(0, comma));
        if (!part.empty()) parts.push_back(std::move(part));
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return parts;
}

}  // namespace

std::string_view describe(OptionType type) noexcept {
    switch (type) {
        case OptionType::text:
            return "text";
        case OptionType::boolean:
            return "true or false";
        case OptionType::integer:
            return "a whole number";
        case OptionType::size:
            return "a size such as 512KiB or 2GiB";
        case OptionType::duration:
            return "a duration such as 500ms, 30s or 5m";
        case OptionType::choice:
            return "one of its choices";
        case OptionType::list:
            return "a list, or one text with commas";
        case OptionType::map:
            return "a mapping of names to values";
        case OptionType::url:
            return "a url";
        case OptionType::records:
            return "a list of records";
    }
    return "text";
}

namespace option_values {

std::optional<std::string> text(const Node& node, const OptionSpec& spec, Diagnostics& diagnostics) {
    if (node.isScalar()) return node.scalar;
    if (node.kind == Node::Kind::null) return std::string();
    wrongType(node, spec, diagnostics);
    return std::nullopt;
}

std::optional<bool> boolean(const Node& node, const OptionSpec& spec, Diagnostics& diagnostics) {
    if (node.isScalar() && node.scalar == "true") return true;
    if (node.isScalar() && node.scalar == "false") return false;
    wrongType(node, spec, diagnostics);
    return std::nullopt;
}

std::optional<std::int64_t> integer(const Node& node, const OptionSpec& spec, Diagnostics& diagnostics) {
    const auto value = node.isScalar() ? whole(node.scalar) : std::nullopt;
    if (!value) {
        wrongType(node, spec, diagnostics);
        return std::nullopt;
    }
    return inRange(*value, node, spec, diagnostics) ? value : std::nullopt;
}

std::optional<std::int64_t> size(const Node& node, const OptionSpec& spec, Diagnostics& diagnostics) {
    const auto value = node.isScalar() ? withUnit(node.scalar, sizeUnits) : std::nullopt;
    if (!value) {
        wrongType(node, spec, diagnostics);
        return std::nullopt;
    }
    return inRange(*value, node, spec, diagnostics) ? value : std::nullopt;
}

std::optional<std::int64_t> milliseconds(const Node& node, const OptionSpec& spec, Diagnostics& diagnostics) {
    const auto value = node.isScalar() ? withUnit(node.scalar, durationUnits) : std::nullopt;
    if (!value) {
        wrongType(node, spec, diagnostics);
        return std::nullopt;
    }
    return inRange(*value, node, spec, diagnostics) ? value : std::nullopt;
}

std::optional<std::size_t> choice(const Node& node, const OptionSpec& spec, Diagnostics& diagnostics) {
    if (node.isScalar())
        for (std::size_t i = 0; i < spec.choices.size(); ++i)
            if (spec.choices[i] == node.scalar) return i;
    wrongType(node, spec, diagnostics);
    return std::nullopt;
}

std::optional<std::vector<std::string>> list(const Node& node, const OptionSpec& spec,
                                             Diagnostics& diagnostics) {
    if (node.kind == Node::Kind::null) return std::vector<std::string>{};
    if (node.isScalar()) return splitAtCommas(node.scalar);
    if (node.kind != Node::Kind::sequence) {
        wrongType(node, spec, diagnostics);
        return std::nullopt;
    }
    std::vector<std::string> values;
    for (const Node& item : node.items) {
        if (!item.isScalar()) {
            diagnostics.error(item.position,
                              "an item of '" + spec.name + "' is text, not " + std::string(item.describe()));
            return std::nullopt;
        }
        values.push_back(item.scalar);
    }
    return values;
}

std::optional<TextMap> map(const Node& node, const OptionSpec& spec, Diagnostics& diagnostics) {
    if (node.kind == Node::Kind::null) return TextMap{};
    if (node.kind != Node::Kind::mapping) {
        wrongType(node, spec, diagnostics);
        return std::nullopt;
    }
    TextMap values;
    for (const auto& [key, value] : node.members) {
        if (!value.isScalar()) {
            diagnostics.error(value.position, "the value of '" + key.scalar + "' in '" + spec.name +
                                                  "' is text, not " + std::string(value.describe()));
            return std::nullopt;
        }
        values.emplace_back(key.scalar, value.scalar);
    }
    return values;
}

std::optional<Location> url(const Node& node, const OptionSpec& spec, Diagnostics& diagnostics) {
    if (node.kind ==
        Node::Kind::mapping) {  // the core hands over a database's parts so, the driver among them
        std::map<std::string, std::string> parts;
        std::string scheme;
        for (const auto& [key, value] : node.members)
            if (key.scalar == "driver")
                scheme = value.scalar;
            else
                parts.emplace(key.scalar, value.scalar);
        return Location::fromParts(std::move(scheme), std::move(parts));
    }
    if (!node.isScalar()) {
        wrongType(node, spec, diagnostics);
        return std::nullopt;
    }
    try {
        return Location::parse(node.scalar);
    } catch (const Error& error) {
        diagnostics.error(node.position, error.what(), node.scalar.size());
        return std::nullopt;
    }
}

std::optional<std::vector<const Node*>> records(const Node& node, const OptionSpec& spec,
                                                Diagnostics& diagnostics) {
    if (node.kind == Node::Kind::null) return std::vector<const Node*>{};
    if (node.isScalar()) {
        wrongType(node, spec, diagnostics);
        return std::nullopt;
    }
    std::vector<const Node*> mappings;
    if (node.kind == Node::Kind::mapping)
        mappings.push_back(&node);
    else
        for (const Node& item : node.items) mappings.push_back(&item);
    bool sound = true;
    for (const Node* item : mappings) {
        if (item->kind == Node::Kind::mapping) {
            checkRecord(*item, spec, diagnostics);
            continue;
        }
        diagnostics.error(item->position,
                          "an item of '" + spec.name + "' is a mapping, not " + std::string(item->describe()),
                          item->scalar.size());
        sound = false;
    }
    return sound ? std::optional(std::move(mappings)) : std::nullopt;
}

}  // namespace option_values

}  // namespace roost
