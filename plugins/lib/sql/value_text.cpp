#include "lib/sql/value_text.hpp"

#include <array>
#include <charconv>
#include <cstring>

#include "lib/sql/calendar.hpp"

namespace roost::sql {

namespace {

constexpr std::string_view lowerDigits = "0123456789abcdef";
constexpr std::size_t uuidLength = 36;

constexpr auto notLowerHex = [] {
    std::array<bool, 256> table{};
    table.fill(true);
    for (const char c : lowerDigits) table[static_cast<unsigned char>(c)] = false;
    return table;
}();

constexpr bool isHyphenPlace(std::size_t at) noexcept { return at == 8 || at == 13 || at == 18 || at == 23; }

char* writeText(char* out, std::string_view text) noexcept {
    std::memcpy(out, text.data(), text.size());
    return out + text.size();
}

char* writeUuid(char* out, std::span<const std::byte> bytes) noexcept {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) *out++ = '-';
        const auto byte = std::to_integer<unsigned>(bytes[i]);
        *out++ = lowerDigits[byte >> 4U];
        *out++ = lowerDigits[byte & 15U];
    }
    return out;
}

/// "-3M"; nothing for 0.
char* writePart(char* out, bool negative, std::uint64_t value, char unit) noexcept {
    if (value == 0) return out;
    if (negative) *out++ = '-';
    out = std::to_chars(out, out + 20, value).ptr;
    *out++ = unit;
    return out;
}

std::uint64_t magnitude(std::int64_t value) noexcept {
    return value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value)
                     : static_cast<std::uint64_t>(value);
}

char* writeSeconds(char* out, bool negative, std::uint64_t microseconds) noexcept {
    constexpr std::uint64_t second = 1'000'000;
    if (microseconds == 0) return out;
    if (negative) *out++ = '-';
    out = std::to_chars(out, out + 20, microseconds / second).ptr;
    std::uint64_t fraction = microseconds % second;
    if (fraction != 0) *out++ = '.';
    for (std::uint64_t unit = second / 10; fraction != 0; unit /= 10) {
        *out++ = static_cast<char>('0' + fraction / unit);
        fraction %= unit;
    }
    *out++ = 'S';
    return out;
}

/// 0 to 15, or 16 where it is no hexadecimal digit.
unsigned hexValue(char c) noexcept {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
    return 16;
}

}  // namespace

char* writeInterval(char* out, const Interval& interval) noexcept {
    constexpr std::uint64_t minute = 60'000'000;
    constexpr std::uint64_t hour = 60 * minute;
    *out++ = 'P';
    const char* const begin = out;
    const std::uint64_t months = magnitude(interval.months);
    out = writePart(out, interval.months < 0, months / 12, 'Y');
    out = writePart(out, interval.months < 0, months % 12, 'M');
    out = writePart(out, interval.days < 0, magnitude(interval.days), 'D');
    const std::uint64_t micros = magnitude(interval.microseconds);
    if (micros == 0) return out == begin ? writeText(out, "T0S") : out;
    *out++ = 'T';
    const bool negative = interval.microseconds < 0;
    out = writePart(out, negative, micros / hour, 'H');
    out = writePart(out, negative, micros % hour / minute, 'M');
    return writeSeconds(out, negative, micros % minute);
}

char* writeValue(char* out, const Cell& cell, bool utc) noexcept {
    switch (cell.kind()) {
        case CellKind::uuid:
            return writeUuid(out, cell.bytes());
        case CellKind::interval:
            return writeInterval(out, cell.interval());
        case CellKind::time:
            return writeTime(out, cell.integer());
        default:
            break;
    }
    if (cell.integer() == positiveInfinity) return writeText(out, "infinity");
    if (cell.integer() == negativeInfinity) return writeText(out, "-infinity");
    return cell.kind() == CellKind::date ? writeDate(out, cell.integer())
                                         : writeTimestamp(out, cell.integer(), utc);
}

bool isCanonicalUuid(std::string_view text) noexcept {
    if (text.size() != uuidLength) return false;
    // Looked up without a branch: this runs for two or three cells of most rows.
    bool bad = false;
    for (std::size_t i = 0; i < uuidLength; ++i)
        bad |= notLowerHex[static_cast<unsigned char>(text[i])] != isHyphenPlace(i);
    return !bad && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-';
}

std::string canonicalUuid(std::string_view text) {
    if (text.size() > 2 && text.front() == '{' && text.back() == '}') text = text.substr(1, text.size() - 2);
    const bool hyphens = text.size() == uuidLength;
    if (!hyphens && text.size() != 32) return {};
    std::string result;
    result.reserve(uuidLength);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (isHyphenPlace(result.size())) {
            result.push_back('-');
            if (hyphens) {
                if (text[i] != '-') return {};
                continue;
            }
        }
        const unsigned value = hexValue(text[i]);
        if (value > 15) return {};
        result.push_back(lowerDigits[value]);
    }
    return result;
}

}  // namespace roost::sql
