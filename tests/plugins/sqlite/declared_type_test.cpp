#include "lib/sql/sqlite/declared_type.hpp"

#include <catch2/catch.hpp>
#include <string>

using roost::TypeOrigin;
using roost::sqlite::Affinity;
using roost::sqlite::affinityOf;
using roost::sqlite::logicalTypeOf;

namespace {

std::string declared(const std::string& type, const std::string& fallback = {}) {
    const auto result = logicalTypeOf(type, fallback);
    REQUIRE(result.origin == TypeOrigin::declared);
    return format(result.type);
}

std::string inferred(const std::string& type, const std::string& fallback = {}) {
    const auto result = logicalTypeOf(type, fallback);
    REQUIRE(result.origin == TypeOrigin::inferred);
    return format(result.type) + (result.vague ? ", vague" : "");
}

}  // namespace

TEST_CASE("well-known names say what a column holds, in any case and spacing") {
    CHECK(declared("INTEGER") == "int64");
    CHECK(declared("Int") == "int64");
    CHECK(declared("UNSIGNED  BIG\tINT") == "int64");
    CHECK(declared("smallint") == "int16");
    CHECK(declared("REAL") == "float64");
    CHECK(declared("double precision") == "float64");
    CHECK(declared("FLOAT4") == "float64");
    CHECK(declared("DECIMAL(10, 2)") == "decimal(10,2)");
    CHECK(declared("numeric(8)") == "decimal(8,0)");
    CHECK(declared("numeric") == "decimal");
    CHECK(declared("VARCHAR(255)") == "text(255)");
    CHECK(declared("character varying(20)") == "text(20)");
    CHECK(declared("STRING") == "text");
    CHECK(declared("blob") == "bytes");
    CHECK(declared("bytea") == "bytes");
    CHECK(declared("uuid") == "uuid");
    CHECK(declared("boolean") == "boolean");
    CHECK(declared("json") == "json");
    CHECK(declared("date") == "date");
    CHECK(declared("TIME") == "time");
    CHECK(declared("datetime") == "timestamp");
    CHECK(declared("datetime(3)") == "timestamp");
    CHECK(declared("TIMESTAMP WITH TIME ZONE") == "timestamptz");
    CHECK(declared("timestamp(6) with time zone") == "timestamptz");
}

TEST_CASE("a numeric column whose default is true or false is a boolean") {
    CHECK(inferred("numeric", "false") == "boolean");
    CHECK(inferred("numeric", "TRUE") == "boolean");
    CHECK(declared("numeric", "0") == "decimal");
    CHECK(declared("numeric(5,2)", "true") == "decimal(5,2)");
    CHECK(inferred("tinyint(1)") == "boolean");
    CHECK(declared("tinyint(4)") == "int16");
}

TEST_CASE("unknown names fall back on the affinity") {
    CHECK(inferred("mystery int") == "int64");
    CHECK(inferred("longchar") == "text");
    CHECK(inferred("realish") == "float64");
    CHECK(inferred("myblob") == "bytes");
    CHECK(inferred("inet") == "decimal, vague");
    CHECK(inferred("") == "bytes, vague");
}

TEST_CASE("affinities follow SQLite's five rules in their order") {
    CHECK(affinityOf("CHARINT") == Affinity::integer);
    CHECK(affinityOf("FLOATING POINT") == Affinity::integer);
    CHECK(affinityOf("TEXTBLOB") == Affinity::text);
    CHECK(affinityOf("BLOBREAL") == Affinity::blob);
    CHECK(affinityOf("") == Affinity::blob);
    CHECK(affinityOf("DOUBLE") == Affinity::real);
    CHECK(affinityOf("STRING") == Affinity::numeric);
}
