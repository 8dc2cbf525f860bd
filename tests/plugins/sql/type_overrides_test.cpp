#include "lib/sql/type_overrides.hpp"

#include <catch2/catch.hpp>

#include "roost/error.hpp"

using roost::Catalog;
using roost::Column;
using roost::Table;
using roost::TypeOrigin;
using roost::sql::NameCase;
using roost::sql::TypeOverrides;

namespace {

Catalog sample() {
    Catalog catalog;
    for (const char* name : {"users", "keys"}) {
        Table table;
        table.name = name;
        for (const char* column : {"id", "is_active", "created_at"}) {
            Column made;
            made.name = column;
            table.columns.push_back(made);
        }
        catalog.tables.push_back(table);
    }
    catalog.tables[1].schema = "app";
    return catalog;
}

std::string typeOf(const Catalog& catalog, std::size_t table, std::size_t column) {
    return format(catalog.tables[table].columns[column].type);
}

}  // namespace

TEST_CASE("types are set by pattern, and the last match counts") {
    Catalog catalog = sample();
    const TypeOverrides types(
        {{"*.created_at", "timestamptz"}, {"app.keys.created_at", "date"}, {"users.is_*", "boolean"}},
        NameCase::exact);
    CHECK(types.apply(catalog).empty());
    CHECK(typeOf(catalog, 0, 2) == "timestamptz");
    CHECK(typeOf(catalog, 1, 2) == "date");
    CHECK(typeOf(catalog, 0, 1) == "boolean");
    CHECK(catalog.tables[0].columns[1].typeOrigin == TypeOrigin::set);
    CHECK(typeOf(catalog, 1, 1) == "other");
    CHECK(catalog.tables[1].columns[1].typeOrigin == TypeOrigin::declared);
}

TEST_CASE("a pattern that matches no column is a warning") {
    Catalog catalog = sample();
    CHECK(TypeOverrides({{"Users.id", "uuid"}}, NameCase::exact).apply(catalog) ==
          std::vector<std::string>{"no column matches 'Users.id' in 'types'"});
    CHECK(TypeOverrides({{"Users.id", "uuid"}}, NameCase::folded).apply(catalog).empty());
    CHECK(typeOf(catalog, 0, 0) == "uuid");
}

TEST_CASE("an impossible type is found when the definition is checked, at its place") {
    roost::Node settings;
    settings.kind = roost::Node::Kind::mapping;
    roost::Node types;
    types.kind = roost::Node::Kind::mapping;
    roost::Node good;
    good.kind = roost::Node::Kind::scalar;
    good.scalar = "decimal(10,2)";
    roost::Node bad = good;
    bad.scalar = "bolean";
    bad.position = {7, 12};
    types.members = {{good, good}, {good, bad}};
    roost::Node key = good;
    key.scalar = "types";
    settings.members = {{key, types}};
    roost::Diagnostics diagnostics;
    roost::sql::checkTypes(settings, "types", diagnostics);
    REQUIRE(diagnostics.list().size() == 1);
    CHECK(diagnostics.list()[0].position == roost::Position{7, 12});
    CHECK(diagnostics.list()[0].message.find("'bolean' is no logical type") == 0);
    CHECK_THROWS_AS(TypeOverrides({{"a.b", "bolean"}}, NameCase::exact), roost::Error);
}

TEST_CASE("types say what the numbers in a column of times are") {
    Catalog catalog = sample();
    catalog.tables[0].columns[0].typeReason = "a guess";
    const TypeOverrides types({{"users.*", "timestamptz as seconds"},
                               {"users.created_at", "date  as  julian-day"},
                               {"keys.created_at", "timestamp as milliseconds"},
                               {"users.is_active", "timestamptz"}},
                              NameCase::exact);
    CHECK(types.apply(catalog).empty());
    CHECK(formatType(catalog.tables[0].columns[0]) == "timestamptz as seconds");
    CHECK(catalog.tables[0].columns[0].typeReason.empty());
    CHECK(formatType(catalog.tables[0].columns[2]) == "date as julian-day");
    CHECK(formatType(catalog.tables[1].columns[2]) == "timestamp as milliseconds");
    CHECK(formatType(catalog.tables[0].columns[1]) == "timestamptz");  // the last match alone counts
}

TEST_CASE("what numbers in a column can't be is refused, with what they can be") {
    const auto failure = [](const char* type) {
        try {
            static_cast<void>(roost::sql::parseColumnType(type));
        } catch (const roost::Error& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    CHECK(failure("timestamptz as hours") ==
          "'hours' is nothing that numbers in a column of times are; possible are seconds, milliseconds, "
          "julian-day");
    CHECK(failure("timestamptz as none").find("'none' is nothing that numbers") == 0);
    CHECK(failure("timestamptz as ").find("'' is nothing that numbers") == 0);
    CHECK(
        failure("int64 as seconds") ==
        "'int64 as seconds': numbers are times in a column of the type timestamptz, timestamp or date only");
    CHECK(failure("time as seconds").find("'time as seconds': ") == 0);
    CHECK(failure("moment as seconds").find("'moment' is no logical type") == 0);
    CHECK(failure("timestamptz seconds").find("'timestamptz seconds' is no logical type") == 0);
}
