// The functions that both dialects have, by whatever name.
#pragma once

#include <string>
#include <string_view>

#include "lib/sql/mapping/dialect.hpp"
#include "lib/sql/mapping/expression_tree.hpp"

namespace roost::sql::mapping {

/// How strftime() writes what SQLite's CURRENT_TIMESTAMP, CURRENT_DATE and CURRENT_TIME give.
inline constexpr std::string_view timestampFormat = "%Y-%m-%d %H:%M:%S";
inline constexpr std::string_view dateFormat = "%Y-%m-%d";
inline constexpr std::string_view timeFormat = "%H:%M:%S";

/// CURRENT_`what`: "timestamp", "date" or "time".
[[nodiscard]] Expression currentMoment(std::string_view what, Dialect dialect);

/// PostgreSQL's `moment AT TIME ZONE zone`: only now() in UTC. Throws NotTranslatable.
[[nodiscard]] Expression momentInUtc(const Expression& moment, const Expression& zone);

/// A call by the name that stands for the function in either dialect: length, lower, upper, trim, ltrim,
/// rtrim, coalesce, nullif, abs, substr, replace, instr, json_valid; or what the call means: the current
/// moment in one of its forms, a sequence's next value. Throws NotTranslatable for any other function.
[[nodiscard]] Expression knownCall(Expression call, Dialect dialect);

/// The pattern of PostgreSQL's to_char() for a format of strftime(), and back. Throws NotTranslatable where
/// the format has other parts than year, month, day, hour, minute, second and separators.
[[nodiscard]] std::string toCharPattern(std::string_view strftimeFormat);
[[nodiscard]] std::string strftimeFormat(std::string_view toCharPattern);

}  // namespace roost::sql::mapping
