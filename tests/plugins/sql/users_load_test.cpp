// LoadMode::users: whose rows are whose in the target, and whether its users are those that come.
#include "lib/sql/users_load.hpp"

#include <catch2/catch.hpp>

#include "lib/sql/condition_text.hpp"
#include "lib/sql/quoting.hpp"
#include "lib/sql/user_identity.hpp"
#include "plugins/transformed.hpp"

using namespace roost;
using namespace roost::sql;
using roost::testing::column;
using roost::testing::reference;
using roost::testing::table;

namespace {

using Texts = std::vector<std::string>;

Value text(std::string_view words) { return Value(Cell::view(CellKind::text, words)); }
Value number(std::int64_t value) { return Value(Cell::integer(value)); }

RowCondition matching(const std::string& column, TableId parent, const std::string& parentColumn,
                      RowCondition rows) {
    RowCondition made;
    made.kind = RowCondition::Kind::matching;
    made.columns = {column};
    made.table = parent;
    made.targetColumns = {parentColumn};
    made.parts.push_back(std::move(rows));
    return made;
}

/// users 3 (users) <- docs (2) <- pages (1), and logins (0) by the users' name.
Catalog coming() {
    Catalog catalog;
    catalog.dialect = "sqlite";
    catalog.tables = {table(0, "logins", {column("id", "int64", false), column("name", "text")}),
                      table(1, "pages", {column("id", "int64", false), column("doc", "int64", false)}),
                      table(2, "docs", {column("id", "int64", false), column("owner", "int64", false)}),
                      table(3, "users", {column("id", "int64", false), column("name", "text")})};
    for (Table& each : catalog.tables) each.primaryKey = {"id"};
    catalog.tables[1].foreignKeys = {reference("doc", "docs", "id")};
    catalog.tables[2].foreignKeys = {reference("owner", "users", "id")};
    const RowCondition users = RowCondition::valuesAmong({"id"}, {{number(7)}});
    const RowCondition docs = matching("owner", 3, "id", users);
    catalog.tables[0].ownership = {matching("name", 3, "name", users), RowCondition::nothing()};
    catalog.tables[1].ownership = {matching("doc", 2, "id", docs), RowCondition::nothing()};
    catalog.tables[2].ownership = {docs, RowCondition::nothing()};
    catalog.tables[3].ownership = {users, RowCondition::nothing()};
    catalog.chosenUsers = ChosenUsers{3, {"id"}, {"name"}, {{number(7), text("ann")}}};
    return catalog;
}

Catalog present() {
    Catalog target = coming();
    for (Table& each : target.tables) {
        each.ownership.reset();
        each.rows = 9;
    }
    return target;
}

LoadPlan planned(const Catalog& incoming, const Catalog& target, NameCase nameCase = NameCase::exact) {
    LoadOptions options;
    options.mode = LoadMode::users;
    options.nameCase = nameCase;
    return planLoad(incoming, target, options);
}

std::string words(const RowCondition& rows, const LoadPlan& plan) {
    ConditionWriter writer;
    writer.from = [&](TableId id) { return plan.find(id)->to->name; };
    writer.literal = [](const Value& value) { return identifyingText(value).value_or("?"); };
    return conditionText(rows, writer);
}

}  // namespace

TEST_CASE("the conditions for users' rows name the target's tables and columns, and the users' own values") {
    const Catalog incoming = coming();
    Catalog target = present();
    target.tables[2].name = "Docs";
    target.tables[2].columns[1].name = "Owner";
    const LoadPlan plan = planned(incoming, target, NameCase::folded);
    CHECK(plan.refusals.empty());
    CHECK(plan.destroys.empty());  // the sink counts
    for (const TableLoad& load : plan.tables) CHECK(load.action == TableAction::users);
    for (const TableLoad& load : plan.tables) CHECK(load.onlyOwned);
    CHECK(words(plan.tables[3].ownership.chosen, plan) == R"("id" IS NOT NULL AND "id" IN (7))");
    CHECK(words(plan.tables[2].ownership.chosen, plan) == R"("Owner" IS NOT NULL AND "Owner" IN (7))");
    CHECK(words(plan.tables[1].ownership.chosen, plan) ==
          R"("doc" IS NOT NULL AND "doc" IN (SELECT "id" FROM Docs WHERE "id" IS NOT NULL AND )"
          R"(("Owner" IS NOT NULL AND "Owner" IN (7))))");
    // by the name in the target, which may be another by now, and by that which comes
    CHECK(words(plan.tables[0].ownership.chosen, plan) ==
          R"(("name" IS NOT NULL AND "name" IN (SELECT "name" FROM users WHERE "name" IS NOT NULL AND )"
          R"(("id" IS NOT NULL AND "id" IN (7)))) OR ("name" IS NOT NULL AND "name" IN (ann)))");
}

TEST_CASE("rows are removed before those that say whose they are") {
    const Catalog incoming = coming();
    const Catalog target = present();
    const LoadPlan plan = planned(incoming, target);
    Texts order;
    for (const TableLoad* load : inRemovalOrder(plan)) order.push_back(load->from->name);
    const auto at = [&](const char* name) { return std::ranges::find(order, name) - order.begin(); };
    CHECK(order.size() == 4);
    CHECK(at("pages") < at("docs"));
    CHECK(at("logins") < at("users"));
}

