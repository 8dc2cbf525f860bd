// Logical types: what a column means, whatever dialect spells it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace [[gnu::visibility("default")]] roost {

/// The kinds of value that every dialect maps its own types to.
/// `other` is a type without a logical counterpart; its values travel as the database's own text.
enum class TypeKind : std::uint8_t {
    boolean,
    int16,
    int32,
    int64,
    float32,
    float64,
    decimal,
    text,
    bytes,
    uuid,
    date,
    time,
    timestamp,
    interval,
    json,
    array,
    enumeration,
    other,
};

/// A column's logical type. A value type; compare with ==.
struct LogicalType {
    TypeKind kind = TypeKind::other;
    /// Decimal digits in all (decimal) or characters (text); 0 where the type sets no limit.
    std::uint32_t precision = 0;
    /// Digits after the decimal point (decimal); negative where the type sets none.
    std::int32_t scale = -1;
    /// timestamp: true for an instant (an offset or UTC belongs to it), false for a wall-clock time.
    bool withZone = false;
    /// array: what an element is.
    TypeKind element = TypeKind::other;

    friend bool operator==(const LogicalType&, const LogicalType&) = default;
};

/// "boolean", "int64", "decimal", ...: the names that definitions and schema.json use.
[[nodiscard]] std::string_view name(TypeKind kind) noexcept;

/// The reverse of name(). Throws roost::Error for a name that is none.
[[nodiscard]] TypeKind typeKind(std::string_view name);

/// The type as users write it: `text(50)`, `decimal(10,2)`, `timestamp`, `timestamptz`, `array(int32)`.
[[nodiscard]] std::string format(const LogicalType& type);

/// The reverse of format(). Throws roost::Error that names the text and lists what is possible.
[[nodiscard]] LogicalType parseLogicalType(std::string_view text);

}  // namespace roost
