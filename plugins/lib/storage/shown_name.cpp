#include "lib/storage/shown_name.hpp"

#include <array>
#include <cstdio>

namespace roost::storage {

namespace {

bool continues(std::string_view text, std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

/// How many bytes the well-formed character at `at` takes (Unicode 15, table 3-7); 0 where none stands.
std::size_t characterLength(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(at);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return continues(text, at + 1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        if (!continues(text, at + 1) || !continues(text, at + 2)) return 0;
        if (first == 0xE0 && byte(at + 1) < 0xA0) return 0;
        if (first == 0xED && byte(at + 1) > 0x9F) return 0;
        return 3;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        if (!continues(text, at + 1) || !continues(text, at + 2) || !continues(text, at + 3)) return 0;
        if (first == 0xF0 && byte(at + 1) < 0x90) return 0;
        if (first == 0xF4 && byte(at + 1) > 0x8F) return 0;
        return 4;
    }
    return 0;
}

/// ASCII's controls, DEL, the backslash that introduces an escape, and Unicode's C1 controls.
bool plain(std::string_view character) {
    const auto first = static_cast<unsigned char>(character[0]);
    if (character.size() == 1) return first >= 0x20 && first != 0x7F && first != '\\';
    return !(first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0);
}

}  // namespace

std::string shownName(std::string_view name) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string shown;
    shown.reserve(name.size());
    for (std::size_t at = 0; at < name.size();) {
        const std::size_t length = characterLength(name, at);
        const std::string_view part = name.substr(at, length == 0 ? 1 : length);
        if (length != 0 && plain(part)) {
            shown += part;
        } else {
            for (const char c : part) {
                const auto byte = static_cast<unsigned char>(c);
                shown += "\\x";
                shown += digits[byte >> 4U];
                shown += digits[byte & 15U];
            }
        }
        at += part.size();
    }
    return shown;
}

std::string shownSize(std::uint64_t bytes) {
    constexpr std::array units{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (bytes < 1024) return counted(bytes, "byte", "bytes");
    auto value = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    for (; value >= 1024 && unit + 1 < units.size(); ++unit) value /= 1024;
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f %s", value, units[unit]);
    return text.data();
}

std::string counted(std::uint64_t number, std::string_view one, std::string_view many) {
    return std::to_string(number) + " " + std::string(number == 1 ? one : many);
}

std::string NameSample::text() const {
    std::string text;
    for (const std::string& name : names_) text += (text.empty() ? "" : ", ") + name;
    if (unnamed() > 0) text += " and " + std::to_string(unnamed()) + " more";
    return text;
}

}  // namespace roost::storage
