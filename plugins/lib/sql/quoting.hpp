// How SQL spells names and text, the same in SQLite and PostgreSQL.
#pragma once

#include <string>
#include <string_view>

namespace roost::sql {

/// `name` as a quoted identifier: "a""b". Right for any name, reserved words, blanks and line breaks
/// included.
[[nodiscard]] std::string quoteIdentifier(std::string_view name);

/// `text` as a string literal: 'it''s'. For PostgreSQL only with standard_conforming_strings on (its
/// default).
[[nodiscard]] std::string quoteLiteral(std::string_view text);

}  // namespace roost::sql
