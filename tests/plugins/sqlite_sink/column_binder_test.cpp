#include "lib/sql/sqlite/column_binder.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>

#include "lib/sql/sqlite/number_text.hpp"

#include "plugins/sqlite_sink/sink_test_support.hpp"

using namespace roost;
using namespace roost::sqlite;
using namespace roost::sqlite::testing;

namespace {

/// Stores one cell through the binder in a column of that declaration; "class:value", or how it ended.
std::string stored(const std::string& declared, const Cell& cell, ColumnTraits traits = {},
                   TimeFormat times = {}) {
    Database database(":memory:");
    database.run("CREATE TABLE t(c " + declared + ")");
    traits.affinity = affinityOf(declared);
    ColumnBinder binder(traits, times);
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(database.handle(), "INSERT INTO t VALUES (?)", -1, &statement, nullptr);
    const Binding binding = binder.bind(statement, 1, cell);
    if (binding == Binding::refused) {
        sqlite3_finalize(statement);
        return "refused: " + binder.refusal(cell);
    }
    sqlite3_step(statement);
    sqlite3_finalize(statement);
    sqlite3_prepare_v2(database.handle(), "SELECT c, typeof(c), quote(c) FROM t", -1, &statement, nullptr);
    sqlite3_step(statement);
    const auto column = [&](int at) {
        return std::string(
            static_cast<const char*>(static_cast<const void*>(sqlite3_column_text(statement, at))));
    };
    std::string result = column(1) + ":";
    if (sqlite3_column_type(statement, 0) == SQLITE_FLOAT) {
        std::array<char, longestReal> digits{};
        result.append(digits.data(), writeReal(digits.data(), sqlite3_column_double(statement, 0)));
    } else if (sqlite3_column_type(statement, 0) != SQLITE_NULL) {
        result += column(2);
    }
    sqlite3_finalize(statement);
    if (binding == Binding::asNumber) result += " (number)";
    if (binding == Binding::asZero) result += " (no sign)";
    if (binding == Binding::asNull) result += " (no number)";
    return result;
}

Cell text(std::string_view value) { return Cell::view(CellKind::text, value); }
Cell decimal(std::string_view value) { return Cell::view(CellKind::decimal, value); }

const std::string lossy = "refused: the column would turn the text into another number";
const std::string tooLong =
    "refused: it has more digits than a number of SQLite holds, and the column keeps no text that looks like "
    "a number";

}  // namespace

TEST_CASE("each class of value in a column of each affinity stays what it is or is refused") {
    SECTION("null") {
        for (const char* declared : {"INTEGER", "TEXT", "", "REAL", "NUMERIC"})
            CHECK(stored(declared, Cell::null()) == "null:");
    }
    SECTION("integers") {
        CHECK(stored("INTEGER", Cell::integer(5)) == "integer:5");
        CHECK(stored("NUMERIC", Cell::integer(-9223372036854775807)) == "integer:-9223372036854775807");
        CHECK(stored("", Cell::integer(5)) == "integer:5");
        CHECK(stored("TEXT", Cell::integer(5)) == "text:'5'");
        CHECK(stored("REAL", Cell::integer(5)) == "real:5.0");
        CHECK(stored("REAL", Cell::integer(9007199254740993)) ==
              "refused: a column of reals cannot hold all its digits");
    }
    SECTION("reals") {
        CHECK(stored("REAL", Cell::real(0.1 + 0.2)) == "real:0.30000000000000004");
        CHECK(stored("", Cell::real(-0.0)) == "real:-0.0");
        CHECK(stored("INTEGER", Cell::real(2.5)) == "real:2.5");
        CHECK(stored("INTEGER", Cell::real(5.0)) == "integer:5");
        CHECK(stored("TEXT", Cell::real(0.1 + 0.2)) == "text:'0.30000000000000004'");
        CHECK(stored("REAL", Cell::real(HUGE_VAL)) == "real:Inf");
        CHECK(stored("REAL", Cell::real(std::nan(""))) == "null: (no number)");
        CHECK(stored("TEXT", Cell::real(std::nan(""))) == "text:'NaN'");
    }
    SECTION("text") {
        CHECK(stored("TEXT", text("00123")) == "text:'00123'");
        CHECK(stored("", text("1e5")) == "text:'1e5'");
        for (const char* declared : {"uuid", "NUMERIC", "datetime", "INTEGER", "REAL"}) {
            CHECK(stored(declared, text("1e5")) == lossy);
            CHECK(stored(declared, text("00123")) == lossy);
            CHECK(stored(declared, text(" 12 ")) == lossy);
            CHECK(stored(declared, text("12345678901234567890123456789012")) == lossy);
            CHECK(stored(declared, text("abc")) == "text:'abc'");
            CHECK(stored(declared, text("")) == "text:''");
        }
        CHECK(stored("NUMERIC", text("123")) == "integer:123 (number)");
        CHECK(stored("REAL", text("123")) == "real:123.0 (number)");
        CHECK(stored("INTEGER", text("1.5")) == "real:1.5 (number)");
        CHECK(stored("REAL", text("9007199254740993")) == lossy);
    }
    SECTION("bytes are never converted, and an empty one is no NULL") {
        for (const char* declared : {"INTEGER", "TEXT", "", "REAL", "NUMERIC"}) {
            CHECK(stored(declared, Cell::view(CellKind::bytes, "12")) == "blob:X'3132'");
            CHECK(stored(declared, Cell::view(CellKind::bytes, {})) == "blob:X''");
            CHECK(stored(declared, Cell::view(CellKind::bytes, {nullptr, 0})) == "blob:X''");
        }
        CHECK(stored("TEXT", Cell::view(CellKind::text, {nullptr, 0})) == "text:''");
    }
    SECTION("booleans are 0 and 1") {
        CHECK(stored("numeric", Cell::boolean(true)) == "integer:1");
        CHECK(stored("boolean", Cell::boolean(false)) == "integer:0");
    }
}

