#include "lib/sql/sqlite/number_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string>

namespace roost::sqlite {

namespace {

bool isBlank(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool isDigit(char c) noexcept { return c >= '0' && c <= '9'; }

std::size_t skipDigits(std::string_view text, std::size_t at) noexcept {
    while (at < text.size() && isDigit(text[at])) ++at;
    return at;
}

/// Behind the exponent at `at`, or `at` where there is none that is whole.
std::size_t skipExponent(std::string_view text, std::size_t at) noexcept {
    if (at == text.size() || (text[at] != 'e' && text[at] != 'E')) return at;
    std::size_t digits = at + 1;
    if (digits < text.size() && (text[digits] == '+' || text[digits] == '-')) ++digits;
    const std::size_t end = skipDigits(text, digits);
    return end == digits ? at : end;
}

/// A number as its sign, its digits without zeros at either end, and the power of ten of the first of them.
struct Digits {
    bool negative = false;
    std::string significant;
    std::int64_t power = 0;
    friend bool operator==(const Digits&, const Digits&) = default;
};

bool readDigits(std::string_view text, Digits& number) {
    std::size_t at = 0;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) number.negative = text[at++] == '-';
    const std::size_t whole = at;
    at = skipDigits(text, at);
    number.significant = text.substr(whole, at - whole);
    number.power = static_cast<std::int64_t>(number.significant.size()) - 1;
    if (at < text.size() && text[at] == '.') {
        const std::size_t fraction = at + 1;
        at = skipDigits(text, fraction);
        number.significant += text.substr(fraction, at - fraction);
    }
    if (number.significant.empty()) return false;
    if (const std::size_t end = skipExponent(text, at); end != at) {
        std::int64_t exponent = 0;
        const std::size_t sign = text[at + 1] == '+' ? 2 : 1;
        if (std::from_chars(text.data() + at + sign, text.data() + end, exponent).ec != std::errc{})
            return false;
        if (std::abs(exponent) > 1'000'000) return false;
        number.power += exponent;
        at = end;
    }
    if (at != text.size()) return false;
    const std::size_t first = number.significant.find_first_not_of('0');
    if (first == std::string::npos) {
        number = {};
        return true;
    }
    number.significant.erase(number.significant.find_last_not_of('0') + 1);
    number.significant.erase(0, first);
    number.power -= static_cast<std::int64_t>(first);
    return true;
}

bool asInteger(const Digits& number, std::int64_t& value) {
    constexpr std::int64_t mostDigits = 19;
    const auto size = static_cast<std::int64_t>(number.significant.size());
    if (number.power + 1 < size || number.power >= mostDigits) return false;
    std::string text = (number.negative ? "-" : "") + number.significant;
    text.append(static_cast<std::size_t>(number.power + 1 - size), '0');
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

bool looksNumeric(std::string_view text) noexcept {
    std::size_t at = 0;
    while (at < text.size() && isBlank(text[at])) ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const std::size_t whole = at;
    at = skipDigits(text, at);
    std::size_t digits = at - whole;
    if (at < text.size() && text[at] == '.') {
        const std::size_t fraction = ++at;
        at = skipDigits(text, at);
        digits += at - fraction;
    }
    if (digits == 0) return false;
    at = skipExponent(text, at);
    while (at < text.size() && isBlank(text[at])) ++at;
    return at == text.size();
}

bool isCanonicalNumber(std::string_view text) noexcept {
    const char* const end = text.data() + text.size();
    std::array<char, longestReal> written{};
    const auto matches = [&](const char* writtenEnd) {
        return text ==
               std::string_view(written.data(), static_cast<std::size_t>(writtenEnd - written.data()));
    };
    std::int64_t integer = 0;
    if (const auto read = std::from_chars(text.data(), end, integer);
        read.ec == std::errc{} && read.ptr == end)
        return matches(std::to_chars(written.data(), written.data() + written.size(), integer).ptr);
    double real = 0;
    const auto read = std::from_chars(text.data(), end, real);
    if (read.ec != std::errc{} || read.ptr != end || !std::isfinite(real)) return false;
    if (text.find_first_of(".eE") == std::string_view::npos) return false;
    return matches(writeReal(written.data(), real)) ||
           matches(std::to_chars(written.data(), written.data() + written.size(), real).ptr);
}

ExactNumber exactNumber(std::string_view decimal) {
    Digits number;
    if (!readDigits(decimal, number)) return {};
    if (number.significant.empty()) return std::int64_t{0};
    std::int64_t integer = 0;
    if (asInteger(number, integer)) return integer;
    constexpr std::size_t digitsOfDouble = 17;
    if (number.significant.size() > digitsOfDouble) return {};
    double real = 0;
    const char* const begin = decimal.data() + (decimal.front() == '+' ? 1 : 0);
    if (std::from_chars(begin, decimal.data() + decimal.size(), real).ec != std::errc{}) return {};
    std::array<char, longestReal> shortest{};
    const char* const end = std::to_chars(shortest.data(), shortest.data() + shortest.size(), real).ptr;
    Digits back;
    if (!readDigits({shortest.data(), static_cast<std::size_t>(end - shortest.data())}, back)) return {};
    return back == number ? ExactNumber(real) : ExactNumber();
}

bool fitsReal(std::int64_t number) noexcept {
    // The largest number of 64 bits is rounded up to one that no longer is.
    const auto real = static_cast<double>(number);
    return real < 9223372036854775808.0 && static_cast<std::int64_t>(real) == number;
}

char* writeReal(char* out, double value) noexcept {
    if (std::isinf(value)) {
        const std::string_view text = value < 0 ? "-Inf" : "Inf";
        std::memcpy(out, text.data(), text.size());
        return out + text.size();
    }
    char* end = std::to_chars(out, out + longestReal - 2, value).ptr;
    char* const exponent = std::find(out, end, 'e');
    if (std::find(out, exponent, '.') != exponent) return end;
    std::memmove(exponent + 2, exponent, static_cast<std::size_t>(end - exponent));
    exponent[0] = '.';
    exponent[1] = '0';
    return end + 2;
}

}  // namespace roost::sqlite
