#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

#include "lib/ownership/ownership_graph.hpp"
#include "roost/error.hpp"

namespace roost::ownership {

namespace {

using Words = std::vector<std::string>;

struct Key {
    Words columns;
    std::string target;
    std::string onDelete = "NO ACTION";
    Words targetColumns = {"id"};
};

/// Columns are "name" for one that may be null and "name!" for one that may not. The first is the key.
Table makeTable(const std::string& name, const Words& columns, const std::vector<Key>& keys = {}) {
    Table table;
    table.name = name;
    for (std::string column : columns) {
        Column made;
        made.nullable = !column.ends_with('!');
        if (!made.nullable) column.pop_back();
        made.name = column;
        made.type.kind = TypeKind::int64;
        table.columns.push_back(made);
    }
    table.primaryKey = {table.columns.front().name};
    for (const Key& key : keys) {
        ForeignKey made;
        made.columns = key.columns;
        made.targetTable = key.target;
        made.targetColumns = key.targetColumns;
        made.onDelete = key.onDelete;
        table.foreignKeys.push_back(made);
    }
    return table;
}

Catalog makeCatalog(std::vector<Table> tables) {
    Catalog catalog;
    catalog.dialect = "sqlite";
    catalog.tables = std::move(tables);
    for (std::size_t i = 0; i < catalog.tables.size(); ++i) catalog.tables[i].id = static_cast<TableId>(i);
    return catalog;
}

/// How each table but the first, the users, is tied.
Words tiesOf(const Catalog& catalog, const GraphOptions& options = {}) {
    const Graph graph = findOwnership(catalog, options);
    Words ties;
    for (std::size_t i = 1; i < catalog.tables.size(); ++i) ties.push_back(graph.tables[i].text(catalog));
    return ties;
}

const Table users = makeTable("users", {"id!", "username", "email"});

}  // namespace

TEST_CASE("a key ties where a row cannot do without it") {
    const auto tie = [](const std::string& column, const std::string& onDelete) {
        const bool required = column.ends_with('!');
        const std::string name = required ? column.substr(0, column.size() - 1) : column;
        return tiesOf(
                   makeCatalog({users, makeTable("things", {"id!", column}, {{{name}, "users", onDelete}})}))
            .front();
    };
    CHECK(tie("made_by!", "NO ACTION") == "made_by -> users.id");
    CHECK(tie("made_by", "CASCADE") == "made_by -> users.id");
    CHECK(tie("made_by", "SET NULL").empty());
    CHECK(tie("user_id", "SET NULL") == "user_id -> users.id");
    CHECK(tie("author_id", "SET DEFAULT") == "author_id -> users.id");
    CHECK(tie("updated_by", "NO ACTION").empty());
    CHECK(tie("user_id", "NO ACTION") == "user_id -> users.id");
    CHECK(tie("OwnerID", "NO ACTION") == "OwnerID -> users.id");
}

TEST_CASE("what somebody wrote about another user's is the writer's, also where it outlives the writer") {
    const Catalog catalog =
        makeCatalog({users, makeTable("posts", {"id!", "user_id!"}, {{{"user_id"}, "users"}}),
                     makeTable("comments", {"id!", "post_id!", "author_id"},
                               {{{"post_id"}, "posts", "CASCADE"}, {{"author_id"}, "users", "SET NULL"}})});
    CHECK(tiesOf(catalog)[1] == "author_id -> users.id, where that is null post_id -> posts.id");
}

TEST_CASE("children of children are tied by the nearest of several paths") {
    const Catalog catalog =
        makeCatalog({users, makeTable("lines", {"id!", "order_id!"}, {{{"order_id"}, "orders"}}),
                     makeTable("orders", {"id!", "user_id!"}, {{{"user_id"}, "users"}}),
                     makeTable("comments", {"id!", "order_id!", "user_id!"},
                               {{{"order_id"}, "orders"}, {{"user_id"}, "users"}}),
                     makeTable("messages", {"id!", "sender!", "receiver!"},
                               {{{"sender"}, "users"}, {{"receiver"}, "users"}})});
    CHECK(tiesOf(catalog) == Words{"order_id -> orders.id", "user_id -> users.id", "user_id -> users.id",
                                   "sender -> users.id or receiver -> users.id"});
    const Graph graph = findOwnership(catalog, {});
    CHECK(graph.order == std::vector<std::size_t>{2, 3, 4, 1});
    CHECK(graph.tables[1].always);
}

TEST_CASE("composite keys, self references and cycles") {
    const Catalog catalog = makeCatalog(
        {users, makeTable("shops", {"owner!", "code!"}, {{{"owner"}, "users"}}),
         makeTable("sales", {"id!", "shop!", "code!"},
                   {{{"shop", "code"}, "shops", "NO ACTION", {"owner", "code"}}}),
         makeTable("folders", {"id!", "user_id", "parent"},
                   {{{"user_id"}, "users", "CASCADE"}, {{"parent"}, "folders", "CASCADE"}}),
         makeTable("a", {"id!", "user_id", "b"}, {{{"user_id"}, "users"}, {{"b"}, "b", "CASCADE"}}),
         makeTable("b", {"id!", "a"}, {{{"a"}, "a", "CASCADE"}}),
         makeTable("island", {"id!", "self!"}, {{{"self"}, "island"}})});
    CHECK(tiesOf(catalog) == Words{"owner -> users.id", "shop, code -> shops.owner, code",
                                   "user_id -> users.id, where that is null parent -> folders.id",
                                   "user_id -> users.id, where that is null b -> b.id", "a -> a.id", ""});
    const Graph graph = findOwnership(catalog, {});
    CHECK_FALSE(graph.tables[3].always);
    CHECK_FALSE(graph.isTied(6));
}

TEST_CASE("what would tie a table is offered, not assumed") {
    const Catalog catalog = makeCatalog(
        {users, makeTable("memo", {"id!", "creator_id!"}), makeTable("attempts", {"id!", "username"}),
         makeTable("settings", {"key!", "updated_by"}, {{{"updated_by"}, "users"}}),
         makeTable("plain", {"id!"})});
    const Graph graph = findOwnership(catalog, {});
    CHECK(tiesOf(catalog) == Words{"", "", "", ""});
    CHECK(graph.tables[1].offer == "'owner: {memo: creator_id}'");
    CHECK(graph.tables[2].offer == "'match: {attempts.username: users.username}'");
    CHECK(graph.tables[3].offer == "'owner: {settings: updated_by}'");
    CHECK(graph.tables[4].offer.empty());
    GraphOptions options;
    options.owner = {{"memo", "creator_id"}, {"settings.updated_by", "users.id"}};
    options.match = {{"attempts.username", "username"}};
    CHECK(tiesOf(catalog, options) ==
          Words{"creator_id -> users.id", "username -> users.username", "updated_by -> users.id", ""});
}

TEST_CASE("options untie a table, and take its children along") {
    const Catalog catalog =
        makeCatalog({users, makeTable("jobs", {"id!", "user_id!"}, {{{"user_id"}, "users"}}),
                     makeTable("steps", {"id!", "job!"}, {{{"job"}, "jobs"}})});
    GraphOptions options;
    options.owner = {{"jobs", "none"}, {"gone", "none"}};
    CHECK(tiesOf(catalog, options) == Words{"", ""});
    options.owner = {{"steps.job", "users.email"}, {"jobs", "user_id, id"}};
    CHECK(tiesOf(catalog, options) == Words{"user_id -> users.id or id -> users.id", "job -> users.email"});
}

TEST_CASE("options that fit nothing are errors") {
    const Catalog catalog =
        makeCatalog({users, makeTable("memo", {"id!", "creator_id!"}), makeTable("x", {"id!", "memo"})});
    const auto with = [&](TextMap owner) {
        GraphOptions options;
        options.owner = std::move(owner);
        return findOwnership(catalog, options);
    };
    CHECK_THROWS_WITH(with({{"memos", "creator_id"}}),
                      "'owner' names table 'memos', which the sources do not have");
    CHECK_THROWS_WITH(with({{"memo", "creator"}}),
                      "'owner' names column 'creator', which table memo does not have");
    CHECK_THROWS_WITH(with({{"users", "id"}}), "'owner' ties the users table itself");
    CHECK_THROWS_WITH(with({{"x.memo", "memo.id"}}),
                      "'owner' ties table x to table memo, which is itself tied to no user");
}

}  // namespace roost::ownership
