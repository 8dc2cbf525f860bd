#include "lib/sql/table_selection.hpp"

#include <catch2/catch.hpp>

#include "roost/error.hpp"

using roost::sql::NameCase;
using roost::sql::TableName;
using roost::sql::TableSelection;

namespace {

const std::vector<TableName> present{{"", "users"}, {"", "log_a"}, {"", "log_b"}, {"audit", "users"}};

}  // namespace

TEST_CASE("all tables are taken where no pattern is given") {
    const TableSelection selection({}, {}, NameCase::exact);
    CHECK(selection.takesAll());
    CHECK(selection.takes({"", "anything"}));
    CHECK(selection.check(present, "x.db").empty());
}

TEST_CASE("patterns take tables and leave others out") {
    const TableSelection selection({"log_*", "audit.users"}, {"log_b"}, NameCase::exact);
    CHECK(selection.takes({"", "log_a"}));
    CHECK_FALSE(selection.takes({"", "log_b"}));
    CHECK(selection.takes({"audit", "users"}));
    CHECK_FALSE(selection.takes({"", "users"}));
}

TEST_CASE("a table that is named but not there is an error that names the nearest") {
    try {
        static_cast<void>(TableSelection({"usres"}, {}, NameCase::exact).check(present, "/data/x.db"));
        FAIL("no error");
    } catch (const roost::Error& error) {
        CHECK(std::string(error.what()) == "database '/data/x.db' has no table 'usres'");
        CHECK(error.hint() == "did you mean 'users'?");
    }
    try {
        static_cast<void>(TableSelection({"zebra"}, {}, NameCase::exact).check(present, "/data/x.db"));
        FAIL("no error");
    } catch (const roost::Error& error) {
        CHECK(error.hint() == "its tables are users, log_a, log_b, audit.users");
    }
}

TEST_CASE("a pattern without a match is a warning") {
    const TableSelection selection({"users", "x*"}, {"cache"}, NameCase::exact);
    CHECK(selection.check(present, "x.db") ==
          std::vector<std::string>{"no table matches 'x*' in 'tables'",
                                   "no table matches 'cache' in 'exclude-tables'"});
}
