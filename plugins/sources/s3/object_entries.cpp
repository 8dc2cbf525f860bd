#include "sources/s3/object_entries.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "lib/storage/file_reader.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::s3 {

namespace {

constexpr unsigned readers = 12;
constexpr std::size_t aheadBytes = std::size_t{24} << 20U;
constexpr std::size_t replacedAheadBytes = 2 * pieceSize;
constexpr std::uint32_t folderMode = 0755;
constexpr const char* changingHint =
    "run it again when nothing writes there, or set 'on-changed: warn' to go on";

bool isGone(const ServerRefusal& refusal) {
    return refusal.status() == 404 && refusal.code() != "NoSuchBucket";
}
bool isOther(const ServerRefusal& refusal) { return refusal.status() == 412; }

}  // namespace

/// The bytes of the object that is read, piece by piece.
class ObjectEntries::Reader final : public ByteReader {
public:
    Reader(ObjectEntries& entries, std::string name, std::uint64_t size, Fetched first)
        : entries_(entries),
          name_(std::move(name)),
          size_(size),
          etag_(first.head.etag),
          piece_(std::move(first)) {
        const bool several = size_ > piece_.block->size();
        if (several && isMd5Etag(etag_, piece_.head.serverSideEncryption)) digest_.emplace();
        if (digest_) digest_->add(piece_.block->bytes());
    }

    std::size_t read(std::span<std::byte> buffer) override {
        std::size_t got = 0;
        while (got < buffer.size() && given_ < size_ && state_ == ReadState::intact) {
            if (used_ == piece_.block->size() && !nextPiece()) break;
            const std::size_t size = std::min(buffer.size() - got, piece_.block->size() - used_);
            std::memcpy(buffer.data() + got, piece_.block->bytes().data() + used_, size);
            used_ += size;
            given_ += size;
            got += size;
        }
        return got;
    }
    [[nodiscard]] ReadState state() const noexcept override { return state_; }
    [[nodiscard]] std::string message() const override { return message_; }

private:
    bool nextPiece() {
        try {
            piece_ = entries_.takePiece();
        } catch (const ServerRefusal& refusal) {
            if (!isGone(refusal) && !isOther(refusal)) throw;
            state_ = ReadState::shrank;
            message_ = std::string(isGone(refusal) ? "was removed" : "was replaced") +
                       " while it was read: " + std::to_string(given_) + " of " +
                       storage::counted(size_, "byte", "bytes") + " came";
            if (entries_.choice_.onChanged == storage::OnChanged::fail)
                throw Error(name_ + " " + message_, changingHint);
            return false;
        }
        used_ = 0;
        if (digest_) digest_->add(piece_.block->bytes());
        const bool last = given_ + piece_.block->size() == size_;
        if (last && digest_ && digest_->hex() != etag_)
            throw Error(
                "the bytes of " + name_ + " are not those that its ETag was made of",
                "it is damaged on the way or at the server: read it with another program and compare");
        entries_.askAhead();
        return true;
    }

    ObjectEntries& entries_;
    std::string name_;
    std::uint64_t size_;
    std::string etag_;
    Fetched piece_;
    std::optional<Md5> digest_;
    std::size_t used_ = 0;
    std::uint64_t given_ = 0;
    ReadState state_ = ReadState::intact;
    std::string message_;
};

namespace {

/// An object that was written again between the list and the read: its present version.
class PresentVersion final : public ByteReader {
public:
    PresentVersion(const Bucket& bucket, TaskCrew& crew, const std::string& key, const ObjectHead& head)
        : bytes_(bucket, crew, key, head, replacedAheadBytes) {}
    std::size_t read(std::span<std::byte> buffer) override { return bytes_.read(buffer); }

private:
    ObjectBytes bytes_;
};

}  // namespace

ObjectEntries::ObjectEntries(const Bucket& bucket, const KeyLayout& keys, const storage::Layout& layout,
                             ObjectInventory& inventory, storage::ReadChoice choice, Context& context)
    : bucket_(bucket),
      keys_(keys),
      layout_(layout),
      inventory_(inventory),
      choice_(choice),
      context_(context),
      crew_(readers),
      ahead_(bucket, crew_, aheadBytes) {}

