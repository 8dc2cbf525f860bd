#include "plugins/postgresql/collected.hpp"

#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "lib/sql/postgresql/identifiers.hpp"
#include "plugins/postgresql/test_server.hpp"

namespace roost::test {

namespace {

std::string padded(std::int64_t value, int width) {
    std::string digits = std::to_string(value);
    return std::string(static_cast<std::size_t>(std::max(0, width - static_cast<int>(digits.size()))), '0') +
           digits;
}

/// "2026-01-31", and whether the year is one before Christ. Walks whole eras of 400 years, then years, then
/// months.
std::string dateText(std::int64_t days, bool& beforeChrist) {
    constexpr std::int64_t daysInEra = 146'097;
    std::int64_t eras = days / daysInEra;
    if (days % daysInEra < 0) --eras;
    std::int64_t left = days - eras * daysInEra;  // since the first of January of year 2000 + 400 * eras
    std::int64_t year = 2000 + 400 * eras;
    const auto leap = [](std::int64_t y) { return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0; };
    for (std::int64_t length = 366; left >= length; length = leap(year) ? 366 : 365) {
        left -= length;
        ++year;
    }
    const int lengths[] = {31, leap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int month = 0;
    while (left >= lengths[month]) left -= lengths[month++];
    beforeChrist = year <= 0;
    return padded(beforeChrist ? 1 - year : year, 4) + "-" + padded(month + 1, 2) + "-" + padded(left + 1, 2);
}

std::string timeText(std::int64_t micros) {
    std::string text = padded(micros / 3'600'000'000, 2) + ":" + padded(micros / 60'000'000 % 60, 2) + ":" +
                       padded(micros / 1'000'000 % 60, 2);
    if (micros % 1'000'000 != 0) {
        text += "." + padded(micros % 1'000'000, 6);
        while (text.ends_with('0')) text.pop_back();
    }
    return text;
}

std::string infinityOr(std::int64_t value, const std::string& text) {
    if (value == positiveInfinity) return "infinity";
    return value == negativeInfinity ? "-infinity" : text;
}

std::string timestampText(std::int64_t micros, bool withZone) {
    constexpr std::int64_t day = 86'400'000'000;
    const std::int64_t days = micros / day - (micros % day < 0 ? 1 : 0);
    bool beforeChrist = false;
    const std::string date = dateText(days, beforeChrist);
    return date + " " + timeText(micros - days * day) + (withZone ? "+00" : "") + (beforeChrist ? " BC" : "");
}

std::string hex(std::span<const std::byte> bytes) {
    std::string text;
    for (const std::byte b : bytes) {
        char pair[3];
        std::snprintf(pair, sizeof pair, "%02x", std::to_integer<unsigned>(b));
        text += pair;
    }
    return text;
}

std::string uuidText(const Cell& cell) {
    std::string text = hex(cell.bytes());
    for (const std::size_t at : {8U, 13U, 18U, 23U}) text.insert(at, "-");
    return text;
}

/// What the comparing session selects for a column.
std::string comparedExpression(const Column& column) {
    const std::string name = sql::quoteIdentifier(column.name);
    if (column.generated) return "NULL";
    if (column.nativeType == "money" || column.nativeType == "public.cash") return name + "::numeric";
    if (column.nativeType == "money[]") return name + "::numeric[]";
    if (column.type.kind != TypeKind::interval) return name;
    return "(extract(year from " + name + ") * 12 + extract(month from " + name +
           "))::bigint || '/' || extract(day from " + name + ")::bigint || '/' || (extract(hour from " +
           name + ") * 3600000000 + extract(minute from " + name +
           ") * 60000000 + extract(microseconds from " + name + "))::bigint";
}

bool sameReal(const Cell& cell, const Column& column, const std::string& text) {
    if (cell.kind() != CellKind::real) return false;
    const double expected = column.type.kind == TypeKind::float32
                                ? static_cast<double>(std::strtof(text.c_str(), nullptr))
                                : std::strtod(text.c_str(), nullptr);
    if (std::isnan(expected)) return std::isnan(cell.real());
    return std::bit_cast<std::uint64_t>(expected) == std::bit_cast<std::uint64_t>(cell.real());
}

bool same(const Cell& cell, const Column& column, std::string text) {
    if (cell.isNull() || text == Session::null) return cell.isNull() && text == Session::null;
    if (column.type.kind == TypeKind::float32 || column.type.kind == TypeKind::float64)
        return sameReal(cell, column, text);
    const bool isPadded = column.nativeType.starts_with("character(") || column.nativeType == "bpchar" ||
                          column.nativeType == "public.padded_code";
    while (isPadded && text.ends_with(' ')) text.pop_back();
    return serverText(cell, column) == text;
}

}  // namespace

std::string serverText(const Cell& cell, const Column& column) {
    bool beforeChrist = false;
    switch (cell.kind()) {
        case CellKind::null:
            return Session::null;
        case CellKind::boolean:
            return cell.integer() != 0 ? "t" : "f";
        case CellKind::integer:
            return std::to_string(cell.integer());
        case CellKind::real:
            return std::to_string(cell.real());
        case CellKind::decimal:
        case CellKind::text:
            return std::string(cell.text());
        case CellKind::bytes:
            return "\\x" + hex(cell.bytes());
        case CellKind::uuid:
            return uuidText(cell);
        case CellKind::date: {
            const std::int64_t days = cell.integer();
            if (days == positiveInfinity || days == negativeInfinity) return infinityOr(days, "");
            const std::string text = dateText(days, beforeChrist);
            return beforeChrist ? text + " BC" : text;
        }
        case CellKind::time:
            return timeText(cell.integer());
        case CellKind::timestamp: {
            const std::int64_t micros = cell.integer();
            if (micros == positiveInfinity || micros == negativeInfinity) return infinityOr(micros, "");
            return timestampText(micros, column.type.withZone);
        }
        case CellKind::interval:
            return std::to_string(cell.interval().months) + "/" + std::to_string(cell.interval().days) + "/" +
                   std::to_string(cell.interval().microseconds);
    }
    return {};
}

const Table& Collected::table(const std::string& qualifiedName) const {
    for (const Table& candidate : catalog.tables)
        if (candidate.qualifiedName() == qualifiedName) return candidate;
    throw std::runtime_error("no table " + qualifiedName + " in the catalog");
}

const Column& Collected::column(const std::string& tableName, const std::string& name) const {
    const Table& in = table(tableName);
    const auto index = in.columnIndex(name);
    if (!index) throw std::runtime_error("no column " + name + " in " + tableName);
    return in.columns[*index];
}

std::vector<std::vector<Cell>> Collected::rows(const std::string& qualifiedName) const {
    std::vector<std::vector<Cell>> all;
    for (const BatchPtr& batch : batches.at(qualifiedName))
        for (std::size_t i = 0; i < batch->rows(); ++i)
            all.emplace_back(batch->row(i).begin(), batch->row(i).end());
    return all;
}

Cell Collected::only(const std::string& tableName, const std::string& columnName) const {
    const auto all = rows(tableName);
    REQUIRE(all.size() == 1);
    return all[0][*table(tableName).columnIndex(columnName)];
}

const NativeObject* Collected::object(const std::string& type, const std::string& name) const {
    const auto found = std::ranges::find_if(catalog.objects, [&](const NativeObject& candidate) {
        return candidate.type == type && candidate.name == name;
    });
    return found == catalog.objects.end() ? nullptr : &*found;
}

bool Collected::warned(const std::string& part) const {
    return std::ranges::any_of(catalog.warnings, [&](const std::string& warning) {
        return warning.find(part) != std::string::npos;
    });
}

Collected collect(postgresql::PostgresqlSource& source, Context& context) {
    Collected collected;
    collected.catalog = source.catalog(context);
    Item item;
    std::string open;
    std::uint64_t rows = 0;
    while (source.next(item)) {
        if (const auto* begin = std::get_if<TableBegin>(&item)) {
            REQUIRE(open.empty());
            open = collected.catalog.tables.at(begin->table).qualifiedName();
            REQUIRE(collected.catalog.tables.at(begin->table).id == begin->table);
            collected.order.push_back(open);
            collected.batches[open] = {};
            rows = 0;
        } else if (const auto* batch = std::get_if<BatchPtr>(&item)) {
            REQUIRE_FALSE((*batch)->empty());
            REQUIRE((*batch)->columns() == collected.table(open).columns.size());
            rows += (*batch)->rows();
            collected.batches[open].push_back(*batch);
        } else {
            REQUIRE(std::get<TableEnd>(item).rows == rows);
            open.clear();
        }
    }
    REQUIRE(open.empty());
    REQUIRE_FALSE(source.next(item));
    return collected;
}

Collected collect(const PostgresOptions& options, Context& context) {
    postgresql::PostgresqlSource source(options);
    return collect(source, context);
}

Collected collect(const std::string& url) {
    QuietContext context;
    return collect(optionsFor(url), context);
}

PostgresOptions optionsFor(const std::string& url) {
    PostgresOptions options;
    options.url = Location::parse(url);
    return options;
}

void requireSameAsServer(const std::string& database, const Collected& collected) {
    Session session(database);
    session.run(
        "SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET extra_float_digits = 3; SET synchronize_seqscans = "
        "off;"
        "SET search_path = pg_catalog; SET IntervalStyle = 'postgres'");
    for (const Table& table : collected.catalog.tables) {
        std::string list;
        for (const Column& column : table.columns)
            list += (list.empty() ? "" : ", ") + comparedExpression(column);
        const std::string schema = table.schema.empty() ? "public" : table.schema;
        const std::string name = sql::postgresql::quoteQualified(schema, table.name);
        const bool partitioned = table.nativeSql.find("PARTITION BY") != std::string::npos;
        const auto expected = session.rows("SELECT " + list + " FROM " + (partitioned ? "" : "ONLY ") + name);
        const auto actual = collected.rows(table.qualifiedName());
        INFO("table " << table.qualifiedName());
        REQUIRE(actual.size() == expected.size());
        for (std::size_t row = 0; row < actual.size(); ++row)
            for (std::size_t column = 0; column < table.columns.size(); ++column)
                if (!same(actual[row][column], table.columns[column], expected[row][column])) {
                    CAPTURE(row, table.columns[column].name, table.columns[column].nativeType);
                    CHECK(serverText(actual[row][column], table.columns[column]) == expected[row][column]);
                    FAIL("a cell differs from the server's");
                }
    }
}

}  // namespace roost::test
