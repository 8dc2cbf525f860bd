#include "sinks/s3/placement.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"
#include "sinks/s3/staged_log.hpp"

namespace roost::s3 {

namespace {

constexpr std::size_t flightBytes = std::size_t{8} << 20U;
constexpr std::size_t overhead = 1024;

void placeUpload(const Bucket& bucket, const StagedUpload& upload) {
    std::optional<ObjectHead> placed;
    try {
        placed = bucket.completeUpload(upload.parts.key, upload.parts.id, upload.parts.parts, upload.size);
    } catch (const ServerRefusal& refusal) {
        if (refusal.status() != 404 || refusal.code() == "NoSuchBucket") throw;
        placed = bucket.head(upload.parts.key);  // a crash, or a lost answer, came after it
    }
    if (!placed || placed->size != upload.size ||
        placed->modifiedNanoseconds != upload.attributes.modifiedNanoseconds)
        throw UploadLost(
            "the server has lost what was uploaded of " + bucket.shown(upload.parts.key),
            "see the server's log; 'roost recover' does the rest, then restore the archive again");
}

/// Some servers cannot replace an object that they let be removed and written: versitygw, where its name has
/// 240 bytes or more, and says so by 409, or by 500 at the end of an upload.
template <class Place>
void placeAnew(const Bucket& bucket, const std::string& key, const Place& place) {
    try {
        return place();
    } catch (const ServerRefusal& refusal) {
        if (refusal.status() != 409 && refusal.status() != 500) throw;
    }
    const std::vector<std::string> there{key};
    bucket.remove(there);
    try {
        place();
    } catch (const ServerRefusal& refusal) {
        throw Error(refusal.what(), refusal.status() == 409
                                        ? "what lies there is in its way: remove it with another program, "
                                          "and run 'roost recover'"
                                        : refusal.hint());
    }
}

class Placement {
public:
    Placement(const Bucket& bucket, TaskCrew& crew, LostUploads* lost)
        : bucket_(bucket), crew_(crew), lost_(lost), flight_(crew, flightBytes) {}

    void read(Segments segments) {
        StagedLogReader log(bucket_, crew_, std::move(segments));
        StagedStep step;
        while (log.next(step)) std::visit([this](auto& what) { place(std::move(what)); }, step);
        removeStale();
        flight_.drain();
    }

private:
    void place(StagedFile&& file) {
        const std::size_t bytes = file.bytes->size() + overhead;
        flight_.add(bytes, [&bucket = bucket_, file = std::move(file)] {
            placeAnew(bucket, file.key, [&] {
                bucket.write(file.key, file.bytes->bytes(), attributeHeaders(file.attributes), file.hash);
            });
        });
    }
    void place(StagedUpload&& upload) {
        flight_.add(overhead, [&bucket = bucket_, lost = lost_, upload = std::move(upload)] {
            try {
                placeAnew(bucket, upload.parts.key, [&] { placeUpload(bucket, upload); });
            } catch (const UploadLost&) {
                if (lost == nullptr) throw;
                lost->add(bucket.shown(upload.parts.key));
            }
        });
    }
    void place(StaleObject&& object) {
        stale_.push_back(std::move(object.key));
        if (stale_.size() == pageSize) removeStale();
    }
    void removeStale() {
        if (stale_.empty()) return;
        flight_.add(pageSize * overhead,
                    [&bucket = bucket_, stale = std::exchange(stale_, {})] { bucket.remove(stale); });
    }

    const Bucket& bucket_;
    TaskCrew& crew_;
    LostUploads* lost_;
    InFlight flight_;
    std::vector<std::string> stale_;
};

/// Removes page by page: however many there are, a thousand keys are in memory.
bool removeAll(const Bucket& bucket, const std::string& prefix) {
    bool any = false;
    std::vector<std::string> keys;
    const auto flush = [&] {
        bucket.remove(keys);
        keys.clear();
    };
    bucket.list(prefix, [&](ListedObject&& object) {
        any = true;
        keys.push_back(std::move(object.key));
        if (keys.size() == pageSize) flush();
    });
    flush();
    return any;
}

/// The upload to which a note belongs was begun after it, and is the only one that the restore made there.
void abortNoted(const Bucket& bucket, const ListedObject& note) {
    std::string key(note.size, '\0');
    bucket.read(note.key, 0, std::as_writable_bytes(std::span(key)), note.etag, true);
    bucket.abortUploads(key, {.from = note.modifiedNanoseconds});
}

}  // namespace

void LostUploads::add(const std::string& name) {
    const std::lock_guard lock(mutex_);
    names_.add(name);
}

void LostUploads::throwIfAny() const {
    if (names_.count() == 0) return;
    throw Error("the server has lost what was uploaded of " +
                    storage::counted(names_.count(), "file, which is", "files, which are") +
                    " missing now: " + names_.text() + "; everything else of the restore is in place",
                "restore the archive again");
}

void placeAll(const Bucket& bucket, TaskCrew& crew, const StagingRecord& record, LostUploads* lost) {
    Placement placement(bucket, crew, lost);
    placement.read({record.stalePrefix(), record.staleBytes});
    placement.read({record.logPrefix(), record.logBytes});
}

bool isStaged(const Bucket& bucket, const StagingRecord& record) {
    return !bucket.head(record.placedKey()) && bucket.hasAny(record.staging);
}

void removeStaging(const Bucket& bucket, const StagingRecord& record) {
    // Half of a log that is no longer needed must not look like one that was damaged.
    const std::vector<std::string> last{record.placedKey()};
    bucket.write(last.front(), {});
    for (const std::string& prefix : {record.logPrefix(), record.stalePrefix(), record.uploadsPrefix()})
        removeAll(bucket, prefix);
    bucket.remove(last);
}

bool undoStaging(const Bucket& bucket, const StagingRecord& record) {
    bool any = false;
    bucket.list(record.uploadsPrefix(), [&](ListedObject&& note) {
        any = true;
        abortNoted(bucket, note);
    });
    return removeAll(bucket, record.staging) || any;
}

}  // namespace roost::s3
