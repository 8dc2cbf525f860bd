#include "sinks/s3/s3_sink.hpp"

#include <Poco/UTF8Encoding.h>

#include <algorithm>
#include <utility>

#include "lib/s3/object_bytes.hpp"
#include "lib/storage/same_path.hpp"
#include "lib/storage/shown_name.hpp"
#include "lib/storage/sorted_names.hpp"
#include "roost/error.hpp"
#include "roost/version.hpp"
#include "sinks/s3/placement.hpp"
#include "sinks/s3/present_objects.hpp"
#include "sinks/s3/staged_objects.hpp"
#include "sinks/s3/staging_record.hpp"

namespace roost::s3 {

namespace {

constexpr unsigned workers = 16;
constexpr std::size_t longestKey = 1024;
constexpr std::size_t compareBytes = 64U << 10U;
constexpr std::size_t compareAheadBytes = 2 * pieceSize;

bool isUtf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data() + at);
        const int length = *bytes < 0x80 ? 1 : *bytes < 0xe0 ? 2 : *bytes < 0xf0 ? 3 : 4;
        if (static_cast<std::size_t>(length) > text.size() - at ||
            !Poco::UTF8Encoding::isLegal(bytes, length))
            return false;
        at += static_cast<std::size_t>(length);
    }
    return true;
}

}  // namespace

/// What a run keeps from accept() to its end; what refers to others stands behind them.
struct S3Sink::Work {
    Work(ServerSettings settings, Context& host)
        : context(host),
          client(std::move(settings), host),
          bucket(client),
          crew(workers),
          comingStore(host.temporaryFolder()),
          ownerStore(host.temporaryFolder()),
          coming(comingStore),
          owners(ownerStore) {}

    Context& context;
    Client client;
    Bucket bucket;
    TaskCrew crew;
    StagingRecord record;
    storage::NameStore comingStore;
    storage::NameStore ownerStore;
    storage::SortedNames coming;
    storage::SortedNames owners;
    std::string lastOwner;
    std::string addUnit;        ///< with `mode: add`, the unit that was looked into last
    bool addUnitEmpty = false;  ///< and whether nothing is there
    std::unique_ptr<StagedObjects> staged;
    std::uint64_t filesThere = 0;
    std::string openFolder;  ///< the last entry's name and '/', where it was a folder
    std::uint64_t emptyFolders = 0;
};

PluginInfo S3Sink::info() {
    return {.name = "s3",
            .version = std::string(version()),
            .description = "Restores users' files into a bucket of S3 or of a server that speaks like it",
            .role = "storage",
            .serves = {"s3"}};
}

const OptionTable<S3Sink::Options>& S3Sink::options() {
    static const auto table = [] {
        OptionTable<Options> made;
        made.url(&Options::url,
                 "The bucket, and the prefix under which a folder for each user lies, named by the user's "
                 "id. The "
                 "bucket must be there.")
            .example("s3://aviary/users");
        storage::addRestoreOptions(made);
        made.boolean("folder-markers", &Options::folderMarkers,
                     "Whether folders, too, become objects, whose keys end in '/', with their mode and time. "
                     "Applications that take every object for a file (Aviary is one) do not expect them.");
        addS3Options(made);
        return made;
    }();
    return table;
}

S3Sink::S3Sink(Options options)
    : options_(std::move(options)),
      layout_(options_.kinds),
      keys_(placeOf(options_.url).key, layout_),
      scope_(layout_.kinds().size()) {}

S3Sink::~S3Sink() {
    if (work_) work_->client.cancel();
}

std::vector<EntryKindTotals> S3Sink::protectedKinds(const Catalog& catalog) const {
    std::vector<EntryKindTotals> kinds;
    if (options_.partial != storage::OnPartialKind::refuse) return kinds;
    for (const EntryKindTotals& kind : catalog.entryKinds)
        if (storage::takesTooMuch(options_.mode, kind.coverage)) kinds.push_back(kind);
    return kinds;
}

