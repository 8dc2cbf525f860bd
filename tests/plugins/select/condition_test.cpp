#include "transforms/select/condition.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "plugins/transformed.hpp"

using namespace roost;
using namespace roost::select;
using roost::testing::column;
using roost::testing::errorOf;
using roost::testing::table;
using roost::testing::textCell;

namespace {

WhereRecord record(std::optional<std::string> is, std::optional<std::string> from = {},
                   std::optional<std::string> to = {}) {
    WhereRecord made;
    made.is = std::move(is);
    made.from = std::move(from);
    made.to = std::move(to);
    return made;
}

Condition condition(const std::string& type, const WhereRecord& asked,
                    NumericTime numbers = NumericTime::none) {
    Table owner = table(0, "t", {column("c", type)});
    owner.columns[0].numbersAre = numbers;
    return {asked, owner, 0};
}

Cell decimal(std::string_view digits) { return Cell::view(CellKind::decimal, digits); }

}  // namespace

TEST_CASE("numbers are compared exactly, whatever kind they are kept as") {
    const Condition is = condition("decimal(30,2)", record("9007199254740993"));
    CHECK(is.ask(Cell::integer(9007199254740993)) == Answer::yes);
    CHECK(is.ask(Cell::integer(9007199254740992)) == Answer::no);
    CHECK(is.ask(decimal("9007199254740993.00")) == Answer::yes);
    CHECK(is.ask(decimal("9007199254740993.01")) == Answer::no);
    CHECK(is.ask(Cell::real(9007199254740992.0)) == Answer::no);
    CHECK(is.ask(textCell("9007199254740993")) == Answer::yes);
    CHECK(is.ask(textCell("many")) == Answer::incomparable);
    CHECK(is.ask(decimal("NaN")) == Answer::incomparable);
    CHECK(is.ask(Cell::view(CellKind::bytes, "1")) == Answer::incomparable);
    CHECK(is.ask(Cell::null()) == Answer::no);

    const Condition range = condition("int64", record({}, "-1.5", "1e2"));
    CHECK(range.ask(Cell::integer(-1)) == Answer::yes);
    CHECK(range.ask(Cell::integer(-2)) == Answer::no);
    CHECK(range.ask(Cell::integer(100)) == Answer::yes);
    CHECK(range.ask(Cell::integer(101)) == Answer::no);
    CHECK(range.ask(Cell::real(-0.0)) == Answer::yes);
    CHECK(range.ask(Cell::real(-1.5)) == Answer::yes);
    CHECK(range.ask(Cell::real(-1.6)) == Answer::no);
    CHECK(range.ask(Cell::real(std::numeric_limits<double>::infinity())) == Answer::no);
    CHECK(condition("float64", record({}, "1e300")).ask(decimal("Infinity")) == Answer::yes);
    CHECK(condition("float64", record("0.1")).ask(Cell::real(0.1)) == Answer::yes);
}

TEST_CASE("texts are compared byte by byte, by pattern with case") {
    CHECK(condition("text", record("alice")).ask(textCell("alice")) == Answer::yes);
    CHECK(condition("text", record("alice")).ask(textCell("Alice")) == Answer::no);
    CHECK(condition("text", record("alice")).ask(textCell("alice ")) == Answer::no);
    CHECK(condition("text", record("7")).ask(Cell::integer(7)) == Answer::yes);
    CHECK(condition("text", record("")).ask(textCell("")) == Answer::yes);
    CHECK(condition("text", record({}, "b", "c")).ask(textCell("bz")) == Answer::yes);
    CHECK(condition("text", record({}, "b", "c")).ask(textCell("ca")) == Answer::no);
    WhereRecord like;
    like.like = "a*@example.???";
    const Condition pattern = condition("text", like);
    CHECK(pattern.ask(textCell("alice@example.com")) == Answer::yes);
    CHECK(pattern.ask(textCell("Alice@example.com")) == Answer::no);
    CHECK(pattern.ask(Cell::view(CellKind::bytes, "alice@example.com")) == Answer::incomparable);
}

