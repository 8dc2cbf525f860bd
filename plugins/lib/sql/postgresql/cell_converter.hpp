// Cells as values that a column holds: what can be converted exactly is, everything else is an error.
#pragma once

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "lib/sql/postgresql/decimal.hpp"
#include "lib/sql/postgresql/target_column.hpp"
#include "lib/sql/value_parse.hpp"
#include "roost/catalog.hpp"
#include "roost/cell.hpp"

namespace roost::sql::postgresql {

/// A value that a column can't hold. what() reads as in "column 'x' cannot hold 2: it is no boolean".
class BadValue : public std::runtime_error {
public:
    explicit BadValue(const std::string& why, std::string hint = {})
        : std::runtime_error(why), hint_(std::move(hint)) {}
    /// What to do about this very value; "" where nothing more is known than for any other.
    [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

private:
    std::string hint_;
};

/// A value in the form of its column. Which members count is told by the form.
struct Value {
    std::int64_t number = 0;  ///< boolean, integers, date, time, timestamp, money (its smallest unit)
    double real = 0;
    std::string_view text;  ///< text, json, bytes, uuid (16 bytes), other; numeric: as it was written
    Decimal decimal;
    Interval interval;
};

/// What was changed on the way, as the contract's table of values allows.
struct Conversions {
    std::uint64_t cutFractions = 0;    ///< digits below what the column keeps of a second
    std::uint64_t droppedOffsets = 0;  ///< an offset other than UTC's
};

/// Converts the cells of one column. Not thread-safe.
class CellConverter {
public:
    /// `source`: the column that the cells come from. `encoded`: the database has an encoding, so that text
    /// must be UTF-8.
    CellConverter(const TargetColumn& column, const Column& source, bool encoded)
        : column_(column),
          sourceIsInstant_(source.type.withZone),
          numbersAre_(source.numbersAre),
          encoded_(encoded) {}

    /// `cell` is not null. The value points into the cell or into this object, until the next call. Throws
    /// BadValue.
    [[nodiscard]] Value convert(const Cell& cell);
    [[nodiscard]] const TargetColumn& column() const noexcept { return column_; }
    /// One for the same incoming column and another target.
    [[nodiscard]] CellConverter inColumn(const TargetColumn& column) const {
        CellConverter other(*this);
        other.column_ = column;
        other.conversions_ = {};
        return other;
    }
    [[nodiscard]] const Conversions& conversions() const noexcept { return conversions_; }

private:
    [[nodiscard]] bool booleanOf(const Cell& cell) const;
    [[nodiscard]] std::int64_t integerOf(const Cell& cell, std::int64_t lowest, std::int64_t highest);
    [[nodiscard]] double realOf(const Cell& cell);
    [[nodiscard]] double singleOf(const Cell& cell);
    [[nodiscard]] Decimal decimalOf(const Cell& cell);
    [[nodiscard]] std::int64_t moneyOf(const Cell& cell);
    [[nodiscard]] std::string_view textOf(const Cell& cell);
    [[nodiscard]] std::string_view checkedText(std::string_view text) const;
    [[nodiscard]] std::string_view bytesOf(const Cell& cell) const;
    [[nodiscard]] std::string_view uuidOf(const Cell& cell);
    [[nodiscard]] std::int64_t dateOf(const Cell& cell) const;
    [[nodiscard]] std::int64_t dateOfNumber(const Cell& cell) const;
    [[nodiscard]] ParsedTime timeOfNumber(const Cell& cell) const;
    [[nodiscard]] std::int64_t timeOf(const Cell& cell);
    [[nodiscard]] std::int64_t timestampOf(const Cell& cell);
    [[nodiscard]] Interval intervalOf(const Cell& cell);
    [[nodiscard]] std::int64_t withoutLostDigits(std::int64_t microseconds, bool alreadyCut);
    [[nodiscard]] std::string_view shortest(double value);

    TargetColumn column_;
    bool sourceIsInstant_;
    NumericTime numbersAre_;
    bool encoded_;
    Conversions conversions_;
    std::array<char, 400> written_{};
    std::string scratch_;
};

}  // namespace roost::sql::postgresql
