#include "lib/sql/postgresql/row_decoder.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <string_view>

#include "roost/error.hpp"

using namespace roost;
using namespace roost::sql::postgresql;
using namespace std::string_view_literals;

namespace {

constexpr std::string_view header = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0"sv;
constexpr std::string_view trailer = "\377\377"sv;

std::string field(std::string_view value) {
    std::string encoded;
    for (int shift = 24; shift >= 0; shift -= 8)
        encoded += static_cast<char>((value.size() >> static_cast<unsigned>(shift)) & 0xFFU);
    return encoded.append(value);
}

constexpr std::string_view nullField = "\377\377\377\377"sv;

/// Decodes one message that follows a header.
Cell decoded(FieldForm form, std::string_view value, Batch& batch) {
    RowDecoder decoder({{form, 0}});
    decoder.decode(std::string(header) + std::string("\0\1", 2) + field(value), batch);
    return batch.row(batch.rows() - 1)[0];
}

void refuse(FieldForm form, std::string_view value) {
    Batch batch(0, 1);
    CHECK_THROWS_WITH(decoded(form, value, batch), "the server sent rows in a form that roost does not know");
}

}  // namespace

TEST_CASE("rows land in the columns that their fields belong to, the others stay null") {
    RowDecoder decoder({{FieldForm::int32, 2}, {FieldForm::text, 0}});
    Batch batch(3, 4);
    decoder.decode(std::string(header) + std::string("\0\2", 2) + field("\0\0\1\0"sv) + field("abc"), batch);
    decoder.decode(std::string("\0\2", 2) + std::string(nullField) + field(""), batch);
    CHECK_FALSE(decoder.complete());
    decoder.decode(trailer, batch);
    CHECK(decoder.complete());
    REQUIRE(batch.rows() == 2);
    CHECK(batch.row(0)[0].text() == "abc");
    CHECK(batch.row(0)[1].isNull());
    CHECK(batch.row(0)[2].integer() == 256);
    CHECK(batch.row(0)[3].isNull());
    CHECK(batch.row(1)[0].kind() == CellKind::text);
    CHECK(batch.row(1)[0].text().empty());
    CHECK(batch.row(1)[2].isNull());
}

TEST_CASE("an empty table is a header and a trailer in one message") {
    RowDecoder decoder({{FieldForm::int32, 0}});
    Batch batch(0, 1);
    decoder.decode(std::string(header) + std::string(trailer), batch);
    CHECK(decoder.complete());
    CHECK(batch.empty());
}

TEST_CASE("an extension of the header is passed over, unless it is critical") {
    RowDecoder decoder({{FieldForm::boolean, 0}});
    Batch batch(0, 1);
    std::string longer(header.substr(0, 15));
    longer += std::string("\0\0\0\3abc\0\1", 9) + field("\1");
    decoder.decode(longer, batch);
    CHECK(batch.row(0)[0].integer() == 1);

    RowDecoder strict({{FieldForm::boolean, 0}});
    std::string critical(header);
    critical[12] = 1;
    CHECK_THROWS_AS(strict.decode(critical, batch), Error);
}

TEST_CASE("the ends of date and timestamp stand for infinity") {
    Batch batch(0, 1);
    CHECK(decoded(FieldForm::date, "\177\377\377\377", batch).integer() == positiveInfinity);
    CHECK(decoded(FieldForm::date, "\200\0\0\0"sv, batch).integer() == negativeInfinity);
    CHECK(decoded(FieldForm::timestamp, "\177\377\377\377\377\377\377\377", batch).integer() ==
          positiveInfinity);
    CHECK(decoded(FieldForm::date, "\377\377\377\377", batch).integer() == -1);
}

TEST_CASE("char(n) loses blanks at its end alone") {
    Batch batch(0, 1);
    CHECK(decoded(FieldForm::paddedText, "  a b  ", batch).text() == "  a b");
    CHECK(decoded(FieldForm::paddedText, "    ", batch).text().empty());
    CHECK(decoded(FieldForm::text, "a  ", batch).text() == "a  ");
}

TEST_CASE("fields of a wrong size or version are refused") {
    refuse(FieldForm::boolean, "");
    refuse(FieldForm::int16, "abc");
    refuse(FieldForm::int32, "abc");
    refuse(FieldForm::int64, "abc");
    refuse(FieldForm::float32, "abc");
    refuse(FieldForm::float64, "abc");
    refuse(FieldForm::uuid, "abc");
    refuse(FieldForm::date, "abc");
    refuse(FieldForm::time, "abc");
    refuse(FieldForm::timestamp, "abc");
    refuse(FieldForm::interval, "abc");
    refuse(FieldForm::jsonb, "");
    refuse(FieldForm::jsonb, "\2{}");
}

TEST_CASE("a stream that is cut or out of order is refused wherever it breaks off") {
    const std::string whole = std::string(header) + std::string("\0\1", 2) + field("abcd");
    for (std::size_t length = 0; length < whole.size(); ++length) {
        if (length == header.size()) continue;  // a header alone breaks nothing
        RowDecoder decoder({{FieldForm::text, 0}});
        Batch batch(0, 1);
        CHECK_THROWS_AS(decoder.decode(std::string_view(whole).substr(0, length), batch), Error);
    }
    Batch batch(0, 1);
    RowDecoder wrongCount({{FieldForm::text, 0}});
    CHECK_THROWS_AS(
        wrongCount.decode(std::string(header) + std::string("\0\2", 2) + field("") + field(""), batch),
        Error);
    RowDecoder afterEnd({{FieldForm::text, 0}});
    afterEnd.decode(std::string(header) + std::string(trailer), batch);
    CHECK_THROWS_AS(afterEnd.decode(std::string("\0\1", 2) + field(""), batch), Error);
    RowDecoder noHeader({{FieldForm::text, 0}});
    CHECK_THROWS_AS(noHeader.decode(std::string(40, 'x'), batch), Error);
}
