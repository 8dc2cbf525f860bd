#include "lib/sql/quoting.hpp"

#include <catch2/catch.hpp>

using roost::sql::quoteIdentifier;
using roost::sql::quoteLiteral;

TEST_CASE("names and text are quoted so that their own quotes stay theirs") {
    CHECK(quoteIdentifier("select") == "\"select\"");
    CHECK(quoteIdentifier("a\"b") == "\"a\"\"b\"");
    CHECK(quoteIdentifier("two\nlines") == "\"two\nlines\"");
    CHECK(quoteIdentifier("") == "\"\"");
    CHECK(quoteLiteral("it's") == "'it''s'");
    CHECK(quoteLiteral("a\"b") == "'a\"b'");
}
