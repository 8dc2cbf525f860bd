#include "lib/sql/sqlite/number_text.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "plugins/sqlite_sink/sink_test_support.hpp"

using namespace roost::sqlite;
using namespace roost::sqlite::testing;

namespace {

/// What SQLite itself makes of the text in a numeric column.
std::string storedAs(Database& database, const std::string& text) {
    sqlite3_stmt* statement = nullptr;
    sqlite3_exec(database.handle(), "DELETE FROM t", nullptr, nullptr, nullptr);
    sqlite3_prepare_v2(database.handle(), "INSERT INTO t VALUES (?)", -1, &statement, nullptr);
    sqlite3_bind_text(statement, 1, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
    sqlite3_step(statement);
    sqlite3_finalize(statement);
    sqlite3_prepare_v2(database.handle(), "SELECT typeof(n) FROM t", -1, &statement, nullptr);
    sqlite3_step(statement);
    const auto* type = sqlite3_column_text(statement, 0);
    const std::string result(static_cast<const char*>(static_cast<const void*>(type)));
    sqlite3_finalize(statement);
    return result;
}

}  // namespace

TEST_CASE("text that SQLite takes for a number is told from other text just as SQLite does") {
    Database database(":memory:");
    database.run("CREATE TABLE t(n NUMERIC)");
    for (const std::string text : {"",
                                   " ",
                                   "1",
                                   " 1",
                                   "1 ",
                                   "\t1\n",
                                   "\v1\f\r",
                                   "+1",
                                   "-1",
                                   "+-1",
                                   "1.",
                                   ".1",
                                   ".",
                                   "-.5",
                                   "1.5.2",
                                   "1e5",
                                   "1E5",
                                   "1e+5",
                                   "1e-5",
                                   "1e",
                                   "1e+",
                                   "e5",
                                   ".e5",
                                   "0x10",
                                   "1_000",
                                   "1,5",
                                   "inf",
                                   "nan",
                                   "Infinity",
                                   "1a",
                                   "1 2",
                                   "00123",
                                   "9223372036854775807",
                                   "9223372036854775808",
                                   "1e400",
                                   "12-34",
                                   "5f3a0000-0000-4000-8000-000000000000",
                                   "2026-01-31",
                                   "12:30",
                                   "\xEF\xBC\x91",
                                   "1\xC2\xA0",
                                   "P1Y",
                                   "true"})
        CHECK((storedAs(database, text) != "text") == looksNumeric(text));
    CHECK_FALSE(looksNumeric(std::string_view("12\0", 3)));
    CHECK(storedAs(database, std::string("12\0", 3)) == "text");
    // Random text over the characters that matter.
    std::mt19937 random(4711);
    constexpr std::string_view characters = "0123456789..eE+-+ \t";
    for (int i = 0; i < 20'000; ++i) {
        std::string text;
        for (std::size_t n = random() % 7; n > 0; --n) text += characters[random() % characters.size()];
        INFO(text);
        REQUIRE((storedAs(database, text) != "text") == looksNumeric(text));
    }
}

TEST_CASE("a canonical number is one that is written back in the same way") {
    for (const char* text : {"0", "5", "-5", "9223372036854775807", "-9223372036854775808", "1.5", "-0.25",
                             "1e+20", "1.0e+20", "5.0", "1e-05"})
        CHECK(isCanonicalNumber(text));
    for (const char* text : {"", "00123", "+5", "1e5", "1.50", ".5", "5.", " 5", "5 ", "-0",
                             "9223372036854775808", "0.12345678901234567890", "inf", "nan", "1e400", "0x10"})
        CHECK_FALSE(isCanonicalNumber(text));
}

TEST_CASE("a decimal is an integer or a double only where it loses nothing") {
    CHECK(exactNumber("0") == ExactNumber(std::int64_t{0}));
    CHECK(exactNumber("0.000") == ExactNumber(std::int64_t{0}));
    CHECK(exactNumber("-12") == ExactNumber(std::int64_t{-12}));
    CHECK(exactNumber("12.00") == ExactNumber(std::int64_t{12}));
    CHECK(exactNumber("1200") == ExactNumber(std::int64_t{1200}));
    CHECK(exactNumber("9223372036854775807") == ExactNumber(std::numeric_limits<std::int64_t>::max()));
    CHECK(exactNumber("-9223372036854775808") == ExactNumber(std::numeric_limits<std::int64_t>::min()));
    CHECK(exactNumber("9223372036854775808") == ExactNumber());
    CHECK(exactNumber("12.50") == ExactNumber(12.5));
    CHECK(exactNumber("0.1") == ExactNumber(0.1));
    CHECK(exactNumber("-0.000000001") == ExactNumber(-1e-9));
    CHECK(exactNumber("123456789012345.6") == ExactNumber(123456789012345.6));
    CHECK(exactNumber("1e25") == ExactNumber(1e25));
    CHECK(exactNumber("0.12345678901234567890") == ExactNumber());
    CHECK(exactNumber("12345678901234567.8") == ExactNumber());
    CHECK(exactNumber("1e400") == ExactNumber());
    CHECK(exactNumber("NaN") == ExactNumber());
    CHECK(exactNumber("") == ExactNumber());
    CHECK(exactNumber("1 ") == ExactNumber());
}

TEST_CASE("reals are written with the digits that read back as the same double") {
    const auto written = [](double value) {
        std::string text(longestReal, '\0');
        text.resize(static_cast<std::size_t>(writeReal(text.data(), value) - text.data()));
        return text;
    };
    CHECK(written(5.0) == "5.0");
    CHECK(written(-0.0) == "-0.0");
    CHECK(written(0.1 + 0.2) == "0.30000000000000004");
    CHECK(written(1e300) == "1.0e+300");
    CHECK(written(1.5e-7) == "1.5e-07");
    CHECK(written(HUGE_VAL) == "Inf");
    CHECK(written(-HUGE_VAL) == "-Inf");
    CHECK(written(-1.7976931348623157e308).size() <= longestReal);
}

TEST_CASE("integers that a double holds exactly") {
    CHECK(fitsReal(0));
    CHECK(fitsReal((std::int64_t{1} << 53) + 2));
    CHECK_FALSE(fitsReal((std::int64_t{1} << 53) + 1));
    CHECK_FALSE(fitsReal(std::numeric_limits<std::int64_t>::max()));
    CHECK(fitsReal(std::numeric_limits<std::int64_t>::min()));
}