TEST_CASE("an INTEGER PRIMARY KEY takes whole numbers only") {
    ColumnTraits rowid;
    rowid.isRowid = true;
    CHECK(stored("INTEGER", Cell::integer(7), rowid) == "integer:7");
    CHECK(stored("INTEGER", Cell::null(), rowid) ==
          "refused: an INTEGER PRIMARY KEY takes no NULL; SQLite would number the row anew");
    for (const Cell& cell : {text("x"), Cell::view(CellKind::bytes, "x"), Cell::real(1.5),
                             Cell::real(std::nan("")), Cell::date(5)})
        CHECK(stored("INTEGER", cell, rowid) == "refused: an INTEGER PRIMARY KEY takes whole numbers only");
}

TEST_CASE("decimals become numbers where nothing is lost") {
    CHECK(stored("NUMERIC", decimal("12")) == "integer:12");
    CHECK(stored("NUMERIC", decimal("12.50")) == "real:12.5");
    CHECK(stored("REAL", decimal("0")) == "real:0.0");
    CHECK(stored("REAL", decimal("226.5")) == "real:226.5");
    CHECK(stored("TEXT", decimal("12.50")) == "text:'12.50'");
    CHECK(stored("", decimal("12345678901234567890.5")) == "text:'12345678901234567890.5'");
    CHECK(stored("NUMERIC", decimal("12345678901234567890.5")) == tooLong);
    CHECK(stored("NUMERIC", decimal("NaN")) == "null: (no number)");
    CHECK(stored("NUMERIC", decimal("-Infinity")) == "real:-Inf");
    CHECK(stored("TEXT", decimal("Infinity")) == "text:'Infinity'");
}

