#include "lib/archive/foreign_backup.hpp"

#include <utility>

#include "lib/archive/aviary_schema.hpp"
#include "lib/archive/member_names.hpp"

namespace roost::archive {

namespace {

std::string memberOf(const Table& table) { return std::string(tablesFolder) + table.name + ".json"; }

}  // namespace

ForeignBackup::ForeignBackup(std::shared_ptr<ArchiveInput> input, BackupReading reading, Context& context)
    : BackupReader(std::move(input), std::move(reading), context) {
    startPass();
    content_ = ForeignScan(*reader_, reading_, context_).scan();
    reader_.reset();
    metadata_ = content_.metadata;
    metadataJson_ = std::move(content_.metadataJson);
    std::map<std::string, FieldsSeen> fields;
    for (const auto& [name, found] : content_.tables) fields.emplace(name, found.fields);
    catalog_ = aviaryCatalog(metadata_.databaseType, fields);
    catalog_.entryKinds = content_.kinds;
    catalog_.warnings.insert(catalog_.warnings.begin(), content_.warnings.begin(), content_.warnings.end());
    order_ = parentsFirst(catalog_);
    beginAnalysis();
}

void ForeignBackup::startPass() {
    reader_.reset();  // before its input is read again
    reader_ = std::make_unique<ArchiveReader>(input_->open(), reading_.limits.maxEntries);
}

bool ForeignBackup::isPast(std::uint64_t position) const { return reader_->members() >= position; }

Error ForeignBackup::changed() const {
    return Error(reader_->name() + " changed while it was read", "run again when nobody writes to it");
}

bool ForeignBackup::findTable(Item& item) {
    const std::size_t index = order_[table_];
    const Table& table = catalog_.tables[index];
    const ForeignContent::TableFound& found = content_.tables.at(table.name);
    if (!reader_ || isPast(found.position)) startPass();
    for (;;) {
        watch_.step();
        const auto member = reader_->next();
        if (!member) throw changed();
        if (!isPast(found.position)) continue;
        if (member->folder || member->name != memberOf(table)) throw changed();
        ++table_;
        beginTable(*reader_, *member, index, aviaryReading(table, found.fields), item);
        return true;
    }
}

bool ForeignBackup::findEntry(Item& item) {
    if (!std::exchange(atEntries_, true) &&
        (!reader_ || (content_.firstEntry != 0 && isPast(content_.firstEntry))))
        startPass();
    while (const auto member = reader_->next()) {
        watch_.step();
        if (foreignRole(*member) != ForeignRole::entry) continue;
        const auto name = entryName(member->name);
        if (!name) continue;  // the kind's own folder
        beginEntry(*reader_, *member, false, makeEntry(*member, *name), item);
        return true;
    }
    finish();
    return false;
}

bool ForeignBackup::advance(Item& item) {
    return table_ != order_.size() ? findTable(item) : findEntry(item);
}

void ForeignBackup::tableEnded(std::size_t table, std::uint64_t rows) {
    if (rows != catalog_.tables[table].rows) throw changed();
}

void ForeignBackup::memberEnded(const MemberInfo& member, const std::string&) {
    if (!entryName(member.name)) return;
    (member.folder ? folders_ : files_) += 1;
    bytes_ += member.size;
}

void ForeignBackup::finish() {
    for (const EntryKindTotals& kind : content_.kinds) {
        files_ -= kind.files;
        folders_ -= kind.folders;
        bytes_ -= kind.bytes;
    }
    if (files_ != 0 || folders_ != 0 || bytes_ != 0) throw changed();
    input_->checkUnchanged();
}

}  // namespace roost::archive
