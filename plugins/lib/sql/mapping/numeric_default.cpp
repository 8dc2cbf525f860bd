#include "lib/sql/mapping/numeric_default.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "lib/sql/calendar.hpp"
#include "lib/sql/mapping/known_calls.hpp"
#include "lib/sql/numeric_time.hpp"

namespace roost::sql::mapping {

namespace {

using Kind = Expression::Kind;

std::optional<std::int64_t> wholeNumber(const std::string& text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// As ISO 8601 writes it, a date where the column holds dates; "" where that can't be said exactly.
std::string written(std::int64_t microseconds, const LogicalType& type) {
    constexpr std::int64_t day = 86'400'000'000;
    constexpr std::size_t longestUsual = 26;  // 9999-12-31T23:59:59.999999
    std::array<char, longestTimestamp> text{};
    char* end = nullptr;
    if (type.kind == TypeKind::date) {
        if (microseconds % day != 0) return {};
        end = writeDate(text.data(), microseconds / day);
    } else {
        end = writeTimestamp(text.data(), microseconds, false);
    }
    const std::string result(text.data(), end);
    const bool usual = result.front() >= '0' && result.front() <= '9' && !result.starts_with("0000");
    return usual && result.size() <= longestUsual ? result : std::string();
}

}  // namespace

Expression timeForNumber(Expression value, const Column& column) {
    if (column.numbersAre == NumericTime::none) return value;
    const bool isDate = column.type.kind == TypeKind::date;
    if (!isDate && column.type.kind != TypeKind::timestamp) return value;
    if (value.kind == Kind::unixNow && column.numbersAre == NumericTime::seconds && !isDate)
        return makeExpression(Kind::current, std::string(timestampFormat));
    if (value.kind != Kind::number) return value;
    const auto number = wholeNumber(value.text);
    const auto time = number ? timeOfNumber(*number, column.numbersAre) : std::nullopt;
    std::string text = time ? written(time->value, column.type) : std::string();
    return text.empty() ? value : makeExpression(Kind::string, std::move(text));
}

}  // namespace roost::sql::mapping
