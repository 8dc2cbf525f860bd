#include "lib/archive/aviary_schema.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "lib/archive/aviary_tables.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::archive {

namespace {

enum class Dialect : std::uint8_t { sqlite, postgresql };

/// Three tables of jobs, written one over the other; Aviary itself never reads it.
constexpr std::string_view jobsTable = "unknown";

/// Fields of users that older versions had.
constexpr std::array<std::string_view, 2> legacyFields{"email_verified", "verification_token"};

std::string quoted(std::string_view name) { return "'" + storage::shownName(name) + "'"; }

std::string_view sqliteType(AviaryType type) noexcept {
    switch (type) {
        case AviaryType::uuid:
            return "uuid";
        case AviaryType::boolean:
            return "numeric";
        case AviaryType::integer:
            return "INTEGER";
        case AviaryType::real:
            return "REAL";
        case AviaryType::time:
            return "datetime";
        case AviaryType::text:
            break;
    }
    return "TEXT";
}

std::string postgresqlType(const AviaryColumn& column) {
    switch (column.type) {
        case AviaryType::uuid:
            return "uuid";
        case AviaryType::boolean:
            return "boolean";
        case AviaryType::integer:
            return "bigint";
        case AviaryType::real:
            return "numeric";
        case AviaryType::time:
            return "timestamp with time zone";
        case AviaryType::text:
            break;
    }
    return column.length == 0 ? "text" : "character varying(" + std::to_string(column.length) + ")";
}

LogicalType logicalType(const AviaryColumn& column, Dialect dialect) {
    LogicalType type;
    switch (column.type) {
        case AviaryType::uuid:
            type.kind = TypeKind::uuid;
            break;
        case AviaryType::boolean:
            type.kind = TypeKind::boolean;
            break;
        case AviaryType::integer:
            type.kind = TypeKind::int64;
            break;
        case AviaryType::real:
            type.kind = dialect == Dialect::sqlite ? TypeKind::float64 : TypeKind::decimal;
            break;
        case AviaryType::time:
            type.kind = TypeKind::timestamp;
            type.withZone = true;
            break;
        case AviaryType::text:
            type.kind = TypeKind::text;
            type.precision = dialect == Dialect::sqlite ? 0 : column.length;
            break;
    }
    return type;
}

/// GORM quotes text in SQLite as a name; PostgreSQL prints the type behind it.
std::string nativeDefault(const AviaryColumn& column, Dialect dialect) {
    std::string text(column.fallback);
    if (!text.starts_with('\'')) return text;
    if (dialect == Dialect::postgresql) return text + (column.length == 0 ? "::text" : "::character varying");
    text.front() = '"';
    text.back() = '"';
    return text;
}

Column knownColumn(const AviaryColumn& known, bool isKey, Dialect dialect) {
    Column column;
    column.name = known.name;
    column.type = logicalType(known, dialect);
    column.nullable = !known.required;
    if (!known.fallback.empty()) column.defaultValue = nativeDefault(known, dialect);
    if (dialect == Dialect::postgresql) {
        column.nativeType = postgresqlType(known);
        if (isKey) column.nullable = false;  // SQLite lets a key be null where it is no INTEGER
        return column;
    }
    column.nativeType = sqliteType(known.type);
    const bool time = known.type == AviaryType::time;
    if (time || known.type == AviaryType::boolean) column.typeOrigin = TypeOrigin::set;
    if (time) column.spelling = "YYYY-MM-DD HH:MM:SS+hh:mm";
    return column;
}

std::string indexStatement(const AviaryIndex& index, std::string_view table, Dialect dialect) {
    const bool sqlite = dialect == Dialect::sqlite;
    const std::string quote = sqlite ? "`" : "";
    const auto name = [&quote](std::string_view text) { return quote + std::string(text) + quote; };
    std::string sql = index.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
    sql += name(index.name) + " ON " + (sqlite ? "" : "public.") + name(table);
    sql += sqlite ? "(" : " USING btree (";
    sql += name(index.columns[0]);
    if (!index.columns[1].empty()) sql += (sqlite ? "," : ", ") + name(index.columns[1]);
    return sql + ")";
}

/// What holds between columns, as far as they are there.
void addKeys(Table& table, const AviaryTable& known, bool usersAreThere, Dialect dialect) {
    const auto has = [&table](std::string_view name) { return table.columnIndex(name).has_value(); };
    if (has(known.columns.front().name)) table.primaryKey = {std::string(known.columns.front().name)};
    for (const AviaryIndex& source : known.indexes) {
        if (!has(source.columns[0]) || (!source.columns[1].empty() && !has(source.columns[1]))) continue;
        Index index;
        index.name = source.name;
        index.unique = source.unique;
        index.columns.emplace_back(source.columns[0]);
        if (!source.columns[1].empty()) index.columns.emplace_back(source.columns[1]);
        index.nativeSql = indexStatement(source, known.name, dialect);
        table.indexes.push_back(std::move(index));
    }
    if (known.reference.name.empty() || !usersAreThere || !has(known.reference.column)) return;
    ForeignKey key;
    key.name = known.reference.name;
    key.columns = {std::string(known.reference.column)};
    key.targetTable = "users";
    key.targetColumns = {"id"};
    key.onDelete = known.reference.onDelete;
    table.foreignKeys.push_back(std::move(key));
}

/// A type that holds all that was seen, and how the database spells it.
std::pair<TypeKind, std::string_view> guess(const FieldSeen& field, Dialect dialect) noexcept {
    const bool sqlite = dialect == Dialect::sqlite;
    const bool number = field.integer || field.real;
    if (field.boolean && !number && !field.string)
        return {TypeKind::boolean, sqlite ? std::string_view("numeric") : "boolean"};
    if (number && !field.boolean && !field.string) {
        if (field.real) return {TypeKind::float64, sqlite ? std::string_view("REAL") : "double precision"};
        return {TypeKind::int64, sqlite ? std::string_view("INTEGER") : "bigint"};
    }
    return {TypeKind::text, sqlite ? std::string_view("TEXT") : "text"};
}

/// Adds a column for a field that Aviary does not know, or tells why not.
void addGuessed(Table& table, const FieldSeen& field, Dialect dialect, std::vector<std::string>& warnings) {
    const std::string name = "the field " + quoted(field.key) + " of the table " + quoted(table.name);
    if (field.nested || field.key.empty() || field.key.starts_with('$')) {
        warnings.push_back(name + " is left out: Aviary does not know it, and it is no plain value");
        return;
    }
    const auto [kind, nativeType] = guess(field, dialect);
    Column column;
    column.name = field.key;
    column.type.kind = kind;
    column.typeOrigin = TypeOrigin::inferred;
    column.nativeType = nativeType;
    column.optional = true;
    table.columns.push_back(std::move(column));
    warnings.push_back(name + " is none of Aviary's; its values are taken as " +
                       std::string(roost::name(kind)));
}

bool isLegacy(std::string_view table, std::string_view field) noexcept {
    return table == "users" && std::ranges::find(legacyFields, field) != legacyFields.end();
}

Table makeTable(const std::string& name, const AviaryTable* known, const FieldsSeen& seen, bool usersAreThere,
                Dialect dialect, std::vector<std::string>& warnings) {
    Table table;
    table.name = name;
    table.rows = seen.rows;
    const std::span<const AviaryColumn> columns =
        known == nullptr ? std::span<const AviaryColumn>() : known->columns;
    // Where there are no records, no field is missing.
    for (const AviaryColumn& column : columns)
        if (seen.rows == 0 || seen.find(column.name) != nullptr)
            table.columns.push_back(knownColumn(column, &column == &columns.front(), dialect));
    for (const FieldSeen& field : seen.fields) {
        if (table.columnIndex(field.key)) continue;
        if (isLegacy(name, field.key))
            warnings.push_back("the field " + quoted(field.key) +
                               " of the table 'users' is left out: Aviary no longer has it");
        else
            addGuessed(table, field, dialect, warnings);
    }
    if (known != nullptr) addKeys(table, *known, usersAreThere, dialect);
    return table;
}

Dialect dialectOf(std::string_view databaseType) {
    if (databaseType == "sqlite") return Dialect::sqlite;
    if (databaseType == "postgres") return Dialect::postgresql;
    throw Error("'metadata.json': the archive has tables, but of the database " + quoted(databaseType) +
                ", where 'sqlite' or 'postgres' was expected");
}

}  // namespace

