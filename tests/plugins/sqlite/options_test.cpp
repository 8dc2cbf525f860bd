#include <catch2/catch.hpp>

#include "plugins/sqlite/sqlite_test_support.hpp"
#include "roost/plugin.hpp"

using namespace roost;
using namespace roost::sqlite;
using namespace roost::sqlite::testing;

namespace {

Node scalar(const std::string& text) {
    Node node;
    node.kind = Node::Kind::scalar;
    node.scalar = text;
    return node;
}

Node mapping(std::vector<std::pair<Node, Node>> members) {
    Node node;
    node.kind = Node::Kind::mapping;
    node.members = std::move(members);
    return node;
}

}  // namespace

TEST_CASE("the plugin is found as source of a sqlite database") {
    const StageFactory<SqliteSource> factory;
    CHECK(factory.kind() == PluginKind::source);
    CHECK(factory.info().name == "sqlite");
    CHECK(factory.info().role == "database");
    CHECK(factory.info().serves == std::vector<std::string>{"sqlite"});
    std::vector<std::string> names;
    for (const OptionSpec& spec : factory.options()) names.push_back(spec.name);
    CHECK(names == std::vector<std::string>{"url", "snapshot", "tables", "exclude-tables", "types", "infer",
                                            "order", "busy-timeout"});
}

TEST_CASE("a bad definition is refused where it stands") {
    const StageFactory<SqliteSource> factory;
    Diagnostics diagnostics;
    factory.check(mapping({{scalar("url"), scalar("sqlite:")},
                           {scalar("types"), mapping({{scalar("a.b"), scalar("flag")}})},
                           {scalar("snapshot"), scalar("copi")}}),
                  diagnostics);
    REQUIRE(diagnostics.list().size() == 3);
    CHECK(diagnostics.list()[0].message ==
          "option 'snapshot' is one of auto, copy, lock, in-place, not 'copi'");
    CHECK(diagnostics.list()[1].message.starts_with("'flag' is no logical type"));
    CHECK(diagnostics.list()[2].message == "the url names no file");
}

TEST_CASE("settings reach the source, from a url or from parts") {
    const Folder folder;
    Database(folder.file("x.db")).run("CREATE TABLE a(x); CREATE TABLE b(x); INSERT INTO b VALUES (1);");
    const StageFactory<SqliteSource> factory;
    Host host;
    const auto fromUrl = factory.makeSource(mapping(
        {{scalar("url"), scalar("sqlite://" + folder.file("x.db"))}, {scalar("tables"), scalar("b, c*")}}));
    const Catalog catalog = fromUrl->catalog(host);
    REQUIRE(catalog.tables.size() == 1);
    CHECK(catalog.tables[0].name == "b");
    CHECK(catalog.warnings == std::vector<std::string>{"no table matches 'c*' in 'tables'"});
    const auto fromParts = factory.makeSource(mapping(
        {{scalar("url"),
          mapping({{scalar("driver"), scalar("sqlite")}, {scalar("name"), scalar(folder.file("x.db"))}})}}));
    CHECK(fromParts->catalog(host).tables.size() == 2);
}

TEST_CASE("parents come before children, whatever their names") {
    const Folder folder;
    Database(folder.file("x.db"))
        .run(
            "CREATE TABLE a_child(p REFERENCES z_parent); CREATE TABLE z_parent(id INTEGER PRIMARY KEY);"
            "CREATE TABLE m(x);");
    Host host;
    SqliteSource source(optionsFor(folder.file("x.db")));
    const Catalog catalog = source.catalog(host);
    std::vector<std::string> order;
    Item item;
    while (source.next(item))
        if (const auto* begin = std::get_if<TableBegin>(&item))
            order.push_back(catalog.find(begin->table)->name);
    CHECK(order == std::vector<std::string>{"m", "z_parent", "a_child"});
}

TEST_CASE("an index that has all columns is not walked in place of the table") {
    const Folder folder;
    // SQLite prefers the narrower tree, and the generated column makes the table's the wider one.
    Database(folder.file("x.db"))
        .run(
            "CREATE TABLE t(a INTEGER, b INTEGER, c VARCHAR(500) AS (a || b) STORED); CREATE INDEX cover ON "
            "t(b, a);"
            "INSERT INTO t(a, b) VALUES (1, 30), (2, 20), (3, 10);");
    Host host;
    CHECK(readAll(optionsFor(folder.file("x.db")), host) ==
          Reading{"T 74", "R i1 i30", "R i2 i20", "R i3 i10"});
}

TEST_CASE("rows come in the order of the rowid, or of the key where that is asked for") {
    const Folder folder;
    Database(folder.file("x.db"))
        .run(
            "CREATE TABLE t(k TEXT PRIMARY KEY, v); CREATE INDEX cover ON t(v, k);"
            "INSERT INTO t VALUES ('b', 1), ('c', 0), ('a', 2), (NULL, 9), (NULL, 8);"
            "CREATE TABLE w(a INT, b TEXT, PRIMARY KEY(b DESC, a)) WITHOUT ROWID; CREATE INDEX wa ON w(a, b);"
            "INSERT INTO w VALUES (1, 'x'), (2, 'y'), (0, 'y');"
            "CREATE TABLE i(id INTEGER PRIMARY KEY, v UNIQUE); INSERT INTO i VALUES (3, 1), (1, 2);");
    Host host;
    auto options = optionsFor(folder.file("x.db"));
    const Reading i{"T 69", "R i1 i2", "R i3 i1"};
    const Reading w{"T 77", "R i0 t79", "R i2 t79", "R i1 t78"};
    const auto joined = [&](Reading t) {
        Reading all = i;
        all.insert(all.end(), t.begin(), t.end());
        all.insert(all.end(), w.begin(), w.end());
        return all;
    };
    CHECK(readAll(options, host) == joined({"T 74", "R t62 i1", "R t63 i0", "R t61 i2", "R n i9", "R n i8"}));
    options.order = RowOrder::key;
    CHECK(readAll(options, host) == joined({"T 74", "R n i9", "R n i8", "R t61 i2", "R t62 i1", "R t63 i0"}));
}