TEST_CASE("types that the target cannot compare are compared as text") {
    const Catalog incoming = coming();
    Catalog target = present();
    target.tables[1].columns[1].type = parseLogicalType("text");
    const LoadPlan plan = planned(incoming, target);
    CHECK(plan.tables[1].ownership.chosen.asText);
    CHECK_FALSE(planned(incoming, present()).tables[1].ownership.chosen.asText);
    target.tables[1].columns[1].type = parseLogicalType("int16");
    CHECK_FALSE(planned(incoming, target).tables[1].ownership.chosen.asText);
}

TEST_CASE("what the target lacks, or what comes does not say, is refused") {
    const Catalog incoming = coming();
    Catalog target = present();
    target.tables[0].columns[1].name = "login";
    target.tables.pop_back();
    CHECK(planned(incoming, target).refusals ==
          Texts{"table logins of the target has no column 'name'; 'on-schema-drift: warn' goes on without it",
                "table users does not exist in the target, and 'mode: users' makes none: let the "
                "application make its tables first",
                "table logins of the target has no column 'name', which says whose its rows are"});
    Catalog unsaid = coming();
    unsaid.tables[1].ownership.reset();
    const Texts needs{
        "'mode: users' needs to know whose rows are whose: add the transform user-filter, and let no other "
        "one "
        "drop the columns that tell"};
    CHECK(planned(unsaid, present()).refusals == needs);
    Catalog nobody = coming();
    nobody.chosenUsers.reset();
    CHECK(planned(nobody, present()).refusals == needs);
    nobody.ownershipUnknown = "more than 1,000 users come";
    CHECK(planned(nobody, present()).refusals ==
          Texts{"'mode: users' needs to know whose rows are whose: more than 1,000 users come"});
}

TEST_CASE("rows that are nobody's need a key to be told from those that are there") {
    Catalog incoming = coming();
    Catalog target = present();
    incoming.tables[2].ownership = {RowCondition::nothing(), RowCondition::everything()};
    CHECK_FALSE(planned(incoming, target).tables[2].onlyOwned);
    CHECK(planned(incoming, target).refusals.empty());
    target.tables[2].primaryKey.clear();
    CHECK(planned(incoming, target).refusals ==
          Texts{"table docs has rows that are nobody's, and no primary key: those that are there cannot be "
                "told from those that come"});
    // A table in which nothing but the users' rows can come needs none.
    target = present();
    target.tables[1].primaryKey.clear();
    const LoadPlan plan = planned(coming(), target);
    CHECK(plan.refusals.empty());
}

TEST_CASE("users are looked up by key and names, and have to be the same") {
    const Catalog incoming = coming();
    const Catalog target = present();
    const LoadPlan plan = planned(incoming, target);
    const auto lookup = lookUpUsers(incoming, NameCase::exact, plan);
    REQUIRE(lookup);
    CHECK(lookup->columns == Texts{"id", "name"});
    CHECK(words(lookup->rows, plan) ==
          R"(("id" IS NOT NULL AND "id" IN (7)) OR ("name" IS NOT NULL AND "name" IN (ann)))");
    const auto refusals = [&](const std::vector<UserRow>& rows) {
        return identityRefusals(*incoming.chosenUsers, *lookup, rows);
    };
    CHECK(refusals({}).empty());
    CHECK(refusals({{"7", "ann"}}).empty());
    CHECK(refusals({{"7", std::nullopt}}).empty());
    CHECK(
        refusals({{"7", "bob"}}) ==
        Texts{"table users: id = 7 is 'ann' in what comes and 'bob' in the target: if that is the same user, "
              "give them one of those names there first; else 'as' of the transform user-filter brings them "
              "back "
              "beside the other, under a new key"});
    CHECK(refusals({{"8", "ann"}}) ==
          Texts{"table users: user 'ann' has id = 8 in the target and id = 7 in what comes: remove or rename "
                "the user in the target, or let 'as' of the transform user-filter bring back a copy under "
                "another "
                "name"});
    CHECK(refusals({{"8", "ann"}, {"7", "bob"}}).size() == 2);
}

TEST_CASE("uuids are one in any spelling, and a name of another user who comes too is free") {
    Catalog incoming = coming();
    incoming.chosenUsers->rows = {{text("6F9619FF-8B86-D011-B42D-00CF4FC964FF"), text("ann")},
                                  {text("second"), text("ben")}};
    const Catalog target = present();
    const LoadPlan plan = planned(incoming, target);
    const auto lookup = lookUpUsers(incoming, NameCase::exact, plan);
    REQUIRE(lookup);
    CHECK(identityRefusals(*incoming.chosenUsers, *lookup, {{"6f9619ff-8b86-d011-b42d-00cf4fc964ff", "ann"}})
              .empty());
    const Texts swapped = identityRefusals(*incoming.chosenUsers, *lookup, {{"second", "ann"}});
    REQUIRE(swapped.size() == 1);
    CHECK(swapped[0].find("id = second is 'ben' in what comes and 'ann' in the target") != std::string::npos);
}
