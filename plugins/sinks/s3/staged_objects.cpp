#include "sinks/s3/staged_objects.hpp"

#include <algorithm>
#include <utility>

#include "lib/s3/checksums.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::s3 {

namespace {

/// A file of at most this size costs less twice over the wire than the requests of an upload in parts.
constexpr std::uint64_t smallFile = std::uint64_t{1} << 20U;
/// Memory for parts that are on their way.
constexpr std::size_t flightBytes = std::size_t{32} << 20U;

FileAttributes attributesOf(const Entry& entry) { return {entry.mode, entry.modifiedNanoseconds}; }

}  // namespace

StagedObjects::StagedObjects(const Bucket& bucket, TaskCrew& crew, const StagingRecord& record,
                             Context& context)
    : bucket_(bucket),
      record_(record),
      context_(context),
      flight_(crew, flightBytes),
      log_(bucket, flight_, record.logPrefix()),
      buffer_(std::make_unique<Block>(smallFile)) {}

StagedObjects::~StagedObjects() = default;

bool StagedObjects::write(const std::string& key, Entry& entry) {
    noteFinished();
    const bool taken = entry.size <= smallFile ? writeSmall(key, entry) : writeLarge(key, entry);
    if (taken) ++files_;
    context_.alive();
    return taken;
}

void StagedObjects::writeMarker(const std::string& key, const Entry& folder) {
    const auto none = std::make_shared<Block>(1);
    log_.add(StagedFile{key, attributesOf(folder), sha256Hex({}), none});
}

/// Tells of a file that is not what it was said to be. False for one of which nothing came.
bool StagedObjects::judge(const Entry& entry, std::uint64_t came) const {
    const std::string shown = storage::shownName(entry.displayName());
    const ReadState state = entry.content->state();
    if (state == ReadState::intact) {
        if (came != entry.size)
            throw Error("'" + shown + "' came with " + std::to_string(came) + " bytes instead of " +
                        std::to_string(entry.size));
        return true;
    }
    const bool lost = state == ReadState::vanished || (state == ReadState::failed && came == 0);
    context_.setAside(shown, (lost ? "left out: " : "written as it was read: ") + entry.content->message());
    return !lost;
}

bool StagedObjects::writeSmall(const std::string& key, Entry& entry) {
    std::size_t came = 0;
    const std::span<std::byte> room = buffer_->room();
    while (came < room.size()) {
        const std::size_t size = entry.content->read(room.subspan(came));
        if (size == 0) break;
        came += size;
    }
    if (!judge(entry, came)) return false;
    const auto block = std::make_shared<Block>(std::max<std::size_t>(came, 1));
    static_cast<void>(block->append(room.first(came)));
    log_.add(StagedFile{key, attributesOf(entry), sha256Hex(block->bytes()), block});
    bytes_ += came;
    return true;
}

bool StagedObjects::writeLarge(const std::string& key, Entry& entry) {
    const FileAttributes attributes = attributesOf(entry);
    const auto leaveNote = [&bucket = bucket_, key,
                            note = record_.uploadsPrefix() + std::to_string(uploads_++)] {
        bucket.write(note, std::as_bytes(std::span(key)));
    };
    // An upload that ends here by an exception was noted, and is found by what undoes the restore.
    Uploading uploading{
        PartUpload(bucket_, flight_, key, attributeHeaders(attributes), partSizeFor(entry.size), leaveNote),
        attributes, 0};
    const std::span<std::byte> room = buffer_->room();
    for (;;) {
        const std::size_t size = entry.content->read(room);
        if (size == 0) break;
        uploading.upload.append(room.first(size));
        uploading.size += size;
    }
    if (!judge(entry, uploading.size)) return false;
    uploading.upload.end();
    bytes_ += uploading.size;
    uploading_.push_back(std::move(uploading));
    return true;
}

/// Uploads whose parts have all arrived go into the log.
void StagedObjects::noteFinished() {
    while (!uploading_.empty() && uploading_.front().upload.complete()) {
        const Uploading& done = uploading_.front();
        log_.add(StagedUpload{done.upload.finished(), done.attributes, done.size});
        uploading_.pop_front();
    }
}

Segments StagedObjects::finish() {
    flight_.drain();
    noteFinished();
    Segments log = log_.end();
    flight_.drain();
    return log;
}

}  // namespace roost::s3
