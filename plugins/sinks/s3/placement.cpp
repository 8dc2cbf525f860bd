#include "sinks/s3/placement.hpp"

#include <memory>
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

/// Where a crash, or a lost answer, came after it: the object is there.
bool isPlaced(const Bucket& bucket, const StagedUpload& upload) {
    const auto head = bucket.head(upload.parts.key);
    return head && head->size == upload.size &&
           head->modifiedNanoseconds == upload.attributes.modifiedNanoseconds;
}

void placeUpload(const Bucket& bucket, const StagedUpload& upload) {
    try {
        bucket.completeUpload(upload.parts.key, upload.parts.id, upload.parts.parts);
    } catch (const ServerRefusal& refusal) {
        if (refusal.status() != 404 || refusal.code() == "NoSuchBucket" || !isPlaced(bucket, upload)) throw;
    }
}

class Placement {
public:
    Placement(const Bucket& bucket, TaskCrew& crew)
        : bucket_(bucket), crew_(crew), flight_(crew, flightBytes) {}

    void read(const std::string& key) {
        const auto head = bucket_.head(key);
        if (!head) throw Error("the log of a restore, " + bucket_.shown(key) + ", is not there any more");
        StagedLogReader log(bucket_, crew_, key, *head);
        StagedStep step;
        while (log.next(step)) std::visit([this](auto& what) { place(std::move(what)); }, step);
        removeStale();
        flight_.drain();
    }

private:
    void place(StagedFile&& file) {
        const std::size_t bytes = file.bytes->size() + overhead;
        flight_.add(bytes, [&bucket = bucket_, file = std::move(file)] {
            bucket.write(file.key, file.bytes->bytes(), attributeHeaders(file.attributes), file.hash);
        });
    }
    void place(StagedUpload&& upload) {
        flight_.add(overhead,
                    [&bucket = bucket_, upload = std::move(upload)] { placeUpload(bucket, upload); });
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

void placeAll(const Bucket& bucket, TaskCrew& crew, const StagingRecord& record) {
    Placement placement(bucket, crew);
    placement.read(record.staleKey());
    for (unsigned number = 0; number < record.logs; ++number) placement.read(record.logKey(number));
}

bool isStaged(const Bucket& bucket, const StagingRecord& record) {
    return bucket.head(record.staleKey()).has_value();
}

void removeStaging(const Bucket& bucket, const StagingRecord& record) {
    // This one tells that nothing is in place yet: it has to go first.
    const std::vector<std::string> first{record.staleKey()};
    bucket.remove(first);
    removeAll(bucket, record.staging);
}

bool undoStaging(const Bucket& bucket, const StagingRecord& record) {
    bool any = false;
    bucket.list(record.uploadsPrefix(), [&](ListedObject&& note) {
        any = true;
        abortNoted(bucket, note);
    });
    bucket.listUploads(record.staging, [&](ListedUpload&& upload) {
        any = true;
        bucket.abortUpload(upload.key, upload.id);
    });
    return removeAll(bucket, record.staging) || any;
}

}  // namespace roost::s3