Acceptance S3Sink::accept(const Catalog& catalog, Context& context) {
    Acceptance acceptance;
    acceptance.entries = true;
    const ObjectPlace place = placeOf(options_.url);
    acceptance.target = "s3://" + place.bucket + "/" + keys_.root();
    for (const EntryKindTotals& totals : catalog.entryKinds) {
        const auto& kinds = layout_.kinds();
        const auto found = std::ranges::find(kinds, totals.kind, &storage::KindFolder::kind);
        if (found == kinds.end())
            acceptance.refusals.push_back("files of the kind '" + storage::shownName(totals.kind) +
                                          "' have no place: 'kinds' does not name it");
        else
            scope_[static_cast<std::size_t>(found - kinds.begin())] = true;
    }
    acceptance.rehearses = options_.mode == storage::FilesMode::add;
    work_ = std::make_unique<Work>(serverSettings(options_, place.bucket), context);
    owners_ = catalog.owners;
    PresentObjects(work_->bucket, keys_, layout_, scope_, options_.mode, owners_.get())
        .look(protectedKinds(catalog), acceptance, context);
    if (options_.keepsWhereNothingComes()) takesAll_ = acceptance.destroys;
    return acceptance;
}

void S3Sink::journal() {
    if (!work_->context.journal(work_->record.toJson()))
        throw Error("no journal can be kept for the restore of files, which must not go on without one",
                    "set ROOST_STATE_DIR to a folder that can be written");
}

void S3Sink::begin(const Catalog&, Context& context) {
    if (context.dryRun()) return;
    work_->record.bucket = JournalledBucket::of(work_->client.address());
    work_->record.chooseName(keys_.root());
    journal();
    work_->staged = std::make_unique<StagedObjects>(work_->bucket, work_->crew, work_->record, context);
}

std::size_t S3Sink::kindOf(const Entry& entry) const {
    const auto found = std::ranges::find(layout_.kinds(), entry.kind, &storage::KindFolder::kind);
    if (found == layout_.kinds().end())
        throw Error("'" + storage::shownName(entry.displayName()) +
                    "' is of a kind that 'kinds' does not name");
    return static_cast<std::size_t>(found - layout_.kinds().begin());
}

std::string S3Sink::keyOf(const Entry& entry, std::size_t kind) const {
    std::string key = keys_.key(kind, entry.owner, entry.path);
    if (entry.type == EntryType::folder && !key.ends_with('/')) key += '/';
    const std::string shown = "'" + storage::shownName(entry.displayName()) + "'";
    if (key.size() > longestKey)
        throw Error(shown + " has a key of " + std::to_string(key.size()) + " bytes, where S3 takes " +
                        std::to_string(longestKey),
                    "give it a shorter name, or leave it out with 'select'");
    if (!isUtf8(key))
        throw Error(shown + " has a name that is not UTF-8, which S3 does not take",
                    "give it another name, or leave it out with 'select'");
    return key;
}

/// Compares with what is there, as `mode: add` wants it. Throws where it has other bytes.
bool S3Sink::isThere(const std::string& key, Entry& entry) {
    const std::string unit = keys_.unitPrefix(kindOf(entry), entry.owner);
    if (work_->addUnit != unit) {
        work_->addUnit = unit;
        work_->addUnitEmpty = !work_->bucket.hasAny(unit);
    }
    if (work_->addUnitEmpty) return false;
    const auto head = work_->bucket.head(key);
    if (!head) return false;
    if (entry.type == EntryType::folder) return true;
    ObjectBytes present(work_->bucket, work_->crew, key, *head, compareAheadBytes);
    std::vector<std::byte> coming(compareBytes);
    std::vector<std::byte> there(compareBytes);
    bool same = head->size == entry.size;
    while (const std::size_t came = entry.content->read(coming)) {
        std::size_t got = 0;
        while (same && got < came) {
            const std::size_t size = present.read(std::span(there).subspan(got, came - got));
            same = size > 0;
            got += size;
        }
        same = same &&
               std::equal(coming.begin(), coming.begin() + static_cast<std::ptrdiff_t>(came), there.begin());
    }
    // What changed while it was read is no reason to refuse the file that is there.
    if (!same && entry.content->state() == ReadState::intact)
        throw storage::otherBytes(storage::shownName(entry.displayName()));
    ++work_->filesThere;
    return true;
}

/// Sources give a folder right before what is in it. A kind's own folder is the application's to make.
void S3Sink::countEmptyFolder(const Entry* next) {
    const std::string name = next == nullptr ? "" : next->displayName();
    if (!work_->openFolder.empty() && !name.starts_with(work_->openFolder)) ++work_->emptyFolders;
    const bool folder = next != nullptr && next->type == EntryType::folder && !next->path.empty();
    work_->openFolder = folder ? name + "/" : "";
}

