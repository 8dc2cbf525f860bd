#include "lib/sql/numeric_time.hpp"

#include <sqlite3.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <memory>
#include <random>
#include <string>

#include "lib/sql/calendar.hpp"

using namespace roost;
using namespace roost::sql;

namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();

/// The time as ISO 8601, with "..." behind it where digits were cut off; "none" where there is none.
template <class Number>
std::string shown(Number number, NumericTime numbersAre) {
    const auto time = timeOfNumber(number, numbersAre);
    if (!time) return "none";
    std::string text(longestTimestamp, '\0');
    text.resize(static_cast<std::size_t>(writeTimestamp(text.data(), time->value, true) - text.data()));
    return text + (time->truncated ? "..." : "");
}

std::string seconds(std::int64_t number) { return shown(number, NumericTime::seconds); }
std::string seconds(double number) { return shown(number, NumericTime::seconds); }
std::string millis(std::int64_t number) { return shown(number, NumericTime::milliseconds); }
std::string millis(double number) { return shown(number, NumericTime::milliseconds); }

/// What SQLite's own functions make of a Julian day.
class SqliteTimes {
public:
    SqliteTimes() {
        sqlite3* made = nullptr;
        sqlite3_open(":memory:", &made);
        database_.reset(made);
        sqlite3_prepare_v2(made, "SELECT strftime('%Y-%m-%d %H:%M:%f', ?1)", -1, &statement_, nullptr);
    }
    ~SqliteTimes() { sqlite3_finalize(statement_); }
    SqliteTimes(const SqliteTimes&) = delete;
    SqliteTimes& operator=(const SqliteTimes&) = delete;

    std::string of(double number) {
        sqlite3_reset(statement_);
        sqlite3_bind_double(statement_, 1, number);
        sqlite3_step(statement_);
        const auto* text =
            static_cast<const char*>(static_cast<const void*>(sqlite3_column_text(statement_, 0)));
        return text == nullptr ? "none" : text;
    }

private:
    struct Close {
        void operator()(sqlite3* handle) const noexcept { sqlite3_close(handle); }
    };
    std::unique_ptr<sqlite3, Close> database_;
    sqlite3_stmt* statement_ = nullptr;
};

/// In the letters of SQLite's '%Y-%m-%d %H:%M:%f', whose years have four characters with the sign.
std::string asSqlite(double number) {
    const auto time = timeOfNumber(number, NumericTime::julianDay);
    if (!time) return "none";
    constexpr std::int64_t day = 86'400'000'000;
    std::int64_t rest = time->value % day;
    if (rest < 0) rest += day;
    const CivilDate date = civilDate((time->value - rest) / day);
    const auto millisecond = static_cast<int>(rest / 1000);
    char text[64];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d:%02d.%03d", static_cast<int>(date.year),
                  date.month, date.day, millisecond / 3'600'000, millisecond / 60'000 % 60,
                  millisecond / 1000 % 60, millisecond % 1000);
    return rest % 1000 == 0 ? text : "below a millisecond";
}

}  // namespace

TEST_CASE("whole seconds and milliseconds are counted from 1970, exactly") {
    CHECK(seconds(std::int64_t{0}) == "1970-01-01T00:00:00Z");
    CHECK(seconds(std::int64_t{1'767'323'045}) == "2026-01-02T03:04:05Z");
    CHECK(seconds(std::int64_t{-1}) == "1969-12-31T23:59:59Z");
    CHECK(seconds(std::int64_t{253'402'300'800}) == "+10000-01-01T00:00:00Z");
    CHECK(millis(std::int64_t{1'767'323'045'678}) == "2026-01-02T03:04:05.678Z");
    CHECK(millis(std::int64_t{-1}) == "1969-12-31T23:59:59.999Z");
    CHECK(seconds(most) == "none");
    CHECK(seconds(least) == "none");
    CHECK(millis(most) == "none");
    CHECK(millis(least) == "none");
    // The last that 64 bits of microseconds since 2000 hold, and the first that they don't.
    CHECK(timeOfNumber(most / 1'000'000 + 946'684'800, NumericTime::seconds)->value ==
          9'223'372'036'854'000'000);
    CHECK_FALSE(timeOfNumber(most / 1'000'000 + 946'684'801, NumericTime::seconds).has_value());
    CHECK_FALSE(timeOfNumber(std::int64_t{5}, NumericTime::none).has_value());
    CHECK_FALSE(timeOfNumber(5.0, NumericTime::none).has_value());
}

TEST_CASE("a real means its shortest digits, cut off below a microsecond towards the past") {
    CHECK(seconds(1'700'000'000.25) == "2023-11-14T22:13:20.25Z");
    CHECK(seconds(1'700'000'000.123457) == "2023-11-14T22:13:20.123457Z");  // as a double a little less
    CHECK(seconds(1'700'000'000.1234567) == "2023-11-14T22:13:20.123456Z...");
    CHECK(seconds(0.1) == "1970-01-01T00:00:00.1Z");
    CHECK(seconds(-0.5) == "1969-12-31T23:59:59.5Z");
    CHECK(seconds(-0.0000001) == "1969-12-31T23:59:59.999999Z...");
    CHECK(seconds(5e-324) == "1970-01-01T00:00:00Z...");
    CHECK(seconds(-0.0) == "1970-01-01T00:00:00Z");
    CHECK(seconds(1e12) == "+33658-09-27T01:46:40Z");
    CHECK(millis(1'700'000'000'123.25) == "2023-11-14T22:13:20.12325Z");
    CHECK(millis(-0.0001) == "1969-12-31T23:59:59.999999Z...");
    CHECK(seconds(1e300) == "none");
    CHECK(seconds(1e14) == "none");
    CHECK(millis(1e17) == "none");
    CHECK(seconds(HUGE_VAL) == "none");
    CHECK(seconds(-HUGE_VAL) == "none");
    CHECK(seconds(std::nan("")) == "none");
}

TEST_CASE("Julian days are the times that SQLite itself makes of them") {
    SqliteTimes sqlite;
    CHECK(shown(2'460'000.5, NumericTime::julianDay) == "2023-02-25T00:00:00Z");
    CHECK(shown(std::int64_t{2'460'000}, NumericTime::julianDay) == "2023-02-24T12:00:00Z");
    CHECK(shown(std::int64_t{0}, NumericTime::julianDay) == "-4713-11-24T12:00:00Z");
    CHECK(shown(std::int64_t{5'373'485}, NumericTime::julianDay) == "none");
    CHECK(shown(most, NumericTime::julianDay) == "none");
    CHECK(shown(std::int64_t{-1}, NumericTime::julianDay) == "none");
    for (const double number : {0.0, 0.5, -1.0, -0.1, 1'721'059.5, 1'721'425.5, 2'451'544.5, 2'440'587.5,
                                2'460'000.123456789, 5'373'484.4, 5'373'484.499'999, 5'373'484.5, 1e300})
        CHECK(asSqlite(number) == sqlite.of(number));
    std::mt19937_64 random(8);
    std::uniform_real_distribution<double> any(0, 5'373'484.5);
    std::uniform_real_distribution<double> recent(2'440'000, 2'470'000);
    std::size_t different = 0;
    for (int i = 0; i < 100'000; ++i)
        for (const double number : {any(random), recent(random)}) {
            if (asSqlite(number) == sqlite.of(number)) continue;
            CAPTURE(number);
            if (++different < 10) CHECK(asSqlite(number) == sqlite.of(number));
        }
    CHECK(different == 0);
}
