// One way of masking, made ready for one column.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "roost/batch.hpp"
#include "roost/catalog.hpp"
#include "transforms/mask/form_mask.hpp"
#include "transforms/mask/keyed_hash.hpp"
#include "transforms/mask/mask_rule.hpp"

namespace roost::mask {

/// Hexadecimal digits of a hash below which two values might become one.
inline constexpr std::size_t uniqueDigits = 16;

class ValueMask {
public:
    /// Throws roost::Error where values of such a column can't be masked so; `why` begins what it says, as
    /// "rule 1: users.email". `unique`: no two values may become one.
    ValueMask(Action action, const std::string& value, const Column& column, bool unique,
              const std::string& why);

    [[nodiscard]] Action action() const noexcept { return action_; }
    /// "hash", "NULL", "'x'": for the plan.
    [[nodiscard]] std::string text() const;
    /// Two masks with one signature make the same of the same value.
    [[nodiscard]] std::string signature() const;
    /// The new value, in the memory of `batch` or of this mask. `hash` may be null where none is needed.
    [[nodiscard]] Cell apply(const Cell& cell, Batch& batch, KeyedHash* hash);

private:
    void prepareValue(const std::string& value, const Column& column, const std::string& why);
    void prepareDrop(const Column& column, const std::string& why);
    void prepareHash(const Column& column, const std::string& why);
    [[nodiscard]] Cell fixed() const;
    [[nodiscard]] Cell hashed(std::string_view value, Batch& batch, KeyedHash& hash) const;
    [[nodiscard]] Cell formed(const Cell& cell, Batch& batch, KeyedHash& hash) const;
    [[nodiscard]] Cell dropped(Batch& batch);

    Action action_;
    LogicalType type_;
    bool unique_;
    bool nullable_;
    std::size_t length_ = 0;  ///< hexadecimal digits of a hash
    std::int64_t least_ = std::numeric_limits<std::int64_t>::min();
    std::int64_t most_ = std::numeric_limits<std::int64_t>::max();
    CellKind fixedKind_ = CellKind::null;
    std::int64_t fixedNumber_ = 0;
    double fixedReal_ = 0;
    std::string fixedText_;
    std::uint64_t dropped_ = 0;
};

}  // namespace roost::mask
