// Where generated rows go.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace roost::bench {

/// A moment as the application's server saw it.
struct Moment {
    std::int64_t seconds = 0;  ///< since 1970, UTC
    std::uint32_t nanoseconds = 0;
    std::int32_t offsetMinutes = 0;
    /// Set by the database's CURRENT_TIMESTAMP: whole seconds in UTC, spelled without an offset.
    bool byDatabase = false;
};

struct Null {};

/// One value. Text is only looked at during the call that it is given to.
using Value = std::variant<Null, bool, std::int64_t, double, std::string_view, Moment>;

/// One form of the database. finish() makes it complete.
class RowOutput {
public:
    virtual ~RowOutput() = default;
    /// Rows of `table` follow, with a value for each of its `columns` in the schema's order.
    virtual void begin(std::string_view table, std::size_t columns) = 0;
    virtual void row(std::span<const Value> values) = 0;
    virtual void end() = 0;
    virtual void finish() = 0;
};

/// Adds `moment` as GORM's SQLite driver spells times: `2006-01-02 15:04:05.999999999-07:00` without the
/// zeros at the end of the fraction, which keeps at most `digits` digits.
void appendMoment(std::string& text, const Moment& moment, unsigned digits);

}  // namespace roost::bench
