#include "conformance/value_comparison.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <limits>
#include <string>
#include <string_view>

using namespace roost;
using conformance::isSameValue;

namespace {

Cell text(std::string_view data) { return Cell::view(CellKind::text, data); }
Cell decimal(std::string_view data) { return Cell::view(CellKind::decimal, data); }

Cell interval(const Interval& value) {
    return Cell::view(CellKind::interval, {reinterpret_cast<const char*>(&value), sizeof value});
}

constexpr std::int64_t million = 1'000'000;

}  // namespace

TEST_CASE("NULL is nothing but NULL") {
    CHECK(isSameValue(Cell::null(), Cell::null()));
    CHECK_FALSE(isSameValue(Cell::null(), text("")));
    CHECK_FALSE(isSameValue(text(""), Cell::null()));
    CHECK_FALSE(isSameValue(Cell::integer(0), Cell::null()));
}

TEST_CASE("a truth value may come back as a number or a word") {
    for (const Cell& read : {Cell::boolean(true), Cell::integer(1), Cell::real(1), text("t"), text("true")})
        CHECK(isSameValue(Cell::boolean(true), read));
    for (const Cell& read :
         {Cell::boolean(false), Cell::integer(0), Cell::integer(2), text("false"), text("")})
        CHECK_FALSE(isSameValue(Cell::boolean(true), read));
}

TEST_CASE("a number may come back as another kind of number, of the same value") {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    CHECK(isSameValue(Cell::integer(5), Cell::real(5)));
    CHECK(isSameValue(Cell::integer(5), text("5")));
    CHECK(isSameValue(Cell::integer(most), decimal("9223372036854775807")));
    CHECK_FALSE(isSameValue(Cell::integer(most), Cell::real(9223372036854775808.0)));
    CHECK(isSameValue(Cell::real(0.1), text("0.1")));
    CHECK(isSameValue(Cell::real(5e-324), Cell::real(5e-324)));
    CHECK_FALSE(isSameValue(Cell::real(0.1), Cell::real(0.10000001)));
    CHECK(isSameValue(decimal("0.00"), Cell::integer(0)));
    CHECK(isSameValue(decimal("1234567890.12"), Cell::real(1234567890.12)));
    CHECK(isSameValue(decimal("-9.50"), text("-9.5")));
    CHECK_FALSE(isSameValue(decimal("100"), decimal("1")));
    CHECK_FALSE(isSameValue(decimal("123456789012345678.9"), decimal("123456789012345679")));
}

TEST_CASE("a time may come back as text, by SQL or ISO 8601") {
    const Cell instant = Cell::timestamp(757'382'400'123'456);  // 2024-01-01
    for (const char* spelled : {"2024-01-01 00:00:00.123456", "2024-01-01T00:00:00.123456Z",
                                "2024-01-01 00:00:00.123456+00", "2024-01-01 00:00:00.123456000+00:00"})
        CHECK(isSameValue(instant, text(spelled)));
    CHECK_FALSE(isSameValue(instant, text("2024-01-01 00:00:00.123")));
    CHECK_FALSE(isSameValue(instant, text("2024-01-01 00:00:00.123456+02:00")));
    CHECK(isSameValue(Cell::timestamp(-million), text("1999-12-31 23:59:59")));
    CHECK(isSameValue(Cell::date(-36'500), text("1900-01-25")));
    CHECK(isSameValue(Cell::date(1), Cell::timestamp(86'400 * million)));
    CHECK_FALSE(isSameValue(Cell::date(1), Cell::timestamp(86'400 * million + 1)));
    CHECK(isSameValue(Cell::time(45'296'000'001), text("12:34:56.000001")));
    CHECK(isSameValue(Cell::timestamp(positiveInfinity), text("infinity")));
    CHECK_FALSE(isSameValue(Cell::timestamp(positiveInfinity), Cell::timestamp(negativeInfinity)));
}

TEST_CASE("an interval may come back as an ISO 8601 duration") {
    const std::array<Interval, 4> given{Interval{14, -3, 5'400 * million}, Interval{}, Interval{0, 1, -1},
                                        Interval{-1, 0, 7'500'000}};
    const std::array<std::string_view, 4> spelled{"P1Y2M-3DT1H30M", "PT0S", "P1DT-0.000001S", "P-1MT7.5S"};
    for (std::size_t i = 0; i < given.size(); ++i)
        for (std::size_t j = 0; j < given.size(); ++j) {
            CHECK(isSameValue(interval(given[i]), text(spelled[j])) == (i == j));
            CHECK(isSameValue(interval(given[i]), interval(given[j])) == (i == j));
        }
}

TEST_CASE("bytes, texts and uuids are the same by their bytes") {
    using namespace std::string_view_literals;
    const Cell bytes = Cell::view(CellKind::bytes, "\0\1\377"sv);
    CHECK(isSameValue(bytes, text("\0\1\377"sv)));
    CHECK_FALSE(isSameValue(bytes, text("\0\1"sv)));
    CHECK_FALSE(isSameValue(text("5"), Cell::integer(5)));
    CHECK_FALSE(isSameValue(text(" blanks "), text("blanks")));
    const Cell uuid =
        Cell::view(CellKind::uuid, "\x12\x34\x56\x78\x9a\xbc\x4d\xef\x80\x00\x00\x00\x00\x00\x00\x01"sv);
    CHECK(isSameValue(uuid, text("12345678-9abc-4def-8000-000000000001")));
    CHECK_FALSE(isSameValue(uuid, text("12345678-9abc-4def-8000-000000000002")));
}
