// Whether all texts of a column are of a narrower type.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "roost/catalog.hpp"

namespace roost::sqlite {

/// Takes the texts of one column, one after the other. What it says holds for every one of them, and no text
/// is lost with it: times have one spelling, no offset but UTC's and no digits below a microsecond, and two
/// texts that differ are never one time.
class TextKinds {
public:
    void add(std::string_view text);
    /// False once no narrower type fits any more: the other texts needn't be looked at.
    [[nodiscard]] bool open() const noexcept {
        return uuid_ || date_ || (timestamp_ && (sameSize_ || !zerosAtEnd_));
    }

    /// Makes the column a uuid, date or timestamp where all texts are one, with the reason; false where they
    /// are not.
    [[nodiscard]] bool narrow(Column& column) const;

private:
    [[nodiscard]] bool fitsTimestamps(std::string_view text);

    std::uint64_t texts_ = 0;
    bool uuid_ = true;
    bool date_ = true;
    bool timestamp_ = true;
    std::string_view spelling_;  ///< of the timestamps
    char last_ = '\0';           ///< their last character: 'Z' or a digit
    std::size_t size_ = 0;
    bool sameSize_ = true;
    bool zerosAtEnd_ = false;  ///< one has a fraction that could be shorter
};

}  // namespace roost::sqlite