ObjectEntries::~ObjectEntries() { bucket_.client().cancel(); }

void ObjectEntries::askAhead() {
    for (;;) {
        if (upcoming_.empty() || upcoming_.back().allAsked) {
            if (listed_ || (!upcoming_.empty() && !ahead_.hasRoom(0))) return;
            auto object = inventory_.next();
            if (!object) {
                listed_ = true;
                return;
            }
            std::string key = keys_.key(object->kind, object->owner, object->path);
            if (object->folder && !key.ends_with('/')) key += '/';
            upcoming_.push_back({std::move(*object), std::move(key), 0, 0, false});
        }
        Upcoming& last = upcoming_.back();
        const std::uint64_t size = last.object.size;
        const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(pieceSize, size - last.asked));
        if (!ahead_.hasRoom(length)) return;
        ahead_.ask({last.key, last.object.etag, last.asked, length, length == size});
        last.asked += length;
        ++last.pieces;
        last.allAsked = last.asked == size;
    }
}

Fetched ObjectEntries::takePiece() {
    if (upcoming_.front().pieces == 0) askAhead();
    --upcoming_.front().pieces;
    return ahead_.take();
}

/// Passes over what was asked of the object that was read and is not wanted any more.
void ObjectEntries::leave() {
    for (Upcoming& last = upcoming_.front(); last.pieces > 0; --last.pieces) {
        try {
            static_cast<void>(ahead_.take());
        } catch (const ServerRefusal&) {  // nobody wants it
        }
    }
    upcoming_.pop_front();
    reading_ = false;
}

bool ObjectEntries::next(Entry& entry) {
    for (;;) {
        if (reading_) leave();
        askAhead();
        if (upcoming_.empty()) return false;
        reading_ = true;
        Upcoming& next = upcoming_.front();
        entry = Entry();
        entry.kind = layout_.kinds()[next.object.kind].kind;
        entry.owner = next.object.owner;
        entry.path = next.object.path;
        if (describe(next, entry)) return true;
    }
}

bool ObjectEntries::describe(Upcoming& next, Entry& entry) {
    Fetched first;
    try {
        first = takePiece();
    } catch (const ServerRefusal& refusal) {
        if (isGone(refusal)) return vanished(entry);
        if (isOther(refusal)) return replaced(next, entry);
        if (choice_.onUnreadable == storage::OnUnreadable::fail || refusal.status() != 403) throw;
        context_.setAside(storage::shownName(entry.displayName()),
                          std::string("left out, because it cannot be read: ") + refusal.what());
        return false;
    }
    entry.modifiedNanoseconds = first.head.modifiedNanoseconds;
    entry.mode = first.head.mode.value_or(next.object.folder ? folderMode : entry.mode);
    if (next.object.folder) {
        entry.type = EntryType::folder;
        return true;
    }
    entry.size = next.object.size;
    entry.content = std::make_unique<Reader>(*this, storage::shownName(entry.displayName()), entry.size,
                                             std::move(first));
    return true;
}

bool ObjectEntries::replaced(Upcoming& next, Entry& entry) {
    const auto head = bucket_.head(next.key);
    if (!head) return vanished(entry);
    // The list's version is not asked for any more.
    next.allAsked = true;
    if (next.object.folder) entry.type = EntryType::folder;
    entry.modifiedNanoseconds = head->modifiedNanoseconds;
    entry.mode = head->mode.value_or(next.object.folder ? folderMode : entry.mode);
    if (next.object.folder) return true;
    entry.size = head->size;
    entry.content = std::make_unique<PresentVersion>(bucket_, crew_, next.key, *head);
    return true;
}

bool ObjectEntries::vanished(Entry& entry) const {
    if (choice_.onChanged == storage::OnChanged::fail)
        throw Error(storage::shownName(entry.displayName()) + " vanished before it could be read",
                    changingHint);
    entry.content = std::make_unique<storage::VanishedFile>("vanished before it could be read");
    return true;
}

}  // namespace roost::s3
