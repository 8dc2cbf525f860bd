#include "lib/archive/roost_backup.hpp"

#include <algorithm>
#include <utility>

#include "lib/archive/member_names.hpp"
#include "lib/archive/schema_reader.hpp"
#include "lib/storage/shown_name.hpp"

namespace roost::archive {

namespace {

constexpr std::uint32_t generatedMode = 0600;
constexpr std::int64_t second = 1'000'000'000;
/// Behind a user and a NUL; an exported one sorts before its files.
constexpr char exported = 'E';
constexpr char owning = 'O';

std::int64_t wholeSeconds(const MemberInfo& member) noexcept {
    const std::int64_t nanoseconds = member.modifiedNanoseconds;
    return nanoseconds / second - (nanoseconds % second < 0 ? 1 : 0);
}

std::string marked(std::string_view user, char mark) {
    std::string text(user);
    text.append(1, '\0').push_back(mark);
    return text;
}

}  // namespace

bool RoostHead::read() {
    const auto member = reader_.next();
    if (!member || member->folder || member->name != metadataName || !reader_.oddity().empty()) return false;
    member_ = *member;
    header_.assign(reader_.headerBytes().begin(), reader_.headerBytes().end());
    if (member_.size > reading_.limits.maxMetadata)
        throw Error("'metadata.json' in " + reader_.name() + " is larger than " +
                        storage::shownSize(reading_.limits.maxMetadata),
                    "if it is a backup of yours, allow more: max-metadata");
    stream::Sha256 hash;
    MetadataReader metadata([this](std::string_view user) { users_.add(marked(user, exported)); });
    for (auto piece = reader_.data(); !piece.empty(); piece = reader_.data()) {
        hash.update(std::as_bytes(piece));
        metadata.feed(piece);
        if (reading_.keepDocuments) text_.append(piece.data(), piece.size());
    }
    document_ = metadata.finish();
    digest_ = hash.finish();
    return document_.roost.has_value();
}

RoostBackup::RoostBackup(std::shared_ptr<ArchiveInput> input, std::unique_ptr<ArchiveReader> reader,
                         RoostHead head, BackupReading reading, Context& context)
    : BackupReader(std::move(input), std::move(reading), context),
      reader_(std::move(reader)),
      checksums_(context.temporaryFolder()),
      ledger_(context.temporaryFolder()),
      metadataHeader_(std::move(head.header_)),
      users_(std::move(head.users_)) {
    metadata_ = std::move(head.document_);
    metadataJson_ = std::move(head.text_);
    checkMetadata();
    madeSeconds_ = wholeSeconds(head.member_);
    checkGenerated(head.member_);
    checksums_.add(head.digest_, metadataName);
    readSchemaMember();
    planKinds();
    beginAnalysis();
}

void RoostBackup::checkMetadata() const {
    const RoostMetadata& roost = *metadata_.roost;
    if (roost.formatVersion > formatVersion)
        throw Error(
            reader_->name() + " has format version " + std::to_string(roost.formatVersion) +
                "; this program reads versions up to " + std::to_string(formatVersion),
            "use the roost that wrote it (" + storage::shownName(roost.roostVersion) + "), or a newer one");
    if (!roost.complete) throw reader_->damage("metadata.json says that it was never completed");
}

/// A member that roost made up itself has the archive's own time and nobody else may read it.
void RoostBackup::checkGenerated(const MemberInfo& member) const {
    if (member.folder || member.mode != generatedMode || wholeSeconds(member) != madeSeconds_)
        throw reader_->damage("the mode or time of '" + shownMember(member.name) +
                              "' is not the one that roost gave it");
}

MemberInfo RoostBackup::nextMember() {
    const auto member = reader_->next();
    if (const std::string oddity = reader_->oddity(); !oddity.empty())
        throw Error(reader_->name() + " is not as roost wrote it: " + oddity +
                        (member ? " ('" + shownMember(member->name) + "')" : ""),
                    "an archive that was packed anew has lost the proof that it is whole");
    if (!member) throw reader_->damage("it ends before checksums.sha256");
    headers_.update(reader_->headerBytes());
    return *member;
}

void RoostBackup::readSchemaMember() {
    const MemberInfo member = nextMember();
    if (member.name != schemaName || member.folder)
        throw reader_->damage("schema.json does not follow metadata.json, but '" + shownMember(member.name) +
                              "'");
    checkGenerated(member);
    std::string text = reader_->readAll(mostSchemaBytes);
    stream::Sha256 hash;
    hash.update(std::as_bytes(std::span(text)));
    memberEnded(member, hash.finish());
    SchemaDocument schema = readSchema(text);
    catalog_ = std::move(schema.catalog);
    if (reading_.keepDocuments) schemaJson_ = std::move(text);
    if (catalog_.dialect != metadata_.dialect())
        throw reader_->damage("metadata.json says that the database is '" +
                              storage::shownName(metadata_.databaseType) + "', and schema.json '" +
                              storage::shownName(catalog_.dialect) + "'");
    planTables(schema.members);
}

void RoostBackup::planTables(const std::vector<std::string>& members) {
    std::vector<bool> planned(catalog_.tables.size());
    for (const TableTotals& totals : metadata_.roost->tables) {
        const Table* const table = catalog_.find(totals.schema, totals.name);
        const auto index = table == nullptr ? 0 : static_cast<std::size_t>(table - catalog_.tables.data());
        if (table == nullptr || members[index] != totals.member || planned[index])
            throw reader_->damage("metadata.json and schema.json do not tell the same of the table '" +
                                  storage::shownName(totals.name) + "'");
        if (table->partial != totals.partial)
            throw reader_->damage(
                "metadata.json and schema.json do not tell the same of what is missing in the table '" +
                storage::shownName(totals.name) + "'");
        planned[index] = true;
        catalog_.tables[index].rows = totals.rows;
        order_.push_back(index);
    }
    if (order_.size() != catalog_.tables.size())
        throw reader_->damage("schema.json has tables that metadata.json does not have");
}

void RoostBackup::planKinds() {
    std::uint64_t bytes = 0;
    for (const EntryKindTotals& totals : metadata_.roost->entryKinds) {
        Kind& kind = kinds_[totals.kind];
        kind.stated = totals;
        kind.owners = std::make_unique<SortedSpool>(context_.temporaryFolder());
        bytes += totals.bytes;
    }
    const std::uint64_t most = reading_.limits.maxSize;
    if (most != 0 && bytes > most)
        throw Error(reader_->name() + " holds files of " + storage::shownSize(bytes) + ", more than the " +
                    storage::shownSize(most) + " that max-size allows");
    // In the order in which the backup had them.
    for (const std::string& scope : metadata_.roost->scopes)
        if (const auto kind = kinds_.find(scope); kind != kinds_.end())
            catalog_.entryKinds.push_back(kind->second.stated);
        else if (scope != "tables")
            throw reader_->damage("metadata.json does not say how much it has of '" +
                                  storage::shownName(scope) + "'");
    // One that is not listed is not complete.
    for (const EntryKindTotals& totals : metadata_.roost->entryKinds)
        if (std::ranges::find(catalog_.entryKinds, totals.kind, &EntryKindTotals::kind) ==
            catalog_.entryKinds.end())
            catalog_.entryKinds.emplace_back(totals).coverage = Coverage::files;
}

void RoostBackup::tableEnded(std::size_t table, std::uint64_t rows) {
    const std::uint64_t stated = catalog_.tables[table].rows;
    if (rows != stated)
        throw reader_->damage("the table '" + storage::shownName(catalog_.tables[table].qualifiedName()) +
                              "' has " + storage::counted(rows, "row", "rows") + ", and metadata.json says " +
                              std::to_string(stated));
}

void RoostBackup::memberEnded(const MemberInfo& member, const std::string& hexDigest) {
    if (!member.folder) checksums_.add(hexDigest, member.name);
}

bool RoostBackup::advance(Item& item) {
    const MemberInfo member = nextMember();
    if (table_ != order_.size()) {
        const std::size_t table = order_[table_];
        const std::string& wanted = metadata_.roost->tables[table_].member;
        if (member.folder || member.name != wanted)
            throw reader_->damage("'" + shownMember(member.name) + "' stands where '" + shownMember(wanted) +
                                  "' should");
        checkGenerated(member);
        ++table_;
        beginTable(*reader_, member, table, {}, item);
        return true;
    }
    if (member.name == checksumsName) {
        finish(member);
        return false;
    }
    takeEntry(member, item);
    return true;
}

void RoostBackup::takeEntry(const MemberInfo& member, Item& item) {
    const auto name = entryName(member.name);
    if (!name || (name->path.empty() && !member.folder))
        throw reader_->refusal(member.name, "stands where roost writes nothing of that name");
    const auto kind = kinds_.find(name->kind);
    if (kind == kinds_.end())
        throw reader_->refusal(member.name, "is of a kind that metadata.json does not tell of");
    ledger_.add(member.name, member.folder);
    count(kind->second, member);
    noteOwner(kind->second, name->owner);
    beginEntry(*reader_, member, true, makeEntry(member, *name), item);
}

/// Refuses at the header what would be more than the metadata says: the bytes need not be read for that.
void RoostBackup::count(Kind& kind, const MemberInfo& member) const {
    EntryKindTotals& seen = kind.seen;
    (member.folder ? seen.folders : seen.files) += 1;
    if (seen.folders > kind.stated.folders || seen.files > kind.stated.files)
        throw reader_->refusal(member.name, "is one more than metadata.json tells of");
    if (member.size > kind.stated.bytes - seen.bytes)
        throw reader_->refusal(member.name, "has " + storage::shownSize(member.size) +
                                                ", and metadata.json tells of " +
                                                storage::shownSize(kind.stated.bytes - seen.bytes) + " more");
    seen.bytes += member.size;
}

void RoostBackup::noteOwner(Kind& kind, std::string_view owner) {
    if (kind.lastOwner == owner) return;
    kind.lastOwner = owner;
    kind.owners->add(owner);
    users_.add(marked(owner, owning));
}

void RoostBackup::finish(const MemberInfo& checksums) {
    checkGenerated(checksums);
    checksums_.compare(*reader_);
    if (const auto conflict = ledger_.conflict()) throw reader_->refusal(*conflict);
    checkTotals();
    checkUsers();
    headers_.update(metadataHeader_);
    const std::string headers = headers_.finish();
    const std::string& stated = metadata_.roost->membersSha256;
    if (!stated.empty() && stated != headers)
        throw reader_->damage(
            "names, modes, times, sizes or the order of its entries are not those that metadata.json tells "
            "of");
    const auto more = reader_->next();
    if (const std::string oddity = reader_->oddity(); !oddity.empty())
        throw Error(reader_->name() + " is not as roost wrote it: " + oddity);
    if (more) throw reader_->refusal(more->name, "stands behind checksums.sha256, where nothing should");
    input_->checkUnchanged();
}

void RoostBackup::checkTotals() {
    for (auto& [name, kind] : kinds_) {
        kind.seen.users = kind.owners->count();
        const EntryKindTotals& seen = kind.seen;
        const EntryKindTotals& stated = kind.stated;
        if (seen.files == stated.files && seen.folders == stated.folders && seen.bytes == stated.bytes &&
            seen.users == stated.users)
            continue;
        const auto text = [](const EntryKindTotals& totals) {
            return storage::counted(totals.files, "file", "files") + " of " +
                   storage::counted(totals.bytes, "byte", "bytes") + ", " +
                   storage::counted(totals.folders, "folder", "folders") + " and " +
                   storage::counted(totals.users, "user", "users");
        };
        throw reader_->damage("it has " + text(seen) + " of '" + storage::shownName(name) +
                              "', and metadata.json tells of " + text(stated));
    }
}

/// Everybody who has files is exported.
void RoostBackup::checkUsers() {
    std::string last;
    users_.forEach([&](std::string_view text) {
        const std::string_view user = text.substr(0, text.size() - 2);
        if (text.back() == exported)
            last = user;
        else if (user != last)
            throw reader_->damage("files of '" + storage::shownName(user) +
                                  "' are in it, whom metadata.json does not tell of");
    });
}

}  // namespace roost::archive