TEST_CASE("values of other databases' own kinds are text that no affinity touches") {
    const std::string uuid("\x12\x34\x56\x78\x90\x12\x34\x56\x78\x90\x12\x34\x56\x78\x90\x1e", 16);
    const Interval interval{14, -3, 3'723'500'000};
    const std::string_view intervalBytes(static_cast<const char*>(static_cast<const void*>(&interval)),
                                         sizeof interval);
    for (const char* declared : {"uuid", "datetime", "INTEGER", "TEXT", ""}) {
        CHECK(stored(declared, Cell::view(CellKind::uuid, uuid)) ==
              "text:'12345678-9012-3456-7890-12345678901e'");
        CHECK(stored(declared, Cell::date(9527)) == "text:'2026-01-31'");
        CHECK(stored(declared, Cell::date(negativeInfinity)) == "text:'-infinity'");
        CHECK(stored(declared, Cell::time(45'296'789'000)) == "text:'12:34:56.789'");
        CHECK(stored(declared, Cell::view(CellKind::interval, intervalBytes)) == "text:'P1Y2M-3DT1H2M3.5S'");
    }
}

TEST_CASE("times are written in the format that was chosen") {
    constexpr std::int64_t micros = 9527 * 86'400'000'000 + 45'296'789'000;
    ColumnTraits instants;
    instants.instants = true;
    CHECK(stored("datetime", Cell::timestamp(micros), instants) == "text:'2026-01-31 12:34:56.789+00:00'");
    CHECK(stored("datetime", Cell::timestamp(micros - 789'000), instants) ==
          "text:'2026-01-31 12:34:56+00:00'");
    CHECK(stored("datetime", Cell::timestamp(micros)) == "text:'2026-01-31 12:34:56.789'");
    CHECK(stored("datetime", Cell::timestamp(micros), instants, {'T', false}) ==
          "text:'2026-01-31T12:34:56.789'");
    CHECK(stored("datetime", Cell::timestamp(positiveInfinity), instants) == "text:'infinity'");
    ColumnTraits rewritten;
    rewritten.rewritesTimes = true;
    CHECK(stored("datetime", text("2026-01-31T12:34:56.123456789+02:00"), rewritten) ==
          "text:'2026-01-31 12:34:56.123456789+02:00'");
    CHECK(stored("datetime", text("2026-01-31T12:34:56Z"), rewritten) == "text:'2026-01-31 12:34:56+00:00'");
    CHECK(stored("datetime", text("2026-01-31"), rewritten) == "text:'2026-01-31'");
    CHECK(stored("datetime", text("2026-01-31T12:34:56Z")) == "text:'2026-01-31T12:34:56Z'");
}

TEST_CASE("formats of times are read as they are documented") {
    const auto parsed = [](std::string_view name) {
        const auto format = TimeFormat::parse(name);
        return format ? std::string(1, format->separator) + (format->offset ? "+" : "-") : "none";
    };
    CHECK(parsed("YYYY-MM-DD HH:MM:SS.fff\u00b1hh:mm") == " +");
    CHECK(parsed("YYYY-MM-DD HH:MM:SS+hh:mm") == " +");
    CHECK(parsed("YYYY-MM-DDTHH:MM:SS.fff") == "T-");
    CHECK(parsed("YYYY-MM-DDTHH:MM:SS+hh:mm") == "T+");
    CHECK(parsed("YYYY-MM-DD HH:MM:SS") == " -");
    CHECK(parsed("DD.MM.YYYY") == "none");
    CHECK(parsed("") == "none");
}

TEST_CASE("a database in UTF-16 gets only text that it can give back") {
    ColumnTraits utf16;
    utf16.checksUtf8 = true;
    CHECK(stored("TEXT", text("\xC3\xA4\xF0\x9F\x98\x80"), utf16) == "text:'\xC3\xA4\xF0\x9F\x98\x80'");
    for (const char* bad : {"\xFF", "\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE0\x80\x80"})
        CHECK(stored("TEXT", text(bad), utf16) ==
              "refused: it is not UTF-8, which a database in UTF-16 cannot hold");
}

TEST_CASE("a decimal is a number where that has its very digits, zeros included, else a text") {
    ColumnTraits free;
    free.keepsZeros = true;
    CHECK(stored("decimal_blob", decimal("14"), free) == "integer:14");
    CHECK(stored("decimal_blob", decimal("9.8"), free) == "real:9.8");
    CHECK(stored("decimal_blob", decimal("9.80"), free) == "text:'9.80'");
    CHECK(stored("decimal_blob", decimal("0.000"), free) == "text:'0.000'");
    CHECK(stored("decimal_blob", decimal("100"), free) == "integer:100");
    CHECK(stored("decimal_blob", decimal("12345678901234567890.5"), free) == "text:'12345678901234567890.5'");
    CHECK(stored("decimal_blob", decimal("9223372036854775808"), free) == "text:'9223372036854775808'");
    CHECK(stored("decimal_blob", decimal("NaN"), free) == "text:'NaN'");
    CHECK(stored("REAL", Cell::real(-0.0)) == "real:0.0 (no sign)");
    CHECK(stored("NUMERIC", Cell::real(-0.0)) == "integer:0 (no sign)");
    CHECK(stored("", Cell::real(-0.0)) == "real:-0.0");
    CHECK(stored("REAL", Cell::real(0.0)) == "real:0.0");
    // A scale gives the zeros back.
    CHECK(stored("decimal_blob(20,2)", decimal("9.80")) == "real:9.8");
    CHECK(stored("decimal_blob(20,2)", decimal("14.00")) == "integer:14");
}
