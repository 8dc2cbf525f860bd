// Conditions on rows in the words of SQL.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "roost/row_condition.hpp"

namespace roost::sql {

/// What the dialects spell in different ways.
struct ConditionWriter {
    /// What stands behind FROM for a table.
    std::function<std::string(TableId)> from;
    /// A value as a literal.
    std::function<std::string(const Value&)> literal;
    /// Whether RowCondition::collation means something here.
    bool namesCollations = false;
};

/// `rows` as an expression that both databases take. Names are quoted.
[[nodiscard]] std::string conditionText(const RowCondition& rows, const ConditionWriter& writer);

/// Two digits a byte, in lower case: what literals of bytes are made of.
[[nodiscard]] std::string hexDigits(std::string_view bytes);

}  // namespace roost::sql
