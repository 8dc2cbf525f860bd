// The transform itself: which dialect it maps to, and what it leaves alone.
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <utility>

#include "plugins/postgresql/quiet_context.hpp"
#include "plugins/schema_map/mapped_databases.hpp"
#include "roost/error.hpp"
#include "transforms/schema_map/schema_map.hpp"

using namespace roost;
using namespace roost::test;

namespace {

class TargetContext final : public QuietContext {
public:
    explicit TargetContext(std::string dialect) : dialect_(std::move(dialect)) {}
    [[nodiscard]] std::string targetDialect() const override { return dialect_; }

private:
    std::string dialect_;
};

Catalog sample() { return sqliteCatalog("CREATE TABLE t (id INTEGER PRIMARY KEY, b BOOLEAN)"); }

Catalog rewritten(SchemaMap::To to, Context& context) {
    Catalog catalog = sample();
    SchemaMap({to}).rewrite(catalog, context);
    return catalog;
}

}  // namespace

TEST_CASE("the sink says what to map to, or the option does") {
    TargetContext postgresql("postgresql");
    CHECK(rewritten(SchemaMap::To::automatic, postgresql).dialect == "postgresql");
    CHECK(rewritten(SchemaMap::To::sqlite, postgresql).dialect == "sqlite");
    TargetContext none("");
    const Catalog mapped = rewritten(SchemaMap::To::postgresql, none);
    CHECK(mapped.dialect == "postgresql");
    CHECK(mapped.tables[0].id == 0);
    CHECK(mapped.tables[0].nativeSql.empty());
    CHECK_FALSE(none.logged(LogLevel::warning, ""));
}

TEST_CASE("a catalog that needs no mapping stays as it is") {
    TargetContext sqlite("sqlite");
    CHECK(rewritten(SchemaMap::To::automatic, sqlite).tables[0].nativeSql == sample().tables[0].nativeSql);
    CHECK_FALSE(sqlite.logged(LogLevel::warning, ""));

    TargetContext archive("");
    CHECK(rewritten(SchemaMap::To::automatic, archive).dialect == "sqlite");
    CHECK(archive.logged(
        LogLevel::warning,
        "schema-map leaves the schema as it is: no sink says which kind of database it wants tables "
        "of; set 'to' to choose one"));
    TargetContext other("duckdb");
    CHECK(rewritten(SchemaMap::To::automatic, other).dialect == "sqlite");
    CHECK(other.logged(LogLevel::warning, "it knows no tables of 'duckdb', which the sink takes"));

    Catalog files;
    SchemaMap({SchemaMap::To::automatic}).rewrite(files, archive);
    CHECK(files.dialect.empty());
}

TEST_CASE("tables of a dialect that it doesn't know are refused") {
    TargetContext sqlite("sqlite");
    Catalog catalog = sample();
    catalog.dialect = "duckdb";
    CHECK_THROWS_WITH(SchemaMap({SchemaMap::To::automatic}).rewrite(catalog, sqlite),
                      "schema-map knows no tables of 'duckdb'");
}

TEST_CASE("values pass as they are") {
    SchemaMap transform({SchemaMap::To::automatic});
    auto batch = std::make_shared<Batch>(0, 1);
    batch->addRow()[0] = Cell::integer(7);
    Item item = BatchPtr(batch);
    CHECK(transform.apply(item));
    CHECK(std::get<BatchPtr>(item).get() == batch.get());
}
