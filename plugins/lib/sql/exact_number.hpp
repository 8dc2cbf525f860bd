// Numbers of any kind and length, compared exactly.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace roost::sql {

/// A decimal number as its digits, so that an int64, a numeric of 100 digits and a double can be compared
/// without one becoming the other. A double counts as its shortest decimal form says.
class ExactNumber {
public:
    /// "12", "-0.50", "1e-7", "Infinity"; nothing for "NaN" and for what is no number.
    [[nodiscard]] static std::optional<ExactNumber> parse(std::string_view text);
    [[nodiscard]] static ExactNumber of(std::int64_t value);
    [[nodiscard]] static std::optional<ExactNumber> of(double value);

    friend std::strong_ordering operator<=>(const ExactNumber& a, const ExactNumber& b) noexcept;
    friend bool operator==(const ExactNumber& a, const ExactNumber& b) noexcept {
        return std::is_eq(a <=> b);
    }

private:
    int sign_ = 0;  ///< -1, 0 or 1
    bool infinite_ = false;
    std::string digits_;         ///< without zeros at either end
    std::int64_t exponent_ = 0;  ///< the value is 0.DIGITS * 10^exponent
};

}  // namespace roost::sql