Catalog aviaryCatalog(std::string_view databaseType, const std::map<std::string, FieldsSeen>& tables) {
    Catalog catalog;
    if (tables.empty()) return catalog;
    const Dialect dialect = dialectOf(databaseType);
    catalog.dialect = dialect == Dialect::sqlite ? "sqlite" : "postgresql";
    const auto users = tables.find("users");
    const bool usersAreThere =
        users != tables.end() && (users->second.rows == 0 || users->second.find("id") != nullptr);
    const auto add = [&](const std::string& name, const AviaryTable* known, const FieldsSeen& seen) {
        Table table = makeTable(name, known, seen, usersAreThere, dialect, catalog.warnings);
        table.id = static_cast<TableId>(catalog.tables.size());
        catalog.tables.push_back(std::move(table));
    };
    for (const AviaryTable& known : aviaryTables())
        if (const auto found = tables.find(std::string(known.name)); found != tables.end())
            add(found->first, &known, found->second);
    for (const auto& [name, seen] : tables) {
        if (std::ranges::find(aviaryTables(), name, &AviaryTable::name) != aviaryTables().end()) continue;
        if (name == jobsTable)
            catalog.warnings.push_back("the table " + quoted(name) +
                                       " is left out: Aviary writes three tables of past jobs into it, one "
                                       "over the other");
        else if (seen.fields.empty())
            catalog.warnings.push_back("the table " + quoted(name) +
                                       " is left out: it is none of Aviary's, and has no fields");
        else
            add(name, nullptr, seen);
    }
    return catalog;
}

TableReaderOptions aviaryReading(const Table& table, const FieldsSeen& seen) {
    TableReaderOptions options;
    options.missingIsNull = true;
    options.utcIsOffset = true;
    if (table.name == "users") options.zeroTimeIsNull = {"reset_token_expires"};
    for (const FieldSeen& field : seen.fields)
        if (!table.columnIndex(field.key)) options.ignoredKeys.push_back(field.key);
    return options;
}

}  // namespace roost::archive
