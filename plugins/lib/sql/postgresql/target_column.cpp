#include "lib/sql/postgresql/target_column.hpp"

#include <algorithm>
#include <array>

#include "roost/error.hpp"

namespace roost::sql::postgresql {

namespace {

// A domain's own modifier counts where the column gives none.
constexpr std::string_view columnsQuery = R"(
WITH RECURSIVE steps(attnum, type, modifier) AS (
    SELECT a.attnum, a.atttypid, a.atttypmod FROM pg_attribute a
    WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
    SELECT s.attnum, t.typbasetype, greatest(s.modifier, t.typtypmod)
    FROM steps s JOIN pg_type t ON t.oid = s.type WHERE t.typtype = 'd'
)
SELECT a.attname, format_type(a.atttypid, a.atttypmod), t.oid, s.modifier, t.typtype,
       t.typname = 'citext' AND t.typcategory = 'S', a.attidentity = 'a', a.attgenerated <> '',
       CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END
FROM steps s JOIN pg_attribute a ON a.attrelid = $1::oid AND a.attnum = s.attnum
JOIN pg_type t ON t.oid = s.type AND t.typtype <> 'd'
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
ORDER BY a.attnum)";

struct BuiltIn {
    Oid oid;
    TargetForm form;
};

/// Oids are those of src/include/catalog/pg_type.dat.
constexpr std::array<BuiltIn, 21> builtIns{{
    {16, TargetForm::boolean},     {17, TargetForm::bytes},         {19, TargetForm::name},
    {20, TargetForm::int64},       {21, TargetForm::int16},         {23, TargetForm::int32},
    {25, TargetForm::text},        {114, TargetForm::json},         {700, TargetForm::float32},
    {701, TargetForm::float64},    {790, TargetForm::money},        {1042, TargetForm::paddedText},
    {1043, TargetForm::text},      {1082, TargetForm::date},        {1083, TargetForm::time},
    {1114, TargetForm::timestamp}, {1184, TargetForm::timestamptz}, {1186, TargetForm::interval},
    {1700, TargetForm::numeric},   {2950, TargetForm::uuid},        {3802, TargetForm::jsonb},
}};

/// pg_attribute.atttypmod: lengths and precisions count four bytes of a length word.
constexpr int modifierOffset = 4;

void applyModifier(TargetColumn& column, int modifier) {
    if (modifier < 0) return;
    const int value = modifier - modifierOffset;
    switch (column.form) {
        case TargetForm::text:
        case TargetForm::paddedText:
            column.characters = static_cast<std::uint32_t>(std::max(value, 0));
            return;
        case TargetForm::numeric: {
            column.precision = (value >> 16) & 0xFFFF;
            constexpr int scaleMask = 0x7FF;  // eleven bits, signed since PostgreSQL 15
            constexpr int scaleSign = 0x400;
            column.scale = ((value & scaleMask) ^ scaleSign) - scaleSign;
            return;
        }
        case TargetForm::time:
        case TargetForm::timestamp:
        case TargetForm::timestamptz:
            column.fractionDigits = std::min(modifier, 6);
            return;
        case TargetForm::interval: {
            constexpr int precisionMask = 0xFFFF;  // all bits set stand for none
            column.fractionDigits = std::min(modifier & precisionMask, 6);
            return;
        }
        default:
            return;
    }
}

/// How many digits behind the point a money has is up to lc_monetary, and loads run with that of C: what the
/// database's own says is asked for once.
void applyMoneyDigits(Connection& connection, std::vector<TargetColumn>& columns) {
    if (std::ranges::find(columns, TargetForm::money, &TargetColumn::form) == columns.end()) return;
    constexpr std::string_view action = "ask how money is written";
    connection.query(
        "SELECT set_config('lc_monetary', reset_val, true) FROM pg_settings WHERE name = 'lc_monetary'",
        action);
    const Result digits = connection.query("SELECT scale('1'::money::numeric)", action);
    connection.query("SELECT set_config('lc_monetary', 'C', true)", action);
    for (TargetColumn& column : columns) column.moneyDigits = static_cast<int>(digits.integer(0, 0));
}

}  // namespace

std::vector<TargetColumn> readTargetColumns(Connection& connection, Oid table) {
    const Result rows =
        connection.query(std::string(columnsQuery), "read the columns of a table", {std::to_string(table)});
    std::vector<TargetColumn> columns;
    for (int i = 0; i < rows.rows(); ++i) {
        TargetColumn column;
        column.name = rows.string(i, 0);
        column.typeName = rows.string(i, 1);
        const auto* known = std::ranges::find(builtIns, static_cast<Oid>(rows.integer(i, 2)), &BuiltIn::oid);
        if (known != builtIns.end()) column.form = known->form;
        if (rows.text(i, 4) == "e" || rows.boolean(i, 5)) column.form = TargetForm::text;
        applyModifier(column, static_cast<int>(rows.integer(i, 3)));
        column.identityAlways = rows.boolean(i, 6);
        column.generated = rows.boolean(i, 7);
        column.defaultExpression = rows.string(i, 8);
        columns.push_back(std::move(column));
    }
    applyMoneyDigits(connection, columns);
    return columns;
}

}  // namespace roost::sql::postgresql
