// Every kind of cell in a column of every type, written by the encoders and read back.
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <deque>
#include <limits>
#include <random>
#include <string>

#include "lib/sql/value_text.hpp"
#include "plugins/archive_tables/reading.hpp"

using namespace roost;
using namespace roost::testing;
using namespace std::string_literals;

namespace {

constexpr std::array<const char*, 20> everyType{
    "boolean",       "int16",    "int32", "int64",        "float32", "float64", "decimal",
    "decimal(10,2)", "text",     "bytes", "uuid",         "date",    "time",    "timestamp",
    "timestamptz",   "interval", "json",  "array(int32)", "enum",    "other"};

/// Keeps what cells point to.
class Store {
public:
    Cell view(CellKind kind, std::string bytes) {
        return Cell::view(kind, kept_.emplace_back(std::move(bytes)));
    }
    Cell text(std::string bytes) { return view(CellKind::text, std::move(bytes)); }
    Cell interval(const Interval& value) {
        std::string bytes(sizeof value, '\0');
        std::memcpy(bytes.data(), &value, sizeof value);
        return view(CellKind::interval, std::move(bytes));
    }

private:
    std::deque<std::string> kept_;
};

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

std::vector<Cell> integers() {
    std::vector<Cell> cells;
    for (const std::int64_t value : {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{2},
                                     least, most, std::int64_t{9'007'199'254'740'993}})
        cells.push_back(Cell::integer(value));
    return cells;
}

std::vector<double> doubles() {
    std::vector<double> values{0.0,
                               -0.0,
                               1.0,
                               -1.0,
                               5.0,
                               0.1,
                               0.1 + 0.2,
                               1.0 / 3,
                               1e15,
                               1e16,
                               1e20,
                               1e22,
                               1e23,
                               1e300,
                               5e-324,
                               2.2250738585072014e-308,
                               2.2250738585072011e-308,
                               1.7976931348623157e308,
                               226.53,
                               static_cast<double>(226.53F),
                               static_cast<double>(0.1F),
                               3.4028234663852886e38,
                               3.4028235677973366e38,
                               1e-45,
                               static_cast<double>(1e-45F),
                               16777217.0,
                               9007199254740993.0,
                               123456789012345680.0,
                               HUGE_VAL,
                               -HUGE_VAL};
    std::mt19937_64 random(5);
    for (int i = 0; i < 3000; ++i) {
        const std::uint64_t bits = random();
        double value = 0;
        std::memcpy(&value, &bits, sizeof value);
        if (std::isfinite(value)) values.push_back(value);
        const auto half = static_cast<std::uint32_t>(bits);
        float single = 0;
        std::memcpy(&single, &half, sizeof single);
        if (std::isfinite(single)) values.push_back(static_cast<double>(single));
    }
    return values;
}

std::vector<Cell> reals() {
    std::vector<Cell> cells;
    for (const double value : doubles()) cells.push_back(Cell::real(value));
    return cells;
}

/// Texts of all sorts, also those that look like something else.
std::vector<Cell> texts(Store& store) {
    std::vector<Cell> cells;
    for (const std::string& text : {
             ""s,
             "a"s,
             "null"s,
             "NULL"s,
             "true"s,
             "5"s,
             "5.0"s,
             "NaN"s,
             "Infinity"s,
             "infinity"s,
             "-infinity"s,
             "\0"s,
             "a\0b"s,
             "\xFF"s,
             "a\xC3"s,
             "\xED\xA0\x80"s,
             "\xF0\x9F\x98\x80"s,
             "\"\\\b\f\n\r\t\x01\x7F/"s,
             "\xE2\x80\xA8"s,
             "{}"s,
             "[]"s,
             "{\"a\":1}"s,
             "{\"$text\":\"x\"}"s,
             "$text"s,
             "$blob:AA=="s,
             "AQ=="s,
             "\xEF\xBB\xBF"s,
             std::string(70'000, 'x'),
             std::string(20'000, '\x02'),
             std::string(9'000, '\xFF'),
             // uuids
             "00112233-4455-6677-8899-aabbccddeeff"s,
             "00112233-4455-6677-8899-AABBCCDDEEFF"s,
             "{00112233-4455-6677-8899-aabbccddeeff}"s,
             "00112233445566778899aabbccddeeff"s,
             "{00112233445566778899aabbccddeeff}"s,
             "00112233-4455-6677-8899-aabbccddeefg"s,
             // dates and times
             "2026-01-31"s,
             "2026-02-30"s,
             "2026-1-31"s,
             "20260131"s,
             "12:34:56"s,
             "12:34:56.789"s,
             "12:34"s,
             "24:00:00"s,
             "12:34:56Z"s,
             "2026-01-31 12:34:56"s,
             "2026-01-31 12:34:56.789"s,
             "2026-01-31T12:34:56"s,
             "2026-01-31T12:34:56Z"s,
             "2026-01-31 12:34:56Z"s,
             "2026-01-31 12:34:56+02:00"s,
             "2026-01-31 12:34:56+00:00"s,
             "2026-01-31T12:34:56-05:30"s,
             "2026-01-31 12:34"s,
             "2026-01-31T12:34Z"s,
             "2026-01-31 12:34:56.123456789012345678901234567890+02:00"s,
             "2026-01-31  12:34:56"s,
             "2026-01-31 12:34:56 "s,
             "2026-01-31 12:34:56 UTC"s,
             "2026-01-31 12:34:56.5 +0200 CEST"s,
             "2026-01-31 12:34:56.5 +0200 CEST m=+0.5"s,
             "2026-01-31 24:00:00"s,
             "2026-02-30 12:34:56"s,
             "0001-01-01 00:00:00+00:00"s,
             "0001-01-01T00:00:00Z"s,
             "2026-01-31t12:34:56z"s,
             "2026-01-31\t12:34:56"s,
             "2026-01-31 12:34:56+0200"s,
             "2026-01-31 12:34:56+02"s,
             "yesterday"s,
             "now"s,
             "1767225600"s,
             "2026-01-31 12:34:56." + std::string(60'000, '7') + "Z",
             "-0043-03-15T00:00:00Z"s,
             "P1DT2H"s,
             "PT0S"s,
             // arrays
             "{1,2,3}"s,
             "{}"s,
             "{{1,2},{3,4}}"s,
             "{{},{}}"s,
             "{NULL,1}"s,
             "{\"NULL\"}"s,
             "{null}"s,
             "{\"null\"}"s,
             "{\"a b\",\"\"}"s,
             "{\"a\"}"s,
             "{a\\b}"s,
             R"({"a\\b","c\"d"})"s,
             R"({"a\b"})"s,
             "{a,}"s,
             "{,}"s,
             "{ 1}"s,
             "{1 }"s,
             "{t,f}"s,
             "{1.50,2.0}"s,
             "{1e5}"s,
             "{+1}"s,
             "{01}"s,
             "{NaN,Infinity}"s,
             "[0:1]={5,6}"s,
             "{"s,
             "}"s,
             "{{1}"s,
             "{1}}"s,
             "{1}{2}"s,
             "{12345678901234567890}"s,
             "{a\xC3\xA4}"s,
             "{\xFF}"s,
             "{\"\n\"}"s,
             "{\"a\"b}"s,
             "{1,{2}}"s,
             "{(1,1),(0,0);(2,2),(1,1)}"s,
             "{\"(1,a)\",\"(2,b)\"}"s,
             std::string(40, '{') + std::string(40, '}'),
             std::string(16, '{') + std::string(16, '}'),
         })
        cells.push_back(store.text(text));
    return cells;
}

std::vector<Cell> blobs(Store& store) {
    std::vector<Cell> cells;
    for (std::size_t size : {0U, 1U, 2U, 3U, 4U, 255U, 12'288U, 12'289U, 100'000U}) {
        std::string bytes(size, '\0');
        for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 37 + size);
        cells.push_back(store.view(CellKind::bytes, std::move(bytes)));
    }
    return cells;
}

std::vector<Cell> decimals(Store& store) {
    std::vector<Cell> cells;
    for (const std::string& digits :
         {"0"s, "5"s, "-5"s, "5.00"s, "0.000"s, "-0.5"s, "123456789012345"s, "1234567890123456"s,
          "12345678901234.50"s, "0.0000000000000000000001"s, "NaN"s, "Infinity"s, "-Infinity"s,
          "9223372036854775808"s, std::string(2000, '9') + "." + std::string(2000, '1'),
          "100000000000000000000"s})
        cells.push_back(store.view(CellKind::decimal, digits));
    return cells;
}

std::vector<Cell> times(CellKind kind) {
    std::vector<Cell> cells;
    const auto add = [&](std::int64_t value) {
        cells.push_back(kind == CellKind::date   ? Cell::date(value)
                        : kind == CellKind::time ? Cell::time(value)
                                                 : Cell::timestamp(value));
    };
    constexpr std::int64_t day = 86'400'000'000;
    if (kind == CellKind::time) {
        for (const std::int64_t value : {std::int64_t{0}, std::int64_t{1}, day - 1, day}) add(value);
        return cells;
    }
    for (const std::int64_t value :
         {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1}, positiveInfinity, negativeInfinity})
        add(value);
    if (kind == CellKind::date)
        for (const std::int64_t value : {-2'451'507L, 2'145'031'948L, -746'000L, -730'500L, 2'922'000L})
            add(value);
    else
        for (const std::int64_t value :
             {least + 1, most - 1, -211'813'488'000'000'000L, 9'223'371'331'199'999'999L, -day, day / 2})
            add(value);
    return cells;
}

std::vector<Cell> intervals(Store& store) {
    std::vector<Cell> cells;
    constexpr std::int32_t low = std::numeric_limits<std::int32_t>::min();
    constexpr std::int32_t high = std::numeric_limits<std::int32_t>::max();
    for (const Interval& value :
         {Interval{}, Interval{14, 3, 14'706'789'000}, Interval{-13, 3, -3'601'500'000},
          Interval{low, low, least}, Interval{high, high, most}, Interval{0, 0, -1}})
        cells.push_back(store.interval(value));
    return cells;
}

std::vector<Cell> uuids(Store& store) {
    return {store.view(CellKind::uuid, std::string(16, '\0')),
            store.view(CellKind::uuid, std::string(16, '\xFF')),
            store.view(CellKind::uuid, "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xAA\xBB\xCC\xDD\xEE\xFF"s)};
}

std::vector<Cell> booleans() { return {Cell::boolean(false), Cell::boolean(true)}; }

void append(std::vector<Cell>& cells, const std::vector<Cell>& more) {
    cells.insert(cells.end(), more.begin(), more.end());
}

Table tableOf(const std::string& type, const std::string& spelling = "") {
    Table table;
    table.name = "t";
    table.columns.resize(2);
    table.columns[0].name = "id";
    table.columns[0].type.kind = TypeKind::int64;
    table.columns[1].name = "$c\n\xC3\xA4";
    table.columns[1].type = parseLogicalType(type);
    table.columns[1].spelling = spelling;
    return table;
}

/// Every cell comes back as it was.
void check(const Table& table, const char* dialect, const std::vector<Cell>& cells,
           std::size_t piece = 65'536) {
    std::vector<std::vector<Cell>> rows;
    for (std::size_t i = 0; i < cells.size(); ++i)
        rows.push_back({Cell::integer(static_cast<std::int64_t>(i)), cells[i]});
    const std::string json = written(table, rows);
    const ReadTable read = readTable(table, dialect, json, {}, piece);
    REQUIRE(read.rows == rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (same(read.row(i)[1], cells[i]) && read.row(i)[0].integer() == static_cast<std::int64_t>(i))
            continue;
        INFO(dialect << ", " << format(table.columns[1].type) << ", " << table.columns[1].spelling << ", row "
                     << i);
        archive::RecordEncoder encoder(table);
        INFO(written(table, {rows[i]}).substr(0, 300));
        CHECK(static_cast<int>(read.row(i)[1].kind()) == static_cast<int>(cells[i].kind()));
        CHECK(same(read.row(i)[1], cells[i]));
    }
}

/// The kinds of cell that a PostgreSQL column of that type has.
std::vector<Cell> postgresqlCells(Store& store, const LogicalType& type) {
    std::vector<Cell> cells{Cell::null()};
    switch (type.kind) {
        case TypeKind::boolean:
            append(cells, booleans());
            break;
        case TypeKind::int16:
        case TypeKind::int32:
        case TypeKind::int64:
            append(cells, integers());
            break;
        case TypeKind::float32:
            for (const double value : doubles())
                cells.push_back(Cell::real(static_cast<double>(static_cast<float>(
                    std::abs(value) > std::numeric_limits<float>::max() && std::isfinite(value) ? 1.5
                                                                                                : value))));
            cells.push_back(Cell::real(std::numeric_limits<double>::quiet_NaN()));
            break;
        case TypeKind::float64:
            append(cells, reals());
            cells.push_back(Cell::real(std::numeric_limits<double>::quiet_NaN()));
            break;
        case TypeKind::decimal:
            append(cells, decimals(store));
            break;
        case TypeKind::bytes:
            append(cells, blobs(store));
            break;
        case TypeKind::uuid:
            append(cells, uuids(store));
            break;
        case TypeKind::date:
            append(cells, times(CellKind::date));
            break;
        case TypeKind::time:
            append(cells, times(CellKind::time));
            break;
        case TypeKind::timestamp:
            append(cells, times(CellKind::timestamp));
            break;
        case TypeKind::interval:
            append(cells, intervals(store));
            break;
        default:
            append(cells, texts(store));
    }
    return cells;
}

const std::array<std::string, 5> everySpelling{"", "YYYY-MM-DD HH:MM:SS", "YYYY-MM-DD HH:MM:SS+hh:mm",
                                               "YYYY-MM-DDTHH:MM:SS", "YYYY-MM-DDTHH:MM:SS+hh:mm"};

}  // namespace

TEST_CASE("any value that SQLite holds comes back from a column of any type") {
    Store store;
    std::vector<Cell> cells{Cell::null()};
    append(cells, integers());
    append(cells, reals());
    append(cells, texts(store));
    append(cells, blobs(store));
    for (const char* type : everyType)
        for (const std::string& spelling : everySpelling)
            if (spelling.empty() || std::string_view(type).starts_with("timestamp"))
                check(tableOf(type, spelling), "sqlite", cells);
}

TEST_CASE("every value of PostgreSQL comes back from a column of its type") {
    for (const char* type : everyType) {
        Store store;
        check(tableOf(type), "postgresql", postgresqlCells(store, parseLogicalType(type)));
    }
    for (const char* element :
         {"boolean", "int16", "float64", "decimal", "text", "uuid", "timestamp", "json", "other"}) {
        Store store;
        check(tableOf("array("s + element + ")"), "postgresql", texts(store));
        check(tableOf("array("s + element + ")"), "sqlite", texts(store));
    }
}

TEST_CASE("text of PostgreSQL whose type the pipeline set comes back to the letter") {
    for (const char* type : everyType) {
        Store store;
        Table table = tableOf(type);
        table.columns[1].typeOrigin = TypeOrigin::set;
        table.columns[1].nativeType = "text";
        check(table, "postgresql", texts(store));
    }
    Table table = tableOf("timestamptz");
    table.columns[1].typeOrigin = TypeOrigin::set;
    table.columns[1].nativeType = "timestamp without time zone";
    check(table, "postgresql", times(CellKind::timestamp));
}

TEST_CASE("cells come back wherever the pieces end") {
    Store store;
    std::vector<Cell> cells{Cell::null(), Cell::real(-0.0), Cell::integer(least), Cell::real(5e-324)};
    append(cells, texts(store));
    for (const char* type : {"timestamptz", "decimal", "array(text)", "uuid", "bytes"})
        for (const std::size_t piece : {1U, 2U, 3U, 7U, 64U, 4095U, 4096U, 4097U})
            check(tableOf(type, type == "timestamptz"s ? everySpelling[2] : ""), "sqlite", cells, piece);
}

TEST_CASE("what only another dialect's cells are comes back as an equal value") {
    Store store;
    const auto read = [](const std::string& type, const Cell& cell, const char* dialect) {
        const Table table = tableOf(type);
        return readTable(table, dialect, written(table, {{Cell::integer(1), cell}}));
    };
    // SQLite keeps truth as a number; in all other places it stays what it is.
    CHECK(same(read("boolean", Cell::boolean(true), "sqlite").row(0)[1], Cell::integer(1)));
    CHECK(same(read("boolean", Cell::integer(0), "postgresql").row(0)[1], Cell::boolean(false)));
    CHECK(same(read("text", Cell::boolean(true), "postgresql").row(0)[1], Cell::boolean(true)));
    CHECK(
        same(read("decimal", Cell::integer(5), "postgresql").row(0)[1], store.view(CellKind::decimal, "5")));
    CHECK(same(read("decimal", store.view(CellKind::decimal, "12345678901234567890.10"), "sqlite").row(0)[1],
               store.view(CellKind::decimal, "12345678901234567890.10")));
    CHECK(same(read("text", Cell::date(0), "postgresql").row(0)[1], store.text("2000-01-01")));
    CHECK(same(read("int64", Cell::date(positiveInfinity), "postgresql").row(0)[1], store.text("infinity")));
    CHECK(same(read("text", store.interval({1, 2, 3}), "sqlite").row(0)[1], store.text("P1M2DT0.000003S")));
    CHECK(same(read("uuid", uuids(store)[2], "sqlite").row(0)[1],
               store.text("00112233-4455-6677-8899-aabbccddeeff")));
    CHECK(same(read("timestamptz", Cell::timestamp(0), "sqlite").row(0)[1],
               store.text("2000-01-01T00:00:00Z")));
}
