#include "lib/sql/exact_number.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace roost::sql {

namespace {

bool isDigit(char c) noexcept { return c >= '0' && c <= '9'; }

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool isWord(std::string_view text, std::string_view word) noexcept {
    return std::ranges::equal(text, word, {}, lower);
}

/// Takes the digits at the front of `text`.
std::string_view takeDigits(std::string_view& text) noexcept {
    const auto end = static_cast<std::size_t>(std::ranges::find_if_not(text, isDigit) - text.begin());
    const std::string_view digits = text.substr(0, end);
    text.remove_prefix(end);
    return digits;
}

/// "e5", "E-7", "": nothing for anything else. Beyond what any database holds it is cut.
std::optional<std::int64_t> exponentOf(std::string_view text) noexcept {
    constexpr std::int64_t most = 1'000'000'000;
    if (text.empty()) return 0;
    if (lower(text.front()) != 'e') return std::nullopt;
    text.remove_prefix(1);
    if (text.starts_with('+')) text.remove_prefix(1);
    std::int64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem == std::errc::result_out_of_range) return text.starts_with('-') ? -most : most;
    if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return std::clamp(value, -most, most);
}

}  // namespace

std::optional<ExactNumber> ExactNumber::parse(std::string_view text) {
    ExactNumber number;
    number.sign_ = text.starts_with('-') ? -1 : 1;
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    if (isWord(text, "infinity") || isWord(text, "inf")) {
        number.infinite_ = true;
        return number;
    }
    const std::string_view whole = takeDigits(text);
    std::string_view fraction;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        fraction = takeDigits(text);
    }
    const std::optional<std::int64_t> exponent = exponentOf(text);
    if (!exponent || (whole.empty() && fraction.empty())) return std::nullopt;
    number.digits_.append(whole).append(fraction);
    number.exponent_ = static_cast<std::int64_t>(whole.size()) + *exponent;
    const std::size_t zeros = number.digits_.find_first_not_of('0');
    if (zeros == std::string::npos) return ExactNumber{};
    number.digits_.erase(0, zeros);
    number.exponent_ -= static_cast<std::int64_t>(zeros);
    number.digits_.erase(number.digits_.find_last_not_of('0') + 1);
    return number;
}

ExactNumber ExactNumber::of(std::int64_t value) {
    std::array<char, 24> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return *parse({text.data(), static_cast<std::size_t>(end - text.data())});
}

std::optional<ExactNumber> ExactNumber::of(double value) {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return parse({text.data(), static_cast<std::size_t>(end - text.data())});
}

std::strong_ordering operator<=>(const ExactNumber& a, const ExactNumber& b) noexcept {
    if (a.sign_ != b.sign_) return a.sign_ <=> b.sign_;
    if (a.sign_ == 0) return std::strong_ordering::equal;
    std::strong_ordering order = a.infinite_ <=> b.infinite_;
    if (std::is_eq(order) && !a.infinite_) order = a.exponent_ <=> b.exponent_;
    if (std::is_eq(order)) order = a.digits_ <=> b.digits_;
    if (a.sign_ > 0) return order;
    if (std::is_eq(order)) return order;
    return std::is_lt(order) ? std::strong_ordering::greater : std::strong_ordering::less;
}

}  // namespace roost::sql
