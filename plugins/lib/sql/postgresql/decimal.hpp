// Decimal numbers as digits: read from text, written in PostgreSQL's binary form.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/sql/postgresql/byte_buffer.hpp"

namespace roost::sql::postgresql {

enum class DecimalKind : std::uint8_t { finite, notANumber, infinity };

/// The digits before and after the point, as they were written.
struct Decimal {
    DecimalKind kind = DecimalKind::finite;
    bool negative = false;
    std::string_view whole;     ///< without leading zeros
    std::string_view fraction;  ///< with all its zeros

    [[nodiscard]] bool isZero() const noexcept;
    /// Whether all digits after the first `places` behind the point are zeros. A negative number asks for
    /// zeros before the point.
    [[nodiscard]] bool fitsScale(int places) const noexcept;
};

/// Reads "-12.50", "1e5", ".5", "NaN", "Infinity" (as PostgreSQL's numeric_in takes them, without blanks).
/// The result points into `text`, or into `scratch` where an exponent had to be worked in. Nothing for text
/// that is no number, and for one of more digits than a numeric can have.
[[nodiscard]] std::optional<Decimal> parseDecimal(std::string_view text, std::string& scratch);

/// Appends what numeric_recv takes, without the length before it.
void writeNumeric(const Decimal& decimal, ByteBuffer& out);

/// The number as an int64; nothing where it has a fraction or is too large.
[[nodiscard]] std::optional<std::int64_t> asInteger(const Decimal& decimal) noexcept;

/// The digits from the first to the last that is not 0.
[[nodiscard]] std::string significantDigits(const Decimal& decimal);

}  // namespace roost::sql::postgresql
