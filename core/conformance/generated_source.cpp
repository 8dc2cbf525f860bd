#include "conformance/generated_source.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "conformance/generated_rows.hpp"

namespace roost::conformance {

namespace {

constexpr std::uint64_t users = 3;
constexpr std::uint64_t documents = 5;
constexpr std::uint64_t mixedRows = 28;
constexpr std::size_t bulkTitle = 1000;

std::string userId(std::uint64_t number) {
    return "11111111-1111-4111-8111-11111111111" + std::to_string(number % 10);
}

Column column(std::string name, TypeKind kind, std::string native, bool nullable = false) {
    Column made;
    made.name = std::move(name);
    made.type.kind = kind;
    made.nativeType = std::move(native);
    made.nullable = nullable;
    return made;
}

Table table(std::string name, std::vector<Column> columns) {
    Table made;
    made.name = std::move(name);
    made.columns = std::move(columns);
    made.primaryKey = {made.columns.front().name};
    return made;
}

std::vector<Table> tables(bool mixed) {
    Column created = column("created_at", TypeKind::timestamp, "timestamp with time zone");
    created.type.withZone = true;
    std::vector<Table> made{
        table("users", {column("id", TypeKind::text, "text"), column("username", TypeKind::text, "text"),
                        column("email", TypeKind::text, "text", true),
                        column("is_admin", TypeKind::boolean, "boolean"), created}),
        table("documents",
              {column("id", TypeKind::int64, "bigint"), column("user_id", TypeKind::text, "text"),
               column("title", TypeKind::text, "text"), column("pages", TypeKind::int32, "integer", true)})};
    made.back().foreignKeys.push_back({.name = "documents_user",
                                       .columns = {"user_id"},
                                       .targetSchema = "",
                                       .targetTable = "users",
                                       .targetColumns = {"id"},
                                       .onDelete = "CASCADE"});
    std::vector<Column> every{column("id", TypeKind::int64, "bigint")};
    std::ranges::move(everyColumn(), std::back_inserter(every));
    made.push_back(table("everything", std::move(every)));
    made.push_back(
        table("empty", {column("id", TypeKind::int64, "bigint"), column("word", TypeKind::text, "text")}));
    if (mixed) {
        made.push_back(table(
            "mixed", {column("a", TypeKind::text, "text", true), column("b", TypeKind::int64, "bigint", true),
                      column("c", TypeKind::boolean, "boolean", true)}));
        made.back().primaryKey.clear();
    }
    for (std::size_t i = 0; i < made.size(); ++i) made[i].id = static_cast<TableId>(i);
    return made;
}

void fillRow(const Table& table, std::uint64_t row, std::uint64_t usual, Batch& batch) {
    const auto word = [&](const std::string& text) { return Cell::view(CellKind::text, batch.store(text)); };
    const std::span<Cell> cells = batch.addRow();
    if (table.name == "mixed") {
        for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = anyValue(row + i * 5, batch);
        return;
    }
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = valueOf(table.columns[i], row, batch);
    const auto number = static_cast<std::int64_t>(row + 1);
    cells[0] = table.name == "users" ? word(userId(row)) : Cell::integer(number);
    if (table.name == "users") {
        cells[1] = word("user" + std::to_string(row));
        cells[2] = word("user" + std::to_string(row) + "@example.com");
    } else if (table.name == "documents") {
        cells[1] = word(userId(row % users));
        cells[2] = word(row < usual ? "title " + std::to_string(row) : std::string(bulkTitle, 't'));
    }
}

}  // namespace

/// Byte n of a file is (n * 31 + n / 251) modulo 256: neither constant nor of a short period.
class GeneratedSource::Reader final : public ByteReader {
public:
    Reader(GeneratedSource& source, std::uint64_t size) : source_(source), size_(size) {}
    std::size_t read(std::span<std::byte> buffer) override {
        source_.step();
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), size_ - at_));
        for (std::size_t i = 0; i < count; ++i)
            buffer[i] = static_cast<std::byte>((at_ + i) * 31 + (at_ + i) / 251);
        at_ += count;
        return count;
    }

private:
    GeneratedSource& source_;
    std::uint64_t size_;
    std::uint64_t at_ = 0;
};

