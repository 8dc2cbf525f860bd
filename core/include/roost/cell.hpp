// One value of one row: 16 bytes, cheap to copy, owning nothing.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>

namespace [[gnu::visibility("default")]] roost {

/// What a cell really holds. It is the value's own kind, not its column's: SQLite lets any kind stand in
/// any column, and every stage must take any kind in any column.
enum class CellKind : std::uint8_t {
    null,
    boolean,    ///< integer() is 0 or 1
    integer,    ///< integer()
    real,       ///< real()
    decimal,    ///< text(): digits as the database prints them, or "NaN", "Infinity", "-Infinity"
    text,       ///< text(): the bytes as stored; not checked to be UTF-8, may hold NUL
    bytes,      ///< bytes()
    uuid,       ///< bytes(): 16, in the order in which they are printed
    date,       ///< integer(): days since 2000-01-01 in the proleptic Gregorian calendar, or infinity
    time,       ///< integer(): microseconds since midnight, 0 to 86,400,000,000
    timestamp,  ///< integer(): microseconds since 2000-01-01 00:00:00 (UTC for an instant), or infinity
    interval,   ///< interval()
};

/// PostgreSQL's interval: three parts that do not convert into each other (its documentation, 8.5.4).
struct Interval {
    std::int32_t months = 0;
    std::int32_t days = 0;
    std::int64_t microseconds = 0;
    friend bool operator==(const Interval&, const Interval&) = default;
};

/// The value of a date or timestamp cell that stands for `infinity` or `-infinity`.
inline constexpr std::int64_t positiveInfinity = std::numeric_limits<std::int64_t>::max();
inline constexpr std::int64_t negativeInfinity = std::numeric_limits<std::int64_t>::min();

/// A tagged value. Text, bytes, uuid, decimal and interval point into the arena of the Batch that the
/// cell stands in and live as long as it; a cell made by hand lives as long as what it was given.
/// Values of up to 4 GiB - 1 byte (both databases stop well below).
class Cell {
public:
    constexpr Cell() noexcept : integer_(0) {}

    static constexpr Cell null() noexcept { return {}; }
    static constexpr Cell boolean(bool value) noexcept { return number(CellKind::boolean, value ? 1 : 0); }
    static constexpr Cell integer(std::int64_t value) noexcept { return number(CellKind::integer, value); }
    static constexpr Cell date(std::int64_t days) noexcept { return number(CellKind::date, days); }
    static constexpr Cell time(std::int64_t micros) noexcept { return number(CellKind::time, micros); }
    static constexpr Cell timestamp(std::int64_t micros) noexcept {
        return number(CellKind::timestamp, micros);
    }
    static constexpr Cell real(double value) noexcept {
        Cell cell;
        cell.real_ = value;
        cell.kind_ = CellKind::real;
        return cell;
    }
    /// `data` must outlive the cell. `kind` is text, bytes, decimal, uuid or interval.
    static constexpr Cell view(CellKind kind, std::string_view data) noexcept {
        Cell cell;
        cell.data_ = data.data();
        cell.length_ = static_cast<std::uint32_t>(data.size());
        cell.kind_ = kind;
        return cell;
    }

    [[nodiscard]] constexpr CellKind kind() const noexcept { return kind_; }
    [[nodiscard]] constexpr bool isNull() const noexcept { return kind_ == CellKind::null; }
    [[nodiscard]] constexpr std::int64_t integer() const noexcept { return integer_; }
    [[nodiscard]] constexpr double real() const noexcept { return real_; }
    [[nodiscard]] constexpr std::string_view text() const noexcept { return {data_, length_}; }
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
        return std::as_bytes(std::span(data_, length_));
    }
    [[nodiscard]] Interval interval() const noexcept {
        Interval value;
        std::memcpy(&value, data_, sizeof value);
        return value;
    }

private:
    static constexpr Cell number(CellKind kind, std::int64_t value) noexcept {
        Cell cell;
        cell.integer_ = value;
        cell.kind_ = kind;
        return cell;
    }

    union {
        std::int64_t integer_;
        double real_;
        const char* data_;
    };
    std::uint32_t length_ = 0;
    CellKind kind_ = CellKind::null;
};

static_assert(sizeof(Cell) == 16);

}  // namespace roost
