#include "lib/ownership/owner_list.hpp"

namespace roost::ownership {

namespace {

constexpr std::size_t mostInMemory = 2000;
constexpr const char* action = "keep the list of owners";

/// Owners are bytes: folders' names need not be UTF-8.
void bindBytes(sqlite::Statement& statement, std::string_view bytes) {
    sqlite3_bind_blob64(statement.handle(), 1, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
}

}  // namespace

void OwnerList::add(const std::string& owner) {
    if (many_) {
        bindBytes(*insert_, owner);
        insert_->step();
        insert_->reset();
        return;
    }
    few_.insert(owner);
    if (few_.size() > mostInMemory) spill();
}

void OwnerList::spill() {
    many_ = std::make_unique<sqlite::UnlinkedDatabase>(folder_, "the list of owners");
    many_->writer().execute(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -4096; BEGIN;"
        "CREATE TABLE owners(name BLOB PRIMARY KEY) WITHOUT ROWID");
    insert_ = std::make_unique<sqlite::Statement>(many_->writer(), "INSERT OR IGNORE INTO owners VALUES (?1)",
                                                  action);
    look_ =
        std::make_unique<sqlite::Statement>(many_->writer(), "SELECT 1 FROM owners WHERE name = ?1", action);
    for (const std::string& owner : few_) {
        bindBytes(*insert_, owner);
        insert_->step();
        insert_->reset();
    }
    few_.clear();
}

bool OwnerList::contains(std::string_view owner) const {
    if (!many_) return few_.contains(owner);
    const std::scoped_lock lock(mutex_);
    if (asked_ && owner == last_) return lastContained_;
    bindBytes(*look_, owner);
    lastContained_ = look_->step();
    look_->reset();
    last_ = owner;
    asked_ = true;
    return lastContained_;
}

}  // namespace roost::ownership
