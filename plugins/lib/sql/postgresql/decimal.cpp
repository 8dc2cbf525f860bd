#include "lib/sql/postgresql/decimal.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace roost::sql::postgresql {

namespace {

/// What a numeric can hold (PostgreSQL's documentation, 8.1.2).
constexpr std::size_t mostWholeDigits = 131'072;
constexpr std::size_t mostFractionDigits = 16'383;
constexpr std::size_t digitsPerGroup = 4;

constexpr std::uint16_t positiveSign = 0x0000;
constexpr std::uint16_t negativeSign = 0x4000;
constexpr std::uint16_t notANumberSign = 0xC000;
constexpr std::uint16_t infinitySign = 0xD000;
constexpr std::uint16_t negativeInfinitySign = 0xF000;

bool isDigit(char c) noexcept { return c >= '0' && c <= '9'; }

bool allZeros(std::string_view digits) noexcept {
    return digits.find_first_not_of('0') == std::string_view::npos;
}

/// Cuts the digits off the front of `rest`.
std::string_view takeDigits(std::string_view& rest) noexcept {
    const auto end = std::ranges::find_if_not(rest, isDigit);
    const std::string_view digits = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
    rest.remove_prefix(digits.size());
    return digits;
}

bool sameWord(std::string_view text, std::string_view lower) noexcept {
    return std::ranges::equal(text, lower, [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? static_cast<char>(a | 32) : a) == b;
    });
}

/// The exponent behind 'e', worked into the digits.
bool applyExponent(std::string_view rest, Decimal& decimal, std::string& scratch) {
    rest.remove_prefix(1);
    if (rest.starts_with('+')) rest.remove_prefix(1);
    int exponent = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), exponent);
    if (error != std::errc{} || end != rest.data() + rest.size()) return false;
    constexpr int furthest = static_cast<int>(mostWholeDigits);
    if (exponent > furthest || exponent < -furthest) return false;
    scratch.assign(decimal.whole).append(decimal.fraction);
    auto point = static_cast<std::ptrdiff_t>(decimal.whole.size()) + exponent;
    if (point < 0) {
        scratch.insert(0, static_cast<std::size_t>(-point), '0');
        point = 0;
    }
    const auto place = static_cast<std::size_t>(point);
    if (scratch.size() < place) scratch.resize(place, '0');
    decimal.whole = std::string_view(scratch).substr(0, place);
    decimal.fraction = std::string_view(scratch).substr(place);
    return true;
}

/// The group of four digits that begins at place `at` of `digits`; places outside of them are zeros.
std::uint16_t groupOf(std::string_view digits, std::ptrdiff_t at) noexcept {
    unsigned group = 0;
    for (std::ptrdiff_t i = at; i < at + static_cast<std::ptrdiff_t>(digitsPerGroup); ++i) {
        const bool stored = i >= 0 && i < static_cast<std::ptrdiff_t>(digits.size());
        group = group * 10 + (stored ? static_cast<unsigned>(digits[static_cast<std::size_t>(i)] - '0') : 0U);
    }
    return static_cast<std::uint16_t>(group);
}

}  // namespace

bool Decimal::isZero() const noexcept {
    return kind == DecimalKind::finite && allZeros(whole) && allZeros(fraction);
}

bool Decimal::fitsScale(int places) const noexcept {
    if (places >= 0)
        return static_cast<std::size_t>(places) >= fraction.size() ||
               allZeros(fraction.substr(static_cast<std::size_t>(places)));
    const std::size_t before = std::min(static_cast<std::size_t>(-places), whole.size());
    return allZeros(fraction) && allZeros(whole.substr(whole.size() - before));
}

