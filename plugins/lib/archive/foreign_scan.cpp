#include "lib/archive/foreign_scan.hpp"

#include <algorithm>
#include <array>

#include "lib/archive/member_names.hpp"
#include "lib/stream/expansion.hpp"

namespace roost::archive {

namespace {

constexpr std::size_t namedMembers = 5;
constexpr std::string_view jsonEnd = ".json";
constexpr std::string_view appleDoubleFront = "._";
/// What Aviary's archives may have below "filesystem/".
constexpr std::array<std::string_view, 2> kinds{"documents", "configs"};
/// How far an archive may be beyond the bytes that its metadata tells of: Aviary counts while it copies.
constexpr std::uint64_t mostBeyond = std::uint64_t{1} << 30U;

bool isKind(std::string_view name) noexcept {
    return std::find(kinds.begin(), kinds.end(), name) != kinds.end();
}

std::string_view lastPart(std::string_view name) noexcept { return name.substr(name.rfind('/') + 1); }

bool isTable(const MemberInfo& member) noexcept {
    const std::string_view name = member.name;
    return !member.folder && name.starts_with(tablesFolder) && name.ends_with(jsonEnd) &&
           !tableName(name).empty() && tableName(name).find('/') == std::string_view::npos;
}

bool isEntry(const MemberInfo& member) noexcept {
    const std::string_view name = member.name;
    if (!name.starts_with(entriesFolder)) return false;
    if (const auto entry = entryName(name))
        return isKind(entry->kind) && (member.folder || !entry->path.empty());
    return member.folder && isKind(name.substr(entriesFolder.size()));
}

}  // namespace

std::string_view tableName(std::string_view member) noexcept {
    member.remove_prefix(tablesFolder.size());
    return member.size() < jsonEnd.size() ? std::string_view()
                                          : member.substr(0, member.size() - jsonEnd.size());
}

ForeignRole foreignRole(const MemberInfo& member) noexcept {
    const std::string_view name = member.name;
    if (lastPart(name).starts_with(appleDoubleFront)) return ForeignRole::appleDouble;
    if (name == metadataName && !member.folder) return ForeignRole::metadata;
    if (isTable(member)) return ForeignRole::table;
    if (isEntry(member)) return ForeignRole::entry;
    if (member.folder && (name == tablesFolder.substr(0, tablesFolder.size() - 1) ||
                          name == entriesFolder.substr(0, entriesFolder.size() - 1)))
        return ForeignRole::passed;
    return ForeignRole::unknown;
}

ForeignScan::ForeignScan(ArchiveReader& reader, const BackupReading& reading, Context& context)
    : reader_(reader),
      reading_(reading),
      context_(context),
      watch_(context),
      ledger_(context.temporaryFolder()),
      appleDoubles_(namedMembers),
      unknown_(namedMembers) {}

ForeignContent ForeignScan::scan() {
    while (const auto member = reader_.next()) {
        watch_.step();
        take(*member);
        // Whatever was not read is read now, so that long members can be stopped.
        while (!read(*member).empty()) watch_.step();
    }
    finish();
    return std::move(content_);
}

void ForeignScan::take(const MemberInfo& member) {
    const ForeignRole role = foreignRole(member);
    told_ = role == ForeignRole::entry && (isSizeStated() || reading_.limits.maxSize != 0);
    if (role == ForeignRole::appleDouble) return appleDoubles_.add(member.name);
    ledger_.add(member.name, member.folder);
    switch (role) {
        case ForeignRole::metadata:
            return takeMetadata(member);
        case ForeignRole::table:
            return takeTable(member);
        case ForeignRole::entry:
            return takeEntry(member);
        case ForeignRole::unknown:
            return unknown_.add(member.name);
        case ForeignRole::passed:
        case ForeignRole::appleDouble:
            return;
    }
}

/// The next bytes of the member. Nothing is written from them yet; what they may come to is bounded all the
/// same, since an archive of Aviary's may have its metadata last, and tables are told of nowhere.
std::span<const char> ForeignScan::read(const MemberInfo& member) {
    const std::span<const char> piece = reader_.data();
    if (!told_) {
        untold_ += piece.size();
        checkUntold(member);
    }
    return piece;
}

void ForeignScan::takeMetadata(const MemberInfo& member) {
    if (hasMetadata_) throw reader_.refusal(member.name, "is there twice");
    hasMetadata_ = true;
    const std::string text = reader_.readAll(reading_.limits.maxMetadata);
    content_.metadata = readMetadata(text);
    if (reading_.keepDocuments) content_.metadataJson = text;
    if (content_.metadata.roost)
        throw Error(reader_.name() + " is not as roost wrote it: " +
                        (reader_.members() == 1 ? reader_.oddity() : "metadata.json does not come first"),
                    "an archive that was packed anew has lost the proof that it is whole");
    checkEarlierFiles(member);
}

void ForeignScan::takeTable(const MemberInfo& member) {
    const std::string name(tableName(member.name));
    if (content_.tables.contains(name)) throw reader_.refusal(member.name, "is there twice");
    FieldScan fields(shownMember(member.name));
    for (auto piece = read(member); !piece.empty(); piece = read(member)) {
        watch_.step();
        context_.alive();
        fields.feed(piece);
    }
    content_.tables.emplace(name, ForeignContent::TableFound{fields.finish(), reader_.members()});
}

void ForeignScan::takeEntry(const MemberInfo& member) {
    if (content_.firstEntry == 0) content_.firstEntry = reader_.members();
    const auto name = entryName(member.name);
    const std::string_view kindName =
        name ? name->kind : std::string_view(member.name).substr(entriesFolder.size());
    auto found = kinds_.find(kindName);
    if (found == kinds_.end()) {
        found = kinds_.try_emplace(std::string(kindName)).first;
        found->second.totals.kind = kindName;
        found->second.owners = std::make_unique<SortedSpool>(context_.temporaryFolder());
    }
    if (!name) return;
    Kind& kind = found->second;
    kind.owners->add(name->owner);
    if (member.folder) {
        ++kind.totals.folders;
        return;
    }
    ++kind.totals.files;
    kind.totals.bytes += member.size;
    bytes_ += member.size;
    checkSize(member);
}

/// Metadata of old archives has no total.
bool ForeignScan::isSizeStated() const noexcept { return hasMetadata_ && content_.metadata.totalBytes != 0; }

bool ForeignScan::exceedsMetadata() const noexcept {
    return reading_.limits.maxSize == 0 && isSizeStated() && bytes_ > mostBeyond &&
           bytes_ - mostBeyond > content_.metadata.totalBytes;
}

void ForeignScan::checkSize(const MemberInfo& member) const {
    const std::uint64_t most = reading_.limits.maxSize;
    if (most != 0 && bytes_ > most)
        throw reader_.refusal(member.name, "brings the files to more than the " + storage::shownSize(most) +
                                               " that max-size allows");
    if (exceedsMetadata())
        throw reader_.refusal(member.name, "brings the files to " + storage::shownSize(bytes_) +
                                               ", and metadata.json tells of " +
                                               storage::shownSize(content_.metadata.totalBytes));
}

/// The same where the metadata comes behind files.
void ForeignScan::checkEarlierFiles(const MemberInfo& member) const {
    if (exceedsMetadata())
        throw reader_.refusal(member.name, "tells of files of " +
                                               storage::shownSize(content_.metadata.totalBytes) +
                                               ", and those before it have " + storage::shownSize(bytes_));
}

void ForeignScan::checkUntold(const MemberInfo& member) const {
    const std::uint64_t packed = reader_.position();
    if (untold_ <= std::max(stream::mostUnpacked(packed), reading_.limits.maxSize)) return;
    throw Error(reader_.name() + " is refused: up to its entry '" + shownMember(member.name) + "' " +
                    storage::shownSize(packed) + " unpack to more than " +
                    storage::shownSize(stream::mostUnpacked(packed)) +
                    " of which metadata.json does not tell, or not yet",
                "nothing was changed; if it is a backup of yours, allow it by the source's option max-size "
                "(restore.yaml: --set max_size=...)");
}

void ForeignScan::finish() {
    if (!hasMetadata_)
        throw Error(reader_.name() + " is no backup: it has no metadata.json",
                    "only archives that roost or Aviary wrote can be read");
    if (const auto conflict = ledger_.conflict()) throw reader_.refusal(*conflict);
    for (const std::string_view wanted : kinds)
        if (const auto kind = kinds_.find(wanted); kind != kinds_.end()) {
            kind->second.totals.users = kind->second.owners->count();
            content_.kinds.push_back(kind->second.totals);
        }
    if (appleDoubles_.count() != 0)
        content_.warnings.push_back(storage::counted(appleDoubles_.count(), "entry that macOS had added was",
                                                     "entries that macOS had added were") +
                                    " passed over: " + appleDoubles_.text());
    if (unknown_.count() != 0)
        content_.warnings.push_back(storage::counted(unknown_.count(), "entry that is", "entries that are") +
                                    " no part of Aviary's backups will be left out: " + unknown_.text());
    compareTotals();
}

/// Aviary's own totals are no proof of anything: a difference is told.
void ForeignScan::compareTotals() {
    const MetadataDocument& metadata = content_.metadata;
    const auto compare = [this](std::uint64_t stated, std::uint64_t found, const std::string& what) {
        if (stated != found)
            content_.warnings.push_back("metadata.json tells of " + std::to_string(stated) + " " + what +
                                        ", but the archive has " + std::to_string(found));
    };
    std::uint64_t documents = 0;
    for (const EntryKindTotals& kind : content_.kinds)
        if (kind.kind == kinds.front()) documents = kind.files;
    compare(metadata.totalDocuments, documents, "documents");
    compare(metadata.totalBytes, bytes_, "bytes of files");
    const auto compareRows = [&](const std::optional<std::uint64_t>& stated, const std::string& table) {
        const auto found = content_.tables.find(table);
        if (stated && found != content_.tables.end())
            compare(*stated, found->second.fields.rows, "rows of " + table);
    };
    compareRows(metadata.totalUsers, "users");
    compareRows(metadata.totalApiKeys, "api_keys");
    storage::NameSample missing(namedMembers);
    for (const std::string& table : metadata.exportedTables)
        if (table != "unknown" && !content_.tables.contains(table)) missing.add(table);
    if (missing.count() != 0)
        content_.warnings.push_back("metadata.json tells of tables that are not in the archive: " +
                                    missing.text());
}

}  // namespace roost::archive
