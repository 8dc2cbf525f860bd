#include "pipeline/item_check.hpp"

#include <algorithm>
#include <string_view>
#include <variant>

#include "roost/error.hpp"

namespace roost {

namespace {

/// True for a path that stays below its folder: no empty, "." or ".." part, no NUL.
bool isPlainPath(std::string_view path) {
    if (path.find('\0') != std::string_view::npos) return false;
    while (true) {
        const std::size_t slash = std::min(path.find('/'), path.size());
        const std::string_view part = path.substr(0, slash);
        if (part.empty() || part == "." || part == "..") return false;
        if (slash == path.size()) return true;
        path.remove_prefix(slash + 1);
    }
}

bool isPlainName(std::string_view name) {
    return isPlainPath(name) && name.find('/') == std::string_view::npos;
}

std::string counted(std::uint64_t number, const std::string& word) {
    return std::to_string(number) + " " + word + (number == 1 ? "" : "s");
}

}  // namespace

void ItemCheck::check(const Item& item) {
    if (const auto* tableBegin = std::get_if<TableBegin>(&item)) return begin(*tableBegin);
    if (const auto* rows = std::get_if<BatchPtr>(&item)) {
        if (!*rows) throw Error("the plugin gave a batch that is none");
        return batch(**rows);
    }
    if (const auto* tableEnd = std::get_if<TableEnd>(&item)) return end(*tableEnd);
    if (open_ != nullptr)
        throw Error("the plugin gave a file before it closed table " + open_->qualifiedName());
    entry(std::get<Entry>(item));
}

void ItemCheck::begin(const TableBegin& begin) {
    const Table* table = catalog_.find(begin.table);
    if (open_ != nullptr) throw Error("the plugin opened a table before it closed " + open_->qualifiedName());
    if (table == nullptr) throw Error("the plugin opened a table that is not in its catalog");
    if (done_.contains(begin.table))
        throw Error("the plugin gave table " + table->qualifiedName() + " twice");
    if (entries_) throw Error("the plugin gave table " + table->qualifiedName() + " after a file");
    open_ = table;
    rows_ = 0;
}

void ItemCheck::batch(const Batch& batch) {
    if (open_ == nullptr || batch.table() != open_->id)
        throw Error("the plugin gave rows of a table that is not open");
    if (batch.columns() != open_->columns.size())
        throw Error("the plugin gave rows of " + std::to_string(batch.columns()) + " values for table " +
                    open_->qualifiedName() + ", which has " + std::to_string(open_->columns.size()) +
                    " columns");
    rows_ += batch.rows();
}

void ItemCheck::end(const TableEnd& end) {
    if (open_ == nullptr || end.table != open_->id) throw Error("the plugin closed a table that is not open");
    if (end.rows != rows_)
        throw Error("table " + open_->qualifiedName() + ": the plugin gave " + std::to_string(rows_) +
                    " rows and speaks of " + std::to_string(end.rows));
    done_.insert(end.table);
    open_ = nullptr;
}

void ItemCheck::entry(const Entry& entry) {
    entries_ = true;
    const bool folder = entry.type == EntryType::folder;
    if (!isPlainName(entry.kind) || !isPlainName(entry.owner) ||
        !((folder && entry.path.empty()) || isPlainPath(entry.path)))
        throw Error("the plugin gave a file with an unsafe name: " + entry.displayName());
    const auto kind = std::ranges::find(catalog_.entryKinds, entry.kind, &EntryKindTotals::kind);
    if (kind == catalog_.entryKinds.end())
        throw Error("the plugin gave " + entry.displayName() + ", and its catalog knows no kind '" +
                    entry.kind + "'");
    if (folder && entry.size != 0)
        throw Error("the plugin gave folder " + entry.displayName() + " with a size of " +
                    counted(entry.size, "byte"));
    if (folder && entry.content)
        throw Error("the plugin gave folder " + entry.displayName() + " with content");
    Came& came = kinds_[static_cast<std::size_t>(kind - catalog_.entryKinds.begin())];
    ++(folder ? came.folders : came.files);
}

void ItemCheck::dropped(const std::string& kind) const {
    const auto totals = std::ranges::find(catalog_.entryKinds, kind, &EntryKindTotals::kind);
    if (totals == catalog_.entryKinds.end() || totals->coverage != Coverage::whole) return;
    throw Error(
        "the plugin dropped a file of the kind '" + kind + "', of which the catalog says that all come",
        "a transform that leaves files out sets the kind's coverage: a restore would take them for deleted");
}

void ItemCheck::finish() const {
    if (open_ != nullptr) throw Error("the plugin ended within table " + open_->qualifiedName());
    for (const Table& table : catalog_.tables)
        if (!done_.contains(table.id)) throw Error("the plugin left out table " + table.qualifiedName());
    for (std::size_t i = 0; i < kinds_.size(); ++i) {
        const EntryKindTotals& told = catalog_.entryKinds[i];
        if (told.files == 0 || kinds_[i].files + kinds_[i].folders != 0) continue;
        throw Error(
            "the catalog tells of " + counted(told.files, "file") + " of the kind '" + told.kind +
                "', and 0 came",
            "where the storage itself has lost them all meanwhile (is it still mounted?), look there; "
            "else the plugin is wrong");
    }
}

std::vector<std::string> ItemCheck::shortfalls() const {
    std::vector<std::string> sentences;
    for (std::size_t i = 0; i < kinds_.size(); ++i)
        if (const EntryKindTotals& told = catalog_.entryKinds[i]; kinds_[i].files < told.files)
            sentences.push_back("the catalog tells of " + counted(told.files, "file") + " of the kind '" +
                                told.kind + "', and " + std::to_string(kinds_[i].files) +
                                " came: the others were removed meanwhile, or the plugin lost them");
    return sentences;
}

}  // namespace roost
