#include "lib/sql/sqlite/number_times.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "lib/sql/sqlite/counted.hpp"

namespace roost::sqlite {

namespace {

constexpr double firstSecond = 1e8;        // 1973, and as negative 1966
constexpr double firstMillisecond = 1e11;  // the same in milliseconds; as seconds it is the year 5138
constexpr double lastMillisecond = 1e14;   // the year 5138
constexpr double firstJulianDay = 1.7e6;   // 59 BC
constexpr double lastJulianDay = 5.3734845e6;

std::string shown(double number) {
    constexpr double mostExact = 1e15;
    std::array<char, 64> digits{};
    const auto format = std::abs(number) < mostExact ? std::chars_format::fixed : std::chars_format::general;
    char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), number, format).ptr;
    return {digits.data(), end};
}

constexpr std::string_view meaningOf(NumericTime unit) noexcept {
    switch (unit) {
        case NumericTime::seconds:
            return "seconds since 1970";
        case NumericTime::milliseconds:
            return "milliseconds since 1970";
        case NumericTime::julianDay:
            return "Julian days";
        case NumericTime::none:
            break;
    }
    return "no times";
}

}  // namespace

void NumberTimes::add(double number, bool whole) noexcept {
    ++count_;
    if (number == 0) {
        ++zeros_;
        return;
    }
    if (count_ - zeros_ == 1) lowest_ = highest_ = number;
    lowest_ = std::min(lowest_, number);
    highest_ = std::max(highest_, number);
    const double size = std::abs(number);
    if (size >= firstMillisecond && size <= lastMillisecond) {
        ++milliseconds_;
    } else if (size >= firstSecond && size < firstMillisecond) {
        ++seconds_;
    } else if (number >= firstJulianDay && number < lastJulianDay) {
        ++julianDays_;
        julianFraction_ = julianFraction_ || !whole;
    } else {
        ++others_;
    }
}

NumericTime NumberTimes::unit() const noexcept {
    const std::uint64_t telling = count_ - zeros_;
    if (telling == 0) return NumericTime::none;
    if (seconds_ == telling) return NumericTime::seconds;
    if (milliseconds_ == telling) return NumericTime::milliseconds;
    if (julianDays_ == telling && julianFraction_) return NumericTime::julianDay;
    return NumericTime::none;
}

std::string NumberTimes::reason() const {
    const NumericTime found = unit();
    if (found == NumericTime::none) return contradiction();
    const std::uint64_t telling = count_ - zeros_;
    std::string text = allOf(telling, "number");
    if (zeros_ > 0) text += " that " + std::string(telling == 1 ? "is" : "are") + " not 0";
    text +=
        telling == 1 ? " is " + shown(lowest_) : " lie between " + shown(lowest_) + " and " + shown(highest_);
    return text.append(": ").append(meaningOf(found));
}

std::string NumberTimes::contradiction() const {
    if (zeros_ == count_) return allOf(count_, "number") + (count_ == 1 ? " is 0" : " are 0");
    if (julianDays_ == count_ - zeros_)
        return allOf(count_ - zeros_, "number") + (count_ - zeros_ == 1 ? " is" : " are") +
               " whole, between " + shown(lowest_) + " and " + shown(highest_) +
               ": Julian days, or something else";
    std::string text;
    for (const auto& [count, what] :
         {std::pair(seconds_, "like seconds since 1970"),
          std::pair(milliseconds_, "like milliseconds since 1970"),
          std::pair(julianDays_, "like Julian days"), std::pair(others_, "like none of these")})
        if (count > 0)
            text += (text.empty() ? grouped(count) + (count == 1 ? " looks " : " look ")
                                  : ", " + grouped(count) + " ") +
                    what;
    if (others_ == count_ - zeros_)
        text = allOf(others_, "number") +
               (others_ == 1 ? " is " + shown(lowest_)
                             : " lie between " + shown(lowest_) + " and " + shown(highest_)) +
               ", which fits neither seconds nor milliseconds since 1970 nor Julian days";
    return text;
}

}  // namespace roost::sqlite
