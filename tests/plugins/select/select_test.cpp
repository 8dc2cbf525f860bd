#include "transforms/select/select.hpp"

#include <catch2/catch.hpp>

#include "plugins/transformed.hpp"

using namespace roost;
using namespace roost::testing;

namespace {

Catalog shop(const std::string& dialect = "sqlite") {
    Catalog catalog;
    catalog.dialect = dialect;
    catalog.tables = {
        table(0, "users", {column("id", "int64", false), column("name", "text"), column("pin", "text")}),
        table(1, "orders", {column("id", "int64", false), column("user_id", "int64"), column("at", "date")}),
        table(2, "log", {column("id", "int64", false), column("what", "text")})};
    for (Table& each : catalog.tables) each.primaryKey = {"id"};
    catalog.tables[0].uniques = {{"pins", {"pin"}}};
    catalog.tables[1].foreignKeys = {reference("user_id", "users", "id")};
    return catalog;
}

select::WhereRecord where(std::string table, std::string column, std::string is) {
    select::WhereRecord made;
    made.table = std::move(table);
    made.column = std::move(column);
    made.is = std::move(is);
    return made;
}

std::vector<std::string> names(const Catalog& catalog) {
    std::vector<std::string> list;
    for (const Table& each : catalog.tables) list.push_back(each.name + (each.partial ? " (part)" : ""));
    return list;
}

std::string refused(Select::Options options, Catalog catalog = shop()) {
    RecordingContext context;
    return errorOf([&] { Select(std::move(options)).rewrite(catalog, context); });
}

}  // namespace

TEST_CASE("tables by name and pattern; those that stay whole are no part") {
    RecordingContext context;
    Catalog catalog = shop();
    Select::Options options;
    options.tables = {"USERS", "l*"};
    options.excludeTables = {"log", "x*"};
    Select chosen(options);
    chosen.rewrite(catalog, context);
    CHECK(names(catalog) == std::vector<std::string>{"users"});
    CHECK(context.warnings == std::vector<std::string>{"no table matches 'x*' in 'exclude-tables'"});
    std::vector<BatchPtr> keep;
    CHECK(passed(chosen, 0, {{Cell::integer(1), textCell("a"), Cell::null()}}, keep).size() == 1);
    CHECK(passed(chosen, 2, {{Cell::integer(1), textCell("a")}}, keep).empty());
}

TEST_CASE("a table that is left out takes the foreign keys to it along") {
    RecordingContext context;
    Catalog catalog = shop();
    Select::Options options;
    options.excludeTables = {"users"};
    Select(options).rewrite(catalog, context);
    CHECK(catalog.tables[0].foreignKeys.empty());
    REQUIRE(catalog.losses.size() == 1);
    CHECK(catalog.losses[0].text() ==
          "table orders: a foreign key to users is left out: that table is dropped");
}

TEST_CASE("columns are kept or left out, with what needs them, and the table becomes a part") {
    RecordingContext context;
    Catalog catalog = shop();
    Select::Options options;
    options.columns = {"users.*"};
    options.excludeColumns = {"users.pin"};
    Select chosen(options);
    chosen.rewrite(catalog, context);
    CHECK(names(catalog) == std::vector<std::string>{"users (part)", "orders", "log"});
    CHECK(catalog.tables[0].columns.size() == 2);
    CHECK(catalog.tables[0].uniques.empty());
    REQUIRE(catalog.losses.size() == 1);
    CHECK(catalog.losses[0].text() ==
          "table users: the unique constraint 'pins' is left out: column 'pin' is dropped");
    std::vector<BatchPtr> keep;
    const Rows rows = passed(chosen, 0, {{Cell::integer(7), textCell("a"), textCell("1234")}}, keep);
    REQUIRE(rows.size() == 1);
    REQUIRE(rows[0].size() == 2);
    CHECK(rows[0][0].integer() == 7);
    CHECK(rows[0][1].text() == "a");
    CHECK(context.warnings == std::vector<std::string>{"only some columns of table users go along"});
}

