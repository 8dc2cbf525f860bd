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
    const bool rootFolder = entry.type == EntryType::folder && entry.path.empty();
    if (!isPlainPath(entry.owner) || entry.owner.find('/') != std::string::npos || entry.kind.empty() ||
        !(rootFolder || isPlainPath(entry.path)))
        throw Error("the plugin gave a file with an unsafe name: " + entry.displayName());
}

void ItemCheck::finish() const {
    if (open_ != nullptr) throw Error("the plugin ended within table " + open_->qualifiedName());
    for (const Table& table : catalog_.tables)
        if (!done_.contains(table.id)) throw Error("the plugin left out table " + table.qualifiedName());
}

}  // namespace roost