std::optional<Decimal> parseDecimal(std::string_view text, std::string& scratch) {
    Decimal decimal;
    if (text.starts_with('-') || text.starts_with('+')) {
        decimal.negative = text.front() == '-';
        text.remove_prefix(1);
    }
    if (sameWord(text, "nan")) return Decimal{DecimalKind::notANumber, false, {}, {}};
    if (sameWord(text, "infinity") || sameWord(text, "inf")) {
        decimal.kind = DecimalKind::infinity;
        return decimal;
    }
    std::string_view rest = text;
    decimal.whole = takeDigits(rest);
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        decimal.fraction = takeDigits(rest);
    }
    if (decimal.whole.empty() && decimal.fraction.empty()) return std::nullopt;
    if (!rest.empty()) {
        if (rest.front() != 'e' && rest.front() != 'E') return std::nullopt;
        if (!applyExponent(rest, decimal, scratch)) return std::nullopt;
    }
    decimal.whole.remove_prefix(std::min(decimal.whole.find_first_not_of('0'), decimal.whole.size()));
    if (decimal.whole.size() > mostWholeDigits || decimal.fraction.size() > mostFractionDigits)
        return std::nullopt;
    return decimal;
}

void writeNumeric(const Decimal& decimal, ByteBuffer& out) {
    const auto header = [&out](std::uint16_t groups, std::int16_t weight, std::uint16_t sign,
                               std::uint16_t scale) {
        out.number(groups);
        out.number(static_cast<std::uint16_t>(weight));
        out.number(sign);
        out.number(scale);
    };
    if (decimal.kind == DecimalKind::notANumber) return header(0, 0, notANumberSign, 0);
    if (decimal.kind == DecimalKind::infinity)
        return header(0, 0, decimal.negative ? negativeInfinitySign : infinitySign, 0);
    const auto scale = static_cast<std::uint16_t>(decimal.fraction.size());
    if (decimal.isZero()) return header(0, 0, positiveSign, scale);

    // Groups of four count from the point in both directions.
    const std::size_t wholeGroups = (decimal.whole.size() + digitsPerGroup - 1) / digitsPerGroup;
    const std::size_t fractionGroups = (decimal.fraction.size() + digitsPerGroup - 1) / digitsPerGroup;
    const std::size_t start = out.size();
    header(0, 0, decimal.negative ? negativeSign : positiveSign, scale);
    std::ptrdiff_t weight = static_cast<std::ptrdiff_t>(wholeGroups) - 1;
    std::size_t written = 0;
    std::size_t kept = 0;  // up to the last group that is not zero
    const auto add = [&](std::uint16_t group) {
        if (written == 0 && group == 0) {
            --weight;
            return;
        }
        out.number(group);
        ++written;
        if (group != 0) kept = written;
    };
    const auto lead = static_cast<std::ptrdiff_t>(decimal.whole.size()) -
                      static_cast<std::ptrdiff_t>(wholeGroups * digitsPerGroup);
    for (std::size_t i = 0; i < wholeGroups; ++i)
        add(groupOf(decimal.whole, lead + static_cast<std::ptrdiff_t>(i * digitsPerGroup)));
    for (std::size_t i = 0; i < fractionGroups; ++i)
        add(groupOf(decimal.fraction, static_cast<std::ptrdiff_t>(i * digitsPerGroup)));
    out.shorten((written - kept) * sizeof(std::uint16_t));
    out.numberAt(start, static_cast<std::uint16_t>(kept));
    out.numberAt(start + 2, static_cast<std::uint16_t>(weight));
}

std::optional<std::int64_t> asInteger(const Decimal& decimal) noexcept {
    if (decimal.kind != DecimalKind::finite || !allZeros(decimal.fraction)) return std::nullopt;
    std::int64_t value = 0;
    for (const char digit : decimal.whole) {
        // Negative numbers reach one further.
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, digit - '0', &value))
            return std::nullopt;
    }
    if (decimal.negative) return value;
    if (value == std::numeric_limits<std::int64_t>::min()) return std::nullopt;
    return -value;
}

std::string significantDigits(const Decimal& decimal) {
    std::string digits = std::string(decimal.whole) + std::string(decimal.fraction);
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    digits.erase(digits.find_last_not_of('0') + 1);
    return digits;
}

}  // namespace roost::sql::postgresql
