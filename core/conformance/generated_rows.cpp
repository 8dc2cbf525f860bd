#include "conformance/generated_rows.hpp"

#include <array>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

namespace roost::conformance {

namespace {

Cell text(CellKind kind, std::string_view data, Batch& batch) { return Cell::view(kind, batch.store(data)); }

template <std::size_t size>
Cell oneOf(const std::array<std::string_view, size>& texts, std::uint64_t row, CellKind kind, Batch& batch) {
    return text(kind, texts[row % size], batch);
}

Cell integer(std::uint64_t row, std::int64_t low, std::int64_t high) {
    const std::array<std::int64_t, 5> values{0, 1, -1, high, low};
    return Cell::integer(values[row % values.size()]);
}

Cell interval(std::uint64_t row, Batch& batch) {
    const std::array<Interval, 4> values{Interval{14, -3, 5'400'000'000}, Interval{}, Interval{0, 1, -1},
                                         Interval{-1, 0, 0}};
    const std::span<char> room = batch.allocate(sizeof(Interval));
    std::memcpy(room.data(), &values[row % values.size()], sizeof(Interval));
    return Cell::view(CellKind::interval, {room.data(), room.size()});
}

Column column(std::string name, LogicalType type, std::string native) {
    Column made;
    made.name = std::move(name);
    made.type = type;
    made.nativeType = std::move(native);
    return made;
}

constexpr std::string_view uuidBytes("\x12\x34\x56\x78\x9a\xbc\x4d\xef\x80\x00\x00\x00\x00\x00\x00\x01", 16);
constexpr std::int64_t secondsOfDay = 86'400;
constexpr std::int64_t million = 1'000'000;

}  // namespace

std::vector<Column> everyColumn() {
    return {column("a_boolean", {.kind = TypeKind::boolean}, "boolean"),
            column("an_int16", {.kind = TypeKind::int16}, "smallint"),
            column("an_int32", {.kind = TypeKind::int32}, "integer"),
            column("an_int64", {.kind = TypeKind::int64}, "bigint"),
            column("a_float32", {.kind = TypeKind::float32}, "real"),
            column("a_float64", {.kind = TypeKind::float64}, "double precision"),
            column("a_decimal", {.kind = TypeKind::decimal, .precision = 12, .scale = 2}, "numeric(12,2)"),
            column("a_text", {.kind = TypeKind::text}, "text"),
            column("a_short_text", {.kind = TypeKind::text, .precision = 40}, "varchar(40)"),
            column("some_bytes", {.kind = TypeKind::bytes}, "bytea"),
            column("a_uuid", {.kind = TypeKind::uuid}, "uuid"),
            column("a_date", {.kind = TypeKind::date}, "date"),
            column("a_time", {.kind = TypeKind::time}, "time"),
            column("a_timestamp", {.kind = TypeKind::timestamp}, "timestamp"),
            column("an_instant", {.kind = TypeKind::timestamp, .withZone = true}, "timestamp with time zone"),
            column("an_interval", {.kind = TypeKind::interval}, "interval"),
            column("a_json", {.kind = TypeKind::json}, "json"),
            column("an_array", {.kind = TypeKind::array, .element = TypeKind::int32}, "integer ARRAY"),
            column("an_enumeration", {.kind = TypeKind::enumeration}, "text"),
            column("another", {.kind = TypeKind::other}, "text")};
}

Cell valueOf(const Column& column, std::uint64_t row, Batch& batch) {
    using namespace std::string_view_literals;
    if (row == 0 && column.nullable) return Cell::null();
    switch (column.type.kind) {
        case TypeKind::boolean:
            return Cell::boolean(row % 2 == 0);
        case TypeKind::int16:
            return integer(row, std::numeric_limits<std::int16_t>::min(),
                           std::numeric_limits<std::int16_t>::max());
        case TypeKind::int32:
            return integer(row, std::numeric_limits<std::int32_t>::min(),
                           std::numeric_limits<std::int32_t>::max());
        case TypeKind::int64:
            return integer(row, std::numeric_limits<std::int64_t>::min(),
                           std::numeric_limits<std::int64_t>::max());
        case TypeKind::float32:
            return Cell::real(static_cast<double>(row) / 4 - 0.5);
        case TypeKind::float64: {
            const std::array values{0.0, 0.1, -1.5, std::numeric_limits<double>::max(), 5e-324};
            return Cell::real(values[row % values.size()]);
        }
        case TypeKind::decimal:
            return oneOf(std::array{"0.00"sv, "1234567890.12"sv, "-0.01"sv, "-9999999999.99"sv}, row,
                         CellKind::decimal, batch);
        case TypeKind::text:
            return oneOf(std::array{""sv, "plain"sv, "Gr\u00fc\u00dfe \u65e5\u672c \U0001f426"sv,
                                    "a \"quoted\"\tline\nand \\ another"sv, " blanks "sv},
                         row, CellKind::text, batch);
        case TypeKind::bytes:
            return oneOf(std::array{""sv, "\0\1\2\377"sv, "text"sv}, row, CellKind::bytes, batch);
        case TypeKind::uuid:
            return text(CellKind::uuid, uuidBytes, batch);
        case TypeKind::date:
            return Cell::date(std::array<std::int64_t, 4>{0, 9'000, -36'500, 1}[row % 4]);
        case TypeKind::time:
            return Cell::time(
                std::array<std::int64_t, 3>{0, secondsOfDay * million - 1, 45'296'000'001}[row % 3]);
        case TypeKind::timestamp:
            return Cell::timestamp(std::array<std::int64_t, 3>{0, 757'382'400'123'456, -million}[row % 3]);
        case TypeKind::interval:
            return interval(row, batch);
        case TypeKind::json:
            return oneOf(std::array{"{}"sv, R"({"a": [1, 2.5, null, "\u00fc"]})"sv, "\"text\""sv}, row,
                         CellKind::text, batch);
        case TypeKind::array:
            return oneOf(std::array{"{}"sv, "{1,2,NULL}"sv}, row, CellKind::text, batch);
        case TypeKind::enumeration:
        case TypeKind::other:
            break;
    }
    return oneOf(std::array{"small"sv, "large"sv}, row, CellKind::text, batch);
}

Cell anyValue(std::uint64_t number, Batch& batch) {
    using namespace std::string_view_literals;
    switch (number % 14) {
        case 0:
            return Cell::null();
        case 1:
            return Cell::boolean(true);
        case 2:
            return Cell::integer(std::numeric_limits<std::int64_t>::min());
        case 3:
            return Cell::real(std::numeric_limits<double>::quiet_NaN());
        case 4:
            return text(CellKind::decimal, "NaN", batch);
        case 5:
            return text(CellKind::decimal, "123456789012345678901234567890.123456789", batch);
        case 6:
            return text(CellKind::text, "no \xff utf-8 \0 at all"sv, batch);
        case 7:
            return text(CellKind::bytes, "\0\xff"sv, batch);
        case 8:
            return text(CellKind::uuid, uuidBytes, batch);
        case 9:
            return Cell::date(positiveInfinity);
        case 10:
            return Cell::time(secondsOfDay * million);
        case 11:
            return Cell::timestamp(negativeInfinity);
        case 12:
            return Cell::real(-std::numeric_limits<double>::infinity());
        default:
            return interval(number, batch);
    }
}

}  // namespace roost::conformance