GeneratedSource::GeneratedSource(Content content) : content_(std::move(content)) {
    constexpr std::uint64_t severalPieces = 700'000;
    files_ = {{"documents", userId(0), "a.pdf", 1},
              {"documents", userId(0), "empty.pdf", 0},
              {"documents", userId(0), "folder", 0, true},
              {"documents", userId(0), "folder/Gr\u00fc\u00dfe \u65e5\u672c.pdf", 300},
              {"documents", userId(0), "with a\nnewline.pdf", 20},
              {"documents", userId(1), "large.bin", severalPieces},
              {"documents", userId(1), "nothing in it", 0, true},
              {"configs", userId(0), "app.conf", 40}};
    if (content_.bulk > 0) files_[5].size += content_.bulk;
}

GeneratedSource::~GeneratedSource() = default;

std::uint64_t GeneratedSource::rowsOf(const Table& table) const {
    if (!content_.rows || table.name == "empty") return 0;
    if (table.name == "users") return users;
    if (table.name == "everything") return everyValueRows;
    if (table.name == "mixed") return mixedRows;
    return documents + content_.bulk / bulkTitle;
}

Catalog GeneratedSource::catalog(Context&) {
    if (content_.tables) {
        catalog_.dialect = content_.dialect;
        catalog_.tables = tables(content_.mixed);
        for (Table& table : catalog_.tables) table.rows = rowsOf(table);
    }
    if (!content_.files) files_.clear();
    count(catalog_.entryKinds);
    return catalog_;
}

void GeneratedSource::count(std::vector<EntryKindTotals>& kinds) const {
    for (const File& file : files_) {
        if (kinds.empty() || kinds.back().kind != file.kind)
            kinds.push_back({file.kind, 0, 0, 0, file.kind == "documents" ? 2U : 1U});
        EntryKindTotals& totals = kinds.back();
        ++(file.folder ? totals.folders : totals.files);
        totals.bytes += file.size;
    }
}

void GeneratedSource::chooseOwners(std::shared_ptr<const OwnerChoice> owners, Catalog& catalog) {
    std::erase_if(files_, [&](const File& file) { return !owners->contains(file.owner); });
    catalog.entryKinds.clear();
    count(catalog.entryKinds);
    for (EntryKindTotals& kind : catalog.entryKinds) kind.coverage = Coverage::users;
}

void GeneratedSource::step() { content_.at(steps_++); }

BatchPtr GeneratedSource::batch(const Table& table, std::uint64_t& row) const {
    auto made = std::make_shared<Batch>(table.id, table.columns.size());
    for (const std::uint64_t rows = rowsOf(table); row < rows && !made->full(); ++row)
        fillRow(table, row, documents, *made);
    return made;
}

bool GeneratedSource::next(Item& item) {
    step();
    if (table_ < catalog_.tables.size()) {
        const Table& table = catalog_.tables[table_];
        if (!std::exchange(open_, true)) {
            row_ = 0;
            item = TableBegin{table.id};
        } else if (row_ < rowsOf(table)) {
            const BatchPtr made = batch(table, row_);
            content_.given(made);
            item = made;
        } else {
            open_ = false;
            ++table_;
            item = TableEnd{table.id, row_};
        }
        return true;
    }
    if (file_ == files_.size()) return false;
    item = file(files_[file_++]);
    return true;
}

Item GeneratedSource::file(const File& file) {
    Entry entry;
    entry.type = file.folder ? EntryType::folder : EntryType::file;
    entry.kind = file.kind;
    entry.owner = file.owner;
    entry.path = file.path;
    entry.size = file.size;
    entry.mode = file.folder ? 0755 : 0640;
    entry.modifiedNanoseconds = 1'600'000'000'000'000'000;
    if (!file.folder) entry.content = std::make_unique<Reader>(*this, file.size);
    return entry;
}

void GeneratedSource::reread(const std::vector<TableRead>& reads, const RowVisitor& visit) {
    for (std::size_t i = 0; i < reads.size(); ++i) {
        const Table& table = *catalog_.find(reads[i].table);
        for (std::uint64_t row = 0; row < rowsOf(table);) {
            const BatchPtr whole = batch(table, row);
            Batch some(table.id, reads[i].columns.size());
            for (std::size_t r = 0; r < whole->rows(); ++r) {
                const std::span<Cell> cells = some.addRow();
                for (std::size_t c = 0; c < cells.size(); ++c)
                    cells[c] = whole->row(r)[*table.columnIndex(reads[i].columns[c])];
            }
            visit(i, some);
        }
    }
}

}  // namespace roost::conformance