TEST_CASE("times are compared as instants, in each way that SQLite keeps them") {
    const Condition from = condition("timestamptz", record({}, "2026-01-01T00:00:00+02:00"));
    constexpr std::int64_t newYear = 820'540'800'000'000;  // 2026-01-01 00:00 UTC, from 2000
    CHECK(from.ask(Cell::timestamp(newYear - 7'200'000'000)) == Answer::yes);
    CHECK(from.ask(Cell::timestamp(newYear - 7'200'000'001)) == Answer::no);
    CHECK(from.ask(textCell("2025-12-31 22:00:00")) == Answer::yes);
    CHECK(from.ask(textCell("2025-12-31 23:30:00+02:00")) == Answer::no);
    CHECK(from.ask(textCell("soon")) == Answer::incomparable);
    CHECK(from.ask(Cell::integer(1'767'225'600)) == Answer::incomparable);
    CHECK(from.ask(Cell::timestamp(positiveInfinity)) == Answer::yes);
    const Condition seconds = condition("timestamptz", record({}, "2026-01-01"), NumericTime::seconds);
    CHECK(seconds.ask(Cell::integer(1'767'225'600)) == Answer::yes);
    CHECK(seconds.ask(Cell::integer(1'767'225'599)) == Answer::no);

    const Condition day = condition("date", record("1999-12-31"));
    CHECK(day.ask(Cell::date(-1)) == Answer::yes);
    CHECK(day.ask(textCell("1999-12-31")) == Answer::yes);
    CHECK(day.ask(textCell("1999-12-31 23:59:59")) == Answer::yes);
    CHECK(day.ask(Cell::timestamp(-1)) == Answer::yes);
    CHECK(day.ask(Cell::timestamp(0)) == Answer::no);
    CHECK(condition("time", record({}, "12:00")).ask(textCell("11:59:59")) == Answer::no);
}

TEST_CASE("booleans and uuids in all their spellings") {
    const Condition yes = condition("boolean", record("true"));
    CHECK(yes.ask(Cell::boolean(true)) == Answer::yes);
    CHECK(yes.ask(Cell::integer(1)) == Answer::yes);
    CHECK(yes.ask(Cell::integer(2)) == Answer::incomparable);
    CHECK(yes.ask(textCell("T")) == Answer::yes);
    CHECK(yes.ask(textCell("off")) == Answer::no);
    const Condition uuid = condition("uuid", record("{0123456789ABCDEF0123456789abcdef}"));
    CHECK(uuid.ask(textCell("01234567-89ab-cdef-0123-456789abcdef")) == Answer::yes);
    CHECK(uuid.ask(Cell::view(CellKind::uuid,
                              "\x01\x23\x45\x67\x89\xab\xcd\xef\x01\x23\x45\x67\x89\xab\xcd\xef")) ==
          Answer::yes);
    CHECK(uuid.ask(textCell("alice")) == Answer::incomparable);
}

TEST_CASE("NULL fulfils only what asks for it") {
    WhereRecord null;
    null.null = true;
    CHECK(condition("bytes", null).ask(Cell::null()) == Answer::yes);
    CHECK(condition("bytes", null).ask(textCell("")) == Answer::no);
    null.null = false;
    CHECK(condition("int32", null).ask(Cell::null()) == Answer::no);
    CHECK(condition("int32", null).ask(Cell::integer(0)) == Answer::yes);
}

TEST_CASE("what can't be asked of a column is refused") {
    CHECK(errorOf([] { condition("int32", record("many")); }) ==
          "'where': 'is' of t.c takes a number, not 'many'");
    CHECK(errorOf([] { condition("timestamp", record({}, {}, "2026-02-30")); }) ==
          "'where': 'to' of t.c takes a date or a time as 2026-01-31T12:34:56Z, not '2026-02-30'");
    CHECK(errorOf([] { condition("bytes", record("x")); }) ==
          "'where': t.c holds bytes, of which only 'is-null' can be asked");
    CHECK(errorOf([] { condition("json", record({}, "a")); }) ==
          "'where': 'from' and 'to' need an order, which values of t.c (json) do not have | use 'is' or "
          "'like'");
}
