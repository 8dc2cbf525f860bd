#include "roost/batch.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <string>

using namespace roost;

TEST_CASE("rows keep their values while the batch grows") {
    Batch batch(7, 3);
    for (int i = 0; i < 10'000; ++i) {
        const std::string text = "value " + std::to_string(i);
        const std::string_view kept = batch.store(text);
        const std::span<Cell> row = batch.addRow();
        row[0] = Cell::integer(i);
        row[1] = Cell::view(CellKind::text, kept);
    }
    REQUIRE(batch.rows() == 10'000);
    CHECK(batch.table() == 7);
    for (std::size_t i = 0; i < batch.rows(); i += 777) {
        CHECK(batch.row(i)[0].integer() == static_cast<std::int64_t>(i));
        CHECK(batch.row(i)[1].text() == "value " + std::to_string(i));
        CHECK(batch.row(i)[2].isNull());
    }
}

TEST_CASE("a batch is full at its target and takes one value of any size") {
    Batch batch(0, 1);
    CHECK_FALSE(batch.full());
    const std::string large(5'000'000, 'x');
    const std::string_view kept = batch.store(large);
    batch.addRow()[0] = Cell::view(CellKind::text, kept);
    CHECK(batch.full());
    CHECK(batch.row(0)[0].text() == large);
    CHECK(batch.bytes() >= large.size());
    CHECK(batch.bytes() < large.size() + 300'000);
}

TEST_CASE("empty text, empty bytes and null stay three things") {
    Batch batch(0, 3);
    const std::span<Cell> row = batch.addRow();
    row[0] = Cell::view(CellKind::text, batch.store(""));
    row[1] = Cell::view(CellKind::bytes, batch.store(""));
    CHECK(row[0].kind() == CellKind::text);
    CHECK(row[0].text().empty());
    CHECK(row[1].kind() == CellKind::bytes);
    CHECK(row[2].kind() == CellKind::null);
}

TEST_CASE("a batch keeps another one alive, whose values its cells may point to") {
    Batch narrow(7, 1);
    std::weak_ptr<const Batch> watched;
    {
        auto wide = std::make_shared<Batch>(7, 2);
        const auto row = wide->addRow();
        row[1] = Cell::view(CellKind::text, wide->store("a text that no cell holds itself"));
        narrow.addRow()[0] = row[1];
        watched = wide;
        narrow.keep(wide);
        CHECK(narrow.bytes() == sizeof(Cell) + wide->bytes());
    }
    CHECK_FALSE(watched.expired());
    CHECK(narrow.row(0)[0].text() == "a text that no cell holds itself");
    narrow.keep(nullptr);
}
