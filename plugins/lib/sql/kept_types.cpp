#include "lib/sql/kept_types.hpp"

#include <algorithm>
#include <array>

namespace roost::sql {

namespace {

struct Name {
    std::string_view native;  ///< without its modifier
    std::string_view word;    ///< must not have INT in it: such a column would turn texts into numbers
    bool alone = true;        ///< kept as a type of its own; the others as elements of arrays only
    bool comparable = true;
};

constexpr auto names = std::to_array<Name>({
    {"inet", "inet"},
    {"cidr", "cidr"},
    {"macaddr", "macaddr"},
    {"macaddr8", "macaddr8"},
    {"bit", "bit"},
    {"bit varying", "varbit"},
    {"time with time zone", "timetz"},
    {"int4range", "i4range"},
    {"int8range", "i8range"},
    {"numrange", "numrange"},
    {"tsrange", "tsrange"},
    {"tstzrange", "tstzrange"},
    {"daterange", "daterange"},
    {"int4multirange", "i4multirange"},
    {"int8multirange", "i8multirange"},
    {"nummultirange", "nummultirange"},
    {"tsmultirange", "tsmultirange"},
    {"tstzmultirange", "tstzmultirange"},
    {"datemultirange", "datemultirange"},
    {"tsvector", "tsvector"},
    {"tsquery", "tsquery"},
    {"oid", "oid"},
    {"xid8", "xid8"},
    {"pg_lsn", "pg_lsn"},
    {"\"char\"", "onechar"},
    {"point", "position", true, false},
    {"line", "line", true, false},
    {"lseg", "lseg", true, false},
    {"box", "box", true, false},
    {"path", "path", true, false},
    {"polygon", "polygon", true, false},
    {"circle", "circle", true, false},
    {"xml", "xml", true, false},
    {"jsonpath", "jsonpath", true, false},
    {"boolean", "boolean", false},
    {"smallint", "i2", false},
    {"integer", "i4", false},
    {"bigint", "i8", false},
    {"real", "real4", false},
    {"double precision", "double", false},
    {"numeric", "decimal", false},
    {"money", "money", false},
    {"text", "text", false},
    {"character varying", "varchar", false},
    {"character", "bpchar", false},
    {"name", "name", false},
    {"bytea", "bytea", false},
    {"uuid", "uuid", false},
    {"date", "date", false},
    {"time without time zone", "time", false},
    {"timestamp without time zone", "timestamp", false},
    {"timestamp with time zone", "timestamptz", false},
    {"interval", "duration", false},
    {"jsonb", "jsonb", false},
    {"json", "json", false, false},
});

constexpr std::string_view arrayOf = "[]";
constexpr std::string_view arrayEnding = "_array_text";
constexpr std::string_view ending = "_text";

bool isModifier(std::string_view text) noexcept {
    return !text.empty() && text.find_first_not_of("0123456789,-") == std::string_view::npos;
}

/// "timestamp(3) without time zone" -> {"timestamp without time zone", "3"}.
struct Spelled {
    std::string words;
    std::string modifier;
    bool good = true;
};

Spelled split(std::string_view text) {
    Spelled result;
    const auto open = text.find('(');
    if (open == std::string_view::npos) return {std::string(text), {}, true};
    const auto close = text.find(')', open);
    if (close == std::string_view::npos) return {{}, {}, false};
    result.words = text.substr(0, open);
    while (!result.words.empty() && result.words.back() == ' ') result.words.pop_back();
    result.words += text.substr(close + 1);
    for (const char c : text.substr(open + 1, close - open - 1))
        if (c != ' ') result.modifier += c;
    result.good = isModifier(result.modifier);
    return result;
}

std::string parenthesized(const std::string& modifier) {
    return modifier.empty() ? std::string() : "(" + modifier + ")";
}

/// The modifier stands behind the first word of times, behind all words of the others.
std::string spelled(std::string_view native, const std::string& modifier) {
    const auto zone = native.find(" with");
    const auto place = zone == std::string_view::npos ? native.size() : zone;
    return std::string(native.substr(0, place)) + parenthesized(modifier) + std::string(native.substr(place));
}

}  // namespace

std::optional<std::string> keptTypeWord(std::string_view native) {
    const bool isArray = native.ends_with(arrayOf);
    if (isArray) native.remove_suffix(arrayOf.size());
    const Spelled type = split(native);
    const auto* found = std::ranges::find(names, std::string_view(type.words), &Name::native);
    if (!type.good || found == names.end() || (!isArray && !found->alone)) return std::nullopt;
    return std::string(found->word) + std::string(isArray ? arrayEnding : ending) +
           parenthesized(type.modifier);
}

std::optional<KeptType> keptType(std::string_view declared) {
    std::string lower(declared);
    std::ranges::transform(lower, lower.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    const Spelled type = split(lower);
    std::string_view word = type.words;
    const bool isArray = word.ends_with(arrayEnding);
    if (!type.good || !word.ends_with(ending)) return std::nullopt;
    word.remove_suffix(isArray ? arrayEnding.size() : ending.size());
    const auto* found = std::ranges::find(names, word, &Name::word);
    if (found == names.end() || (!isArray && !found->alone)) return std::nullopt;
    return KeptType{spelled(found->native, type.modifier) + std::string(isArray ? arrayOf : ""),
                    found->comparable};
}

}  // namespace roost::sql
