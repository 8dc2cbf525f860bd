// The columns that rows are loaded into, as the server has them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/sql/postgresql/column_types.hpp"
#include "lib/sql/postgresql/connection.hpp"

namespace roost::sql::postgresql {

/// What a column holds, domains resolved: decides how a value is converted and written.
enum class TargetForm : std::uint8_t {
    boolean,
    int16,
    int32,
    int64,
    float32,
    float64,
    numeric,
    money,
    text,        ///< text, varchar(n), citext, enums
    paddedText,  ///< char(n)
    name,
    json,
    jsonb,
    bytes,
    uuid,
    date,
    time,
    timestamp,
    timestamptz,
    interval,
    other,  ///< only its text form is known here: the server reads it
};

struct TargetColumn {
    std::string name;
    std::string typeName;  ///< as the server spells it
    TargetForm form = TargetForm::other;
    std::uint32_t characters = 0;  ///< varchar(n) and char(n); 0 for no limit
    int precision = 0;             ///< numeric(p,s); 0 for no limit
    int scale = 0;
    int fractionDigits = 6;  ///< of seconds
    int moneyDigits = 2;     ///< that money has behind the point in this database
    bool identityAlways = false;
    bool generated = false;
    /// What it gets by itself, where a row does not say: "" for nothing.
    std::string defaultExpression;
};

/// All columns of a table in their order. Throws roost::Error where the table is gone.
[[nodiscard]] std::vector<TargetColumn> readTargetColumns(Connection& connection, Oid table);

}  // namespace roost::sql::postgresql