void S3Sink::write(Item& item) {
    auto* const entry = std::get_if<Entry>(&item);
    if (entry == nullptr) return;
    countEmptyFolder(entry);
    const std::string key = keyOf(*entry, kindOf(*entry));
    if (entry->owner != work_->lastOwner) {
        work_->lastOwner = entry->owner;
        work_->owners.add(entry->owner + "/", storage::NodeType::file);
    }
    if (entry->type == EntryType::folder && !options_.folderMarkers) return;
    if (options_.mode == storage::FilesMode::add && isThere(key, *entry)) return;
    if (!work_->staged) return;  // a rehearsal
    if (entry->type == EntryType::folder) {
        work_->staged->writeMarker(key, *entry);
        work_->coming.add(key, storage::NodeType::file);
    } else if (work_->staged->write(key, *entry)) {
        work_->coming.add(key, storage::NodeType::file);
    }
}

void S3Sink::prepare() {
    countEmptyFolder(nullptr);
    if (work_->emptyFolders > 0 && !options_.folderMarkers)
        work_->context.warn(std::to_string(work_->emptyFolders) +
                            (work_->emptyFolders == 1 ? " empty folder is" : " empty folders are") +
                            " left out: a bucket has no folders ('folder-markers: true' keeps them)");
    if (!work_->staged) return;
    if (!takesAll_.empty() && work_->staged->files() == 0) throw storage::nothingCame(takesAll_);
    work_->record.logBytes = work_->staged->finish().bytes;
    work_->coming.finish();
    work_->owners.finish();
    StagedLog stale(work_->bucket, work_->staged->flight(), work_->record.stalePrefix());
    PresentObjects(work_->bucket, keys_, layout_, scope_, options_.mode, owners_.get())
        .listStale(work_->coming, work_->owners, stale, work_->context);
    work_->record.staleBytes = stale.end().bytes;
    work_->staged->flight().drain();
    work_->record.prepared = true;
    journal();
}

void S3Sink::commit() {
    work_->client.ignoreStop();
    placeAll(work_->bucket, work_->crew, work_->record);
}

void S3Sink::tidy() { removeStaging(work_->bucket, work_->record); }

void S3Sink::abort() noexcept {
    if (!work_ || work_->record.staging.empty()) return;
    try {
        work_->client.cancel();
        work_->staged.reset();  // waits for what is on its way
        work_->client.ignoreStop();
        work_->client.setPatience(Patience::little);
        undoStaging(work_->bucket, work_->record);
    } catch (const std::exception& error) {
        work_->context.log(LogLevel::warning, std::string(error.what()) + "; what was staged is left under " +
                                                  work_->bucket.shown(work_->record.staging) +
                                                  ", with unfinished uploads");
        work_->context.journal(work_->record.toJson());
    }
}

std::vector<std::pair<std::string, std::string>> S3Sink::summary() const {
    std::vector<std::pair<std::string, std::string>> list{
        {"bucket", "s3://" + work_->client.address().bucket + "/" + keys_.root()},
        {"files", std::to_string(work_->staged->files())},
        {"size", std::to_string(work_->staged->bytes())}};
    if (work_->filesThere > 0) list.emplace_back("files there already", std::to_string(work_->filesThere));
    return list;
}

std::string S3Sink::recover(const std::string& text, Decision decision, Context& context) {
    const StagingRecord record = StagingRecord::fromJson(text);
    Client client(record.bucket.settings(), context);
    client.setPatience(Patience::little);
    const Bucket bucket(client);
    const std::string shown =
        bucket.shown(record.staging.substr(0, record.staging.rfind('/', record.staging.size() - 2) + 1));
    if (decision != Decision::committed)
        return undoStaging(bucket, record)
                   ? "undid the unfinished restore of files into " + shown + ": nothing there has changed"
                   : "";
    if (!record.prepared)
        throw Error("the restore into " + shown + " was committed before its files were all staged");
    const bool staged = isStaged(bucket, record);
    client.setPatience(Patience::usual);
    LostUploads lost;
    if (staged) {
        TaskCrew crew(workers);
        placeAll(bucket, crew, record, &lost);
    }
    removeStaging(bucket, record);
    lost.throwIfAny();  // told once: the next recovery finds nothing left to do
    return staged ? "finished the restore of files into " + shown : "";
}

}  // namespace roost::s3
