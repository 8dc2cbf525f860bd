#include "lib/ownership/renewed_keys.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <limits>
#include <string>

#include "lib/ownership/value_name.hpp"
#include "roost/error.hpp"

namespace roost::ownership {

namespace {

const LogicalType integers{.kind = TypeKind::int64};
const LogicalType texts{.kind = TypeKind::text};
const LogicalType uuids{.kind = TypeKind::uuid};

RenewedKeys keysOf(const std::string& as = "copy") {
    return {as, "table notes", std::filesystem::temp_directory_path()};
}

Cell text(std::string_view words) { return Cell::view(CellKind::text, words); }

std::string renewedText(const std::string& old, const std::string& as = "copy") {
    RenewedKeys keys = keysOf(as);
    keys.note(text(old), texts);
    Batch arena(0, 1);
    return std::string(keys.renewed(text(old), texts, arena).text());
}

}  // namespace

TEST_CASE("numbers move up together, and only those of copied rows") {
    RenewedKeys keys = keysOf();
    for (const std::int64_t key : {17, 12, 40}) keys.note(Cell::integer(key), integers);
    keys.startAt(101, integers);
    Batch arena(0, 1);
    CHECK(keys.renewed(Cell::integer(12), integers, arena).integer() == 101);
    CHECK(keys.renewed(Cell::integer(17), integers, arena).integer() == 106);
    CHECK(keys.renewed(Cell::integer(40), integers, arena).integer() == 129);
    CHECK(keys.renewed(Cell::integer(13), integers, arena).integer() == 13);
    CHECK(keys.renewed(Cell::null(), integers, arena).isNull());
    CHECK(keys.renewed(text("17"), texts, arena).text() == "106");
}

TEST_CASE("negative numbers move up, too") {
    RenewedKeys keys = keysOf();
    keys.note(Cell::integer(-3), integers);
    keys.note(Cell::integer(-1), integers);
    keys.startAt(1, integers);
    Batch arena(0, 1);
    CHECK(keys.renewed(Cell::integer(-3), integers, arena).integer() == 1);
    CHECK(keys.renewed(Cell::integer(-1), integers, arena).integer() == 3);
}

TEST_CASE("numbers that would not fit are refused") {
    RenewedKeys keys = keysOf();
    keys.note(Cell::integer(1), integers);
    keys.note(Cell::integer(10), integers);
    CHECK_NOTHROW(keys.startAt(std::numeric_limits<std::int32_t>::max() - 9, {.kind = TypeKind::int32}));
    CHECK_THROWS_WITH(
        keys.startAt(std::numeric_limits<std::int32_t>::max() - 8, {.kind = TypeKind::int32}),
        "table notes: its column has no numbers left for the copy, which would begin at 2147483639");
    CHECK_THROWS_AS(keys.startAt(std::numeric_limits<std::int64_t>::max() - 8, integers), Error);
    CHECK_NOTHROW(keys.startAt(std::numeric_limits<std::int64_t>::max() - 9, integers));
}

TEST_CASE("uuids follow from the old one and the copy's name, as bytes and as text") {
    const std::string old = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
    const std::string renewed = renewedText(old);
    CHECK(renewed == renewedText(old));
    CHECK(renewed != old);
    CHECK(renewed != renewedText(old, "another copy"));
    CHECK(renewed.size() == 36);
    CHECK(renewed[14] == '5');
    CHECK(renewedText("3FA85F64-5717-4562-B3FC-2C963F66AFA6").find_first_of("abcdef") == std::string::npos);

    const std::string bytes("\x3f\xa8\x5f\x64\x57\x17\x45\x62\xb3\xfc\x2c\x96\x3f\x66\xaf\xa6", 16);
    RenewedKeys keys = keysOf();
    keys.note(Cell::view(CellKind::uuid, bytes), uuids);
    Batch arena(0, 1);
    const Cell cell = keys.renewed(Cell::view(CellKind::uuid, bytes), uuids, arena);
    CHECK(valueName(cell, uuids) == renewed);
    // A column that refers to it may hold it as text.
    CHECK(keys.renewed(text(old), texts, arena).text() == renewed);
}

TEST_CASE("generated texts keep their form") {
    const std::string hex = renewedText("0123456789abcdef01234567");
    CHECK(hex != "0123456789abcdef01234567");
    CHECK(hex.find_first_not_of("0123456789abcdef") == std::string::npos);
    const std::string mixed = renewedText("usr_V1StGXR8Z5jdHi6B");
    CHECK(mixed.size() == 20);
    CHECK(mixed[3] == '_');
    CHECK(mixed != "usr_V1StGXR8Z5jdHi6B");
    CHECK(mixed.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") ==
          std::string::npos);
    CHECK(renewedText(std::string(100, 'a') + "1").substr(0, 32) !=
          renewedText(std::string(100, 'a') + "1").substr(32, 32));
}

TEST_CASE("a key that somebody chose is not replaced by a made-up one") {
    RenewedKeys keys = keysOf();
    CHECK_THROWS_WITH(keys.note(text("de"), texts),
                      "table notes: no new key can be made for the row 'de', which is neither a number nor a "
                      "generated text");
    CHECK_THROWS_AS(keys.note(text("a long title of 2026"), texts), Error);
    CHECK_THROWS_AS(keys.note(text("someone42@example.com"), texts), Error);
    CHECK_THROWS_AS(keys.note(Cell::real(1.5), integers), Error);
    CHECK_NOTHROW(keys.note(Cell::null(), texts));
}

}  // namespace roost::ownership
