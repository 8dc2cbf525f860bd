// Which rows of a table: a condition that a source can put into its own query language.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "roost/batch.hpp"

namespace [[gnu::visibility("default")]] roost {

/// A cell that owns what it holds.
class Value {
public:
    Value() = default;
    explicit Value(const Cell& cell);
    /// Valid as long as the value stays where it is and as it is.
    [[nodiscard]] Cell cell() const noexcept;
    [[nodiscard]] CellKind kind() const noexcept { return kind_; }
    friend bool operator==(const Value&, const Value&) = default;

private:
    CellKind kind_ = CellKind::null;
    std::int64_t integer_ = 0;
    double real_ = 0;
    std::string text_;
};

/// A condition on the rows of one table, true or false of each (never unknown). Columns are those of the
/// table, as its source names them.
struct RowCondition {
    enum class Kind : std::uint8_t {
        everything,
        nothing,
        all,      ///< every one of parts
        any,      ///< one or more of parts
        none,     ///< not parts[0]
        missing,  ///< one or more of columns is null
        among,    ///< columns are one of the tuples in values; false where one of them is null
        matching  ///< columns are targetColumns of a row of `table` of which parts[0] is true; likewise
    };

    Kind kind = Kind::everything;
    std::vector<RowCondition> parts;
    std::vector<std::string> columns;
    std::vector<std::vector<Value>> values;
    TableId table = 0;
    std::vector<std::string> targetColumns;
    /// How text is compared, where the dialect knows it by name and it is not that of the columns.
    std::string collation;
    /// The two sides are of different types and compared as text.
    bool asText = false;

    [[nodiscard]] bool isEverything() const noexcept { return kind == Kind::everything; }
    [[nodiscard]] bool isNothing() const noexcept { return kind == Kind::nothing; }

    [[nodiscard]] static RowCondition everything() { return {}; }
    [[nodiscard]] static RowCondition nothing();
    /// The three simplify what is always true or false.
    [[nodiscard]] static RowCondition allOf(std::vector<RowCondition> parts);
    [[nodiscard]] static RowCondition anyOf(std::vector<RowCondition> parts);
    [[nodiscard]] static RowCondition noneOf(RowCondition part);
    [[nodiscard]] static RowCondition missingIn(std::vector<std::string> columns);
    [[nodiscard]] static RowCondition valuesAmong(std::vector<std::string> columns,
                                                  std::vector<std::vector<Value>> values);
};

/// Some columns of some rows of a table.
struct TableRead {
    TableId table = 0;
    std::vector<std::string> columns;
    RowCondition rows;
};

}  // namespace roost
