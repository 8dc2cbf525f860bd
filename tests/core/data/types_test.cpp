#include "roost/types.hpp"

#include <catch2/catch.hpp>

#include "roost/error.hpp"

using namespace roost;

TEST_CASE("a logical type reads back as it was written") {
    const auto text =
        GENERATE(as<std::string>{}, "boolean", "int16", "int32", "int64", "float32", "float64", "decimal",
                 "decimal(10,2)", "text", "text(50)", "bytes", "uuid", "date", "time", "timestamp",
                 "timestamptz", "interval", "json", "array(int32)", "enum", "other");
    CHECK(format(parseLogicalType(text)) == text);
}

TEST_CASE("what is no type is refused with what is possible") {
    const auto text = GENERATE(as<std::string>{}, "", "bool", "decimal(", "decimal(a,b)", "text(-1)",
                               "uuid(3)", "array(x)", "text(5");
    CHECK_THROWS_WITH(
        parseLogicalType(text),
        "'" + text +
            "' is no logical type; possible are boolean, int16, int32, int64, float32, float64, "
            "decimal(p,s), text(n), bytes, uuid, date, time, timestamp, timestamptz, interval, json, "
            "array(type), enum, other");
}
