#include "lib/sql/kept_types.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

using namespace roost::sql;

TEST_CASE("types of PostgreSQL have words that SQLite keeps, and come back") {
    const std::vector<std::pair<const char*, const char*>> pairs{
        {"inet", "inet_text"},
        {"bit(3)", "bit_text(3)"},
        {"bit varying", "varbit_text"},
        {"bit varying(5)", "varbit_text(5)"},
        {"time with time zone", "timetz_text"},
        {"time(3) with time zone", "timetz_text(3)"},
        {"int4range", "i4range_text"},
        {"point", "position_text"},
        {"\"char\"", "onechar_text"},
        {"integer[]", "i4_array_text"},
        {"text[]", "text_array_text"},
        {"numeric(10,2)[]", "decimal_array_text(10,2)"},
        {"character varying(20)[]", "varchar_array_text(20)"},
        {"timestamp(3) with time zone[]", "timestamptz_array_text(3)"},
        {"interval[]", "duration_array_text"},
        {"int8multirange[]", "i8multirange_array_text"},
    };
    for (const auto& [native, word] : pairs) {
        INFO(native);
        CHECK(keptTypeWord(native) == word);
        REQUIRE(keptType(word));
        CHECK(keptType(word)->native == native);
        // INT anywhere in it, and SQLite would turn texts into numbers.
        CHECK(std::string(word).find("int") == std::string::npos);
    }
    CHECK(keptType("Decimal_Array_TEXT (10, 2)")->native == "numeric(10,2)[]");
}

TEST_CASE("a type that keys can't have says so") {
    CHECK(keptType("inet_text")->comparable);
    CHECK_FALSE(keptType("position_text")->comparable);
    CHECK_FALSE(keptType("json_array_text")->comparable);
}

TEST_CASE("other types have no word, and other words no type") {
    for (const char* native : {"integer", "text", "mood", "mood[]", "hstore", "public.geometry(Point,4326)",
                               "interval day to second[]", "", "[]", "numeric(10", "\"inet\""}) {
        INFO(native);
        CHECK_FALSE(keptTypeWord(native));
    }
    for (const char* word : {"text", "i4_text", "text_text", "uuid_text", "json_text", "decimal_text",
                             "_text", "inet_text(a)", "inet_text(1); DROP TABLE t", "inet", "x_array_text"}) {
        INFO(word);
        CHECK_FALSE(keptType(word));
    }
}
