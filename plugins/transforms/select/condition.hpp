// One condition on a column's values, made ready for its type.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/sql/exact_number.hpp"
#include "lib/sql/name_pattern.hpp"
#include "roost/catalog.hpp"
#include "roost/cell.hpp"
#include "roost/node.hpp"

namespace roost::select {

/// A record of the option `where`, as written.
struct WhereRecord {
    std::string table;
    std::string column;
    std::optional<std::string> is;
    std::optional<std::string> like;
    std::optional<std::string> from;
    std::optional<std::string> to;
    std::optional<bool> null;
    Position position;
};

/// What a condition says of a value.
enum class Answer : std::uint8_t {
    no,
    yes,
    incomparable,  ///< the value is not of a kind that can be compared so; it does not fulfil the condition
};

/// How values of a column are compared.
enum class Comparison : std::uint8_t { none, boolean, number, text, uuid, date, time, timestamp };

/// What a value is compared with.
struct Operand {
    std::int64_t integer = 0;   ///< of booleans, dates, times, timestamps, and numbers that are int64
    bool isInteger = false;     ///< of numbers
    std::string text;           ///< of texts and uuids
    sql::ExactNumber number{};  ///< of numbers
};

class Condition {
public:
    /// Throws roost::Error where the record can't be asked of such a column. `place` is the column's in rows.
    Condition(const WhereRecord& record, const Table& table, std::size_t place);

    [[nodiscard]] std::size_t place() const noexcept { return place_; }
    [[nodiscard]] Answer ask(const Cell& cell) const;

private:
    enum class Side : std::uint8_t { is, from, to };

    [[nodiscard]] std::optional<Operand> read(const std::optional<std::string>& text, const char* key,
                                              const std::string& column) const;
    [[nodiscard]] std::optional<Operand> parse(const std::string& text) const;
    [[nodiscard]] Answer compare(const Cell& cell, const Operand& operand, Side side) const;
    [[nodiscard]] std::optional<std::strong_ordering> order(const Cell& cell, const Operand& operand) const;
    [[nodiscard]] std::optional<std::int64_t> timeOf(const Cell& cell) const;

    std::size_t place_;
    Comparison comparison_;
    bool withZone_;
    NumericTime numbersAre_;
    std::optional<Operand> is_;
    std::optional<Operand> from_;
    std::optional<Operand> to_;
    std::optional<sql::NamePattern> like_;
    std::optional<bool> null_;
};

}  // namespace roost::select
