#include "lib/sql/postgresql/column_types.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "lib/sql/postgresql/identifiers.hpp"
#include "roost/error.hpp"

namespace roost::sql::postgresql {

namespace {

constexpr Oid bpcharOid = 1042;
constexpr Oid varcharOid = 1043;
constexpr Oid numericOid = 1700;
constexpr Oid moneyOid = 790;

struct BuiltIn {
    Oid oid;
    TypeKind kind;
    FieldForm form;
    bool withZone = false;
};

/// The types that COPY gives in a binary form which is decoded here; oids are those of
/// src/include/catalog/pg_type.dat.
constexpr std::array<BuiltIn, 20> builtIns{{
    {16, TypeKind::boolean, FieldForm::boolean},
    {17, TypeKind::bytes, FieldForm::bytes},
    {19, TypeKind::text, FieldForm::text},  // name
    {20, TypeKind::int64, FieldForm::int64},
    {21, TypeKind::int16, FieldForm::int16},
    {23, TypeKind::int32, FieldForm::int32},
    {25, TypeKind::text, FieldForm::text},
    {114, TypeKind::json, FieldForm::text},
    {700, TypeKind::float32, FieldForm::float32},
    {701, TypeKind::float64, FieldForm::float64},
    {bpcharOid, TypeKind::text, FieldForm::paddedText},
    {varcharOid, TypeKind::text, FieldForm::text},
    {1082, TypeKind::date, FieldForm::date},
    {1083, TypeKind::time, FieldForm::time},
    {1114, TypeKind::timestamp, FieldForm::timestamp},
    {1184, TypeKind::timestamp, FieldForm::timestamp, true},
    {1186, TypeKind::interval, FieldForm::interval},
    {numericOid, TypeKind::decimal, FieldForm::numeric},
    {2950, TypeKind::uuid, FieldForm::uuid},
    {3802, TypeKind::json, FieldForm::jsonb},
}};

const BuiltIn* builtIn(Oid type) noexcept {
    const auto* found = std::ranges::find(builtIns, type, &BuiltIn::oid);
    return found == builtIns.end() ? nullptr : found;
}

/// pg_attribute.atttypmod of varchar(n) and numeric(p,s) holds n, or p and s, plus the four bytes of a length
/// word.
constexpr int modifierOffset = 4;

void applyModifier(LogicalType& type, Oid oid, int modifier) {
    if (modifier < modifierOffset) return;
    const int value = modifier - modifierOffset;
    if (oid == varcharOid || oid == bpcharOid) type.precision = static_cast<std::uint32_t>(value);
    if (oid != numericOid) return;
    type.precision = static_cast<std::uint32_t>((value >> 16) & 0xFFFF);
    constexpr int scaleMask = 0x7FF;  // eleven bits, signed since PostgreSQL 15
    constexpr int scaleSign = 0x400;
    type.scale = ((value & scaleMask) ^ scaleSign) - scaleSign;
}

constexpr std::string_view typesQuery = R"(
WITH RECURSIVE used(oid) AS (
    SELECT DISTINCT a.atttypid FROM pg_attribute a
    WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
  UNION
    SELECT part.oid FROM used JOIN pg_type t ON t.oid = used.oid
    CROSS JOIN LATERAL (VALUES (t.typbasetype), (t.typelem)) part(oid) WHERE part.oid <> 0
)
SELECT t.oid, n.nspname, t.typname, t.typtype, t.typbasetype, t.typtypmod,
       CASE WHEN element.typarray = t.oid THEN t.typelem ELSE 0 END,
       fn.nspname, f.proname, t.typname = 'citext' AND t.typcategory = 'S'
FROM used JOIN pg_type t ON t.oid = used.oid JOIN pg_namespace n ON n.oid = t.typnamespace
JOIN pg_proc f ON f.oid = t.typoutput JOIN pg_namespace fn ON fn.oid = f.pronamespace
LEFT JOIN pg_type element ON element.oid = t.typelem)";

}  // namespace

ColumnTypes ColumnTypes::read(Connection& connection, const std::string& tables) {
    const Result rows = connection.query(std::string(typesQuery), "read the column types", {tables});
    ColumnTypes types;
    for (int i = 0; i < rows.rows(); ++i) {
        TypeEntry entry;
        entry.schema = rows.string(i, 1);
        entry.name = rows.string(i, 2);
        entry.type = rows.text(i, 3).front();
        entry.base = static_cast<Oid>(rows.integer(i, 4));
        entry.baseModifier = static_cast<int>(rows.integer(i, 5));
        entry.element = static_cast<Oid>(rows.integer(i, 6));
        entry.output = quoteQualified(rows.text(i, 7), rows.text(i, 8));
        entry.stringExtension = rows.boolean(i, 9);
        types.types_.emplace(static_cast<Oid>(rows.integer(i, 0)), std::move(entry));
    }
    return types;
}

const TypeEntry& ColumnTypes::entry(Oid type) const {
    const auto found = types_.find(type);
    if (found == types_.end())
        throw Error("a column's type (oid " + std::to_string(type) + ") is gone from the catalog");
    return found->second;
}

LogicalType ColumnTypes::logical(Oid type, int modifier) const {
    const TypeEntry& known = entry(type);
    if (known.type == 'd') return logical(known.base, known.baseModifier);
    LogicalType logicalType;
    if (const BuiltIn* plain = builtIn(type)) {
        logicalType.kind = plain->kind;
        logicalType.withZone = plain->withZone;
        applyModifier(logicalType, type, modifier);
    } else if (known.element != 0) {
        logicalType.kind = TypeKind::array;
        logicalType.element = logical(known.element, -1).kind;
    } else if (known.type == 'e') {
        logicalType.kind = TypeKind::enumeration;
    } else if (known.stringExtension) {
        logicalType.kind = TypeKind::text;
    } else if (type == moneyOid) {
        logicalType.kind = TypeKind::decimal;
    }
    return logicalType;
}

ColumnReading ColumnTypes::reading(const std::string& column, Oid type, int modifier) const {
    const std::string quoted = quoteIdentifier(column);
    ColumnReading reading{logical(type, modifier), FieldForm::text, quoted};
    Oid base = type;
    while (entry(base).type == 'd') base = entry(base).base;
    const TypeEntry& known = entry(base);
    if (const BuiltIn* plain = builtIn(base)) {
        reading.form = plain->form;
        return reading;
    }
    if (known.type == 'e' || known.stringExtension) return reading;

    // Output functions of polymorphic types don't take a domain.
    std::string value = base == type ? quoted : quoted + "::" + quoteQualified(known.schema, known.name);
    if (base == moneyOid) {
        reading.form = FieldForm::numeric;
        reading.expression = value + "::pg_catalog.numeric";
    } else if (known.element == moneyOid) {
        reading.expression = "pg_catalog.textin(pg_catalog.array_out(" + value + "::pg_catalog.numeric[]))";
    } else {
        reading.expression = "pg_catalog.textin(" + known.output + "(" + value + "))";
    }
    return reading;
}

}  // namespace roost::sql::postgresql
