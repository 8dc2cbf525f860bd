// What the numbers in a column of times are, told by their size.
#pragma once

#include <cstdint>
#include <string>

#include "roost/catalog.hpp"

namespace roost::sqlite {

/// The sizes of all numbers of one column. They must agree: one number of another size, and there is no unit.
/// 0 speaks neither for nor against one.
class NumberTimes {
public:
    void add(std::int64_t number) noexcept { add(static_cast<double>(number), true); }
    void add(double number) noexcept { add(number, false); }

    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
    /// The unit that fits all numbers; none where no unit does, or more than one.
    [[nodiscard]] NumericTime unit() const noexcept;
    /// Why unit() is what it is: "all 1,204 numbers lie between 1700000000 and 1767323045: seconds since
    /// 1970", or what speaks against any: "3 look like seconds since 1970, 2 like milliseconds".
    [[nodiscard]] std::string reason() const;

private:
    void add(double number, bool whole) noexcept;
    [[nodiscard]] std::string contradiction() const;

    std::uint64_t count_ = 0;
    std::uint64_t zeros_ = 0;
    std::uint64_t seconds_ = 0;
    std::uint64_t milliseconds_ = 0;
    std::uint64_t julianDays_ = 0;
    std::uint64_t others_ = 0;
    bool julianFraction_ = false;  ///< one of julianDays_ is a double
    double lowest_ = 0;            ///< of those that are not 0
    double highest_ = 0;
};

}  // namespace roost::sqlite
