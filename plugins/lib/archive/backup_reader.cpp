#include "lib/archive/backup_reader.hpp"

#include <algorithm>
#include <cstring>

#include "lib/archive/foreign_backup.hpp"
#include "lib/archive/member_names.hpp"
#include "lib/archive/roost_backup.hpp"
#include "roost/error.hpp"

namespace roost::archive {

namespace {

/// What `read` gives. What it throws is an encrypted message's own damage, where there is any.
template <class Read>
auto explained(const ArchiveInput& input, Read read) {
    try {
        return read();
    } catch (const Error&) {
        input.checkMessage();
        throw;
    }
}

}  // namespace

std::optional<EntryName> entryName(std::string_view member) noexcept {
    if (!member.starts_with(entriesFolder)) return std::nullopt;
    member.remove_prefix(entriesFolder.size());
    const std::size_t kindEnd = member.find('/');
    if (kindEnd == std::string_view::npos) return std::nullopt;
    const std::string_view rest = member.substr(kindEnd + 1);
    const std::size_t ownerEnd = std::min(rest.find('/'), rest.size());
    return EntryName{member.substr(0, kindEnd), rest.substr(0, ownerEnd),
                     rest.substr(std::min(ownerEnd + 1, rest.size()))};
}

Entry makeEntry(const MemberInfo& member, const EntryName& name) {
    Entry entry;
    entry.type = member.folder ? EntryType::folder : EntryType::file;
    entry.kind = name.kind;
    entry.owner = name.owner;
    entry.path = name.path;
    entry.size = member.size;
    entry.mode = member.mode;
    entry.modifiedNanoseconds = member.modifiedNanoseconds;
    return entry;
}

/// Gives the bytes of the open member.
class BackupReader::Content final : public ByteReader {
public:
    explicit Content(BackupReader& reader) : reader_(reader) {}
    std::size_t read(std::span<std::byte> buffer) override {
        Open& open = *reader_.open_;
        if (open.piece.empty() && !open.over) explained(*reader_.input_, [this] { reader_.pull(); });
        const std::size_t size = std::min(buffer.size(), open.piece.size());
        if (size != 0) std::memcpy(buffer.data(), open.piece.data(), size);
        open.piece = open.piece.subspan(size);
        return size;
    }

private:
    BackupReader& reader_;
};

BackupReader::Open::Open() = default;

void BackupReader::beginAnalysis() {
    analysis_ = std::make_unique<ContentAnalysis>(reading_.rules, catalog_, context_.temporaryFolder());
}

/// The next bytes of the open member, hashed.
void BackupReader::pull() {
    watch_.step();
    open_->piece = open_->reader->data();
    open_->over = open_->piece.empty();
    if (open_->hashed) hash_.update(std::as_bytes(open_->piece));
}

void BackupReader::beginTable(ArchiveReader& reader, const MemberInfo& member, std::size_t table,
                              TableReaderOptions options, Item& item) {
    options.maxDepth = static_cast<std::size_t>(reading_.limits.maxDepth);
    options.maxValueBytes = static_cast<std::size_t>(reading_.limits.maxValue);
    Open& open = open_.emplace();
    open.reader = &reader;
    open.member = member;
    open.table = table;
    open.rows = std::make_unique<TableReader>(catalog_.tables[table], catalog_.dialect,
                                              shownMember(member.name), std::move(options));
    item = TableBegin{catalog_.tables[table].id};
}

bool BackupReader::continueTable(Item& item) {
    Open& open = *open_;
    for (;;) {
        if (BatchPtr batch = open.rows->takeBatch()) {
            analysis_->addRows(*batch);
            item = std::move(batch);
            return true;
        }
        if (open.over) break;
        pull();
        context_.alive();
        if (open.over)
            open.rows->finish();
        else
            open.rows->feed(open.piece);
    }
    const std::uint64_t rows = open.rows->rows();
    item = TableEnd{catalog_.tables[open.table].id, rows};
    const Open ended = std::move(open);
    open_.reset();
    tableEnded(ended.table, rows);
    memberEnded(ended.member, hash_.finish());
    return true;
}

void BackupReader::beginEntry(ArchiveReader& reader, const MemberInfo& member, bool hashed, Entry entry,
                              Item& item) {
    Open& open = open_.emplace();
    open.reader = &reader;
    open.member = member;
    open.kind = entry.kind;
    open.owner = entry.owner;
    open.path = entry.path;
    open.hashed = hashed || (!member.folder && analysis_->wantsDigest(open.kind, open.path));
    if (!member.folder) entry.content = std::make_unique<Content>(*this);
    item = std::move(entry);
}

void BackupReader::endEntry() {
    while (!open_->over) pull();
    const Open ended = std::move(*open_);
    open_.reset();
    const std::string digest = ended.hashed && !ended.member.folder ? hash_.finish() : std::string();
    if (!ended.member.folder) analysis_->addFile(ended.kind, ended.owner, ended.path, digest);
    memberEnded(ended.member, digest);
}

bool BackupReader::goOn(Item& item) {
    if (!open_) return false;
    if (open_->rows) return continueTable(item);
    endEntry();
    return false;
}

bool BackupReader::next(Item& item) {
    if (ended_) return false;
    watch_.step();
    if (explained(*input_, [this, &item] { return goOn(item) || advance(item); })) return true;
    findings_ = analysis_->finish();
    ended_ = true;
    return false;
}

namespace {

std::unique_ptr<BackupReader> openEither(const std::shared_ptr<ArchiveInput>& input, BackupReading reading,
                                         Context& context) {
    auto reader = std::make_unique<ArchiveReader>(input->open());
    if (RoostHead head(*reader, reading, context); head.read()) {
        if (!reading.readAgain) input->onceIsEnough();
        return std::make_unique<RoostBackup>(input, std::move(reader), std::move(head), std::move(reading),
                                             context);
    }
    reader.reset();
    return std::make_unique<ForeignBackup>(input, std::move(reading), context);
}

}  // namespace

std::unique_ptr<BackupReader> openBackup(std::shared_ptr<ArchiveInput> input, BackupReading reading,
                                         Context& context) {
    return explained(*input, [&] { return openEither(input, std::move(reading), context); });
}

}  // namespace roost::archive