TEST_CASE("rows fulfil all conditions of their table; what can't be compared is told") {
    RecordingContext context;
    Catalog catalog = shop();
    Select::Options options;
    options.where = {where("users", "NAME", "a"), where("users", "id", "1"),
                     where("orders", "at", "2026-01-31")};
    options.excludeColumns = {"users.name"};  // conditions look at what came
    Select chosen(options);
    chosen.rewrite(catalog, context);
    CHECK(names(catalog) == std::vector<std::string>{"users (part)", "orders (part)", "log"});
    CHECK(context.warnings ==
          std::vector<std::string>{
              "only some rows, and of these some columns, of table users go along",
              "only some rows of table orders go along",
              "rows of table orders (user_id) may refer to rows of users that 'where' leaves out: a database "
              "that they go into decides whether it takes them"});
    std::vector<BatchPtr> keep;
    const Rows users = passed(chosen, 0,
                              {{Cell::integer(1), textCell("a"), textCell("p")},
                               {Cell::integer(2), textCell("a"), Cell::null()},
                               {Cell::integer(1), textCell("b"), Cell::null()},
                               {textCell("one"), textCell("a"), Cell::null()}},
                              keep);
    REQUIRE(users.size() == 1);
    CHECK(users[0].size() == 2);
    CHECK(users[0][1].text() == "p");
    CHECK(context.warnings.back() ==
          "users.id: 1 value is of a kind that 'where' can't compare; their rows are left out");
    CHECK(passed(chosen, 1, {}, keep).empty());
}

TEST_CASE("few rows of a large batch come without it") {
    RecordingContext context;
    Catalog catalog = shop();
    Select::Options options;
    options.where = {where("log", "what", "x")};
    Select chosen(options);
    chosen.rewrite(catalog, context);
    Rows rows;
    const std::string large(1000, 'y');
    for (int i = 0; i < 500; ++i)
        rows.push_back({Cell::integer(i), i == 250 ? textCell("x") : textCell(large)});
    std::vector<BatchPtr> keep;
    const Rows left = passed(chosen, 2, rows, keep);
    REQUIRE(left.size() == 1);
    CHECK(left[0][0].integer() == 250);
    CHECK(left[0][1].text() == "x");
    CHECK(keep[0]->bytes() < 1000);
}

TEST_CASE("names that are not there are refused, with the nearest one") {
    Select::Options options;
    options.tables = {"user"};
    CHECK(refused(options) == "'tables': there is no table 'user' | did you mean 'users'?");
    options = {};
    options.excludeColumns = {"users.pim"};
    CHECK(refused(options) ==
          "'exclude-columns': there is no column 'users.pim' | did you mean 'users.pin'?");
    options = {};
    options.where = {where("orders", "userid", "1")};
    CHECK(refused(options) == "'where': there is no column 'orders.userid' | did you mean 'orders.user_id'?");
    options = {};
    options.where = {where("nothing", "id", "1")};
    CHECK(refused(options) ==
          "'where': there is no table 'nothing' | where it is not always there, a pattern with "
          "* only warns");
    options = {};
    options.tables = {"Users"};
    CHECK(refused(options, shop("postgresql")) ==
          "'tables': there is no table 'Users' | did you mean 'users'?");
    options = {};
    options.excludeColumns = {"log.*"};
    CHECK(refused(options) ==
          "the rules drop every column of table log | drop the table itself, or keep one of them");
}

TEST_CASE("tables of a pattern that lack the column come whole, and are named") {
    RecordingContext context;
    Catalog catalog = shop();
    Select::Options options;
    options.where = {where("*", "name", "a")};
    Select(options).rewrite(catalog, context);
    CHECK(names(catalog) == std::vector<std::string>{"users (part)", "orders", "log"});
    CHECK(context.warnings.front() ==
          "'where' has no column 'name' to look at in these tables, of which all rows go along: orders, log");
}
