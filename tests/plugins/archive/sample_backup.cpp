#include "plugins/archive/sample_backup.hpp"

#include <algorithm>
#include <cstring>

namespace roost::testing {

std::size_t MemoryReader::read(std::span<std::byte> buffer) {
    // Odd pieces, as a pipe or a network gives them.
    const std::size_t size = std::min({buffer.size(), content_.size() - used_, std::size_t{100'003}});
    std::memcpy(buffer.data(), content_.data() + used_, size);
    used_ += size;
    return size;
}

Entry makeFile(const std::string& kind, const std::string& owner, const std::string& path,
               const std::string& content) {
    Entry entry;
    entry.kind = kind;
    entry.owner = owner;
    entry.path = path;
    entry.size = content.size();
    entry.mode = 0640;
    entry.modifiedNanoseconds = 1'600'000'000'999'999'999;
    entry.content = std::make_unique<MemoryReader>(content);
    return entry;
}

Entry makeFolder(const std::string& kind, const std::string& owner, const std::string& path) {
    Entry entry;
    entry.type = EntryType::folder;
    entry.kind = kind;
    entry.owner = owner;
    entry.path = path;
    entry.mode = 0755;
    entry.modifiedNanoseconds = 1'500'000'000'000'000'000;
    return entry;
}

Table makeTable(TableId id, const std::string& name) {
    Table table;
    table.id = id;
    table.name = name;
    table.columns.resize(2);
    table.columns[0].name = "id";
    table.columns[0].type.kind = TypeKind::int64;
    table.columns[1].name = "note";
    table.columns[1].type.kind = TypeKind::text;
    table.primaryKey = {"id"};
    return table;
}

Catalog sampleCatalog() {
    Catalog catalog;
    catalog.dialect = "sqlite";
    catalog.tables = {makeTable(0, "users"), makeTable(1, "api_keys"), makeTable(2, "empty"),
                      makeTable(3, "a/b")};
    catalog.tables[0].rows = 2;
    catalog.entryKinds = {{"documents", 2, 1, 0, 1}, {"configs", 1, 0, 0, 1}};
    return catalog;
}

std::string noteOf(std::uint64_t id) {
    return "note " + std::to_string(id * 7919 % 100'003) + " \"quoted\" \xC3\xA4";
}

void giveTable(const Table& table, std::uint64_t rows, const GiveItem& give) {
    Item item = TableBegin{table.id};
    give(item);
    for (std::uint64_t id = 0; id < rows;) {
        auto batch = std::make_shared<Batch>(table.id, table.columns.size());
        for (; id < rows && !batch->full(); ++id) {
            const std::span<Cell> row = batch->addRow();
            row[0] = Cell::integer(static_cast<std::int64_t>(id));
            row[1] = Cell::view(CellKind::text, batch->store(noteOf(id)));
        }
        item = BatchPtr(std::move(batch));
        give(item);
    }
    item = TableEnd{table.id, rows};
    give(item);
}

void giveEntry(Entry entry, const GiveItem& give) {
    Item item = std::move(entry);
    give(item);
}

void giveSample(const Catalog& catalog, const GiveItem& give) {
    giveTable(catalog.tables[0], 2, give);
    giveTable(catalog.tables[1], 3, give);
    giveTable(catalog.tables[2], 0, give);
    giveTable(catalog.tables[3], 1, give);
    giveEntry(makeFolder("documents", "alice", "sub"), give);
    giveEntry(makeFile("documents", "alice", "sub/a.pdf", "pdf bytes"), give);
    giveEntry(makeFile("documents", "bob", "notes..pdf", ""), give);
    giveEntry(makeFile("configs", "alice", "rmapi.conf", "devicetoken: x"), give);
}

}  // namespace roost::testing
