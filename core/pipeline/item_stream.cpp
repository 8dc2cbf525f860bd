#include "pipeline/item_stream.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "roost/error.hpp"

namespace roost {

namespace {

/// Large enough that a channel's locking does not show, small enough that memory does not either.
constexpr std::size_t chunkBytes = 256 * 1024;

EntryHead headOf(const Entry& entry) {
    auto head = std::make_shared<Entry>();
    head->type = entry.type;
    head->kind = entry.kind;
    head->owner = entry.owner;
    head->path = entry.path;
    head->size = entry.size;
    head->mode = entry.mode;
    head->modifiedNanoseconds = entry.modifiedNanoseconds;
    return head;
}

}  // namespace

/// The consumer's end of an entry: hands out its chunks until its EntryEnd.
class ItemReader::ChunkReader {
public:
    ChunkReader(Channel& channel, Heartbeat& heartbeat) : channel_(channel), heartbeat_(heartbeat) {}

    std::size_t read(std::span<std::byte> buffer) {
        while (!ended_ && position_ == chunk_.size) receive();
        const std::size_t size = std::min(buffer.size(), chunk_.size - position_);
        if (size > 0) std::memcpy(buffer.data(), chunk_.data.get() + position_, size);
        position_ += size;
        return size;
    }

    void drain() {
        position_ = chunk_.size;
        while (!ended_) {
            receive();
            position_ = chunk_.size;
        }
    }

    [[nodiscard]] const EntryEnd& end() const noexcept { return end_; }

private:
    void receive() {
        const Heartbeat::Pause pause(heartbeat_);
        std::optional<Message> message = channel_.pop();
        if (!message) throw Interrupted();  // the other side broke off
        if (auto* chunk = std::get_if<Chunk>(&*message)) {
            chunk_ = std::move(*chunk);
            position_ = 0;
        } else {
            end_ = std::move(std::get<EntryEnd>(*message));
            chunk_ = {};
            position_ = 0;
            ended_ = true;
        }
    }

    Channel& channel_;
    Heartbeat& heartbeat_;
    Chunk chunk_;
    std::size_t position_ = 0;
    EntryEnd end_;
    bool ended_ = false;
};

namespace {

/// The ByteReader that a stage holds; it shares the chunks with the ItemReader, which drains what is left.
template <class Chunks>
class SharedReader final : public ByteReader {
public:
    explicit SharedReader(std::shared_ptr<Chunks> chunks) : chunks_(std::move(chunks)) {}
    std::size_t read(std::span<std::byte> buffer) override { return chunks_->read(buffer); }
    [[nodiscard]] ReadState state() const noexcept override { return chunks_->end().state; }
    [[nodiscard]] std::string message() const override { return chunks_->end().message; }

private:
    std::shared_ptr<Chunks> chunks_;
};

}  // namespace

ItemReader::~ItemReader() = default;

bool ItemReader::next(Item& item) {
    if (open_) {
        open_->drain();
        open_.reset();
    }
    std::optional<Message> message = [&] {
        const Heartbeat::Pause pause(heartbeat_);
        return channel_.pop();
    }();
    if (!message) return false;
    if (auto* head = std::get_if<EntryHead>(&*message)) {
        Entry entry;
        entry.type = (*head)->type;
        entry.kind = (*head)->kind;
        entry.owner = (*head)->owner;
        entry.path = (*head)->path;
        entry.size = (*head)->size;
        entry.mode = (*head)->mode;
        entry.modifiedNanoseconds = (*head)->modifiedNanoseconds;
        if (entry.type == EntryType::file) {
            open_ = std::make_shared<ChunkReader>(channel_, heartbeat_);
            entry.content = std::make_unique<SharedReader<ChunkReader>>(open_);
        }
        item = std::move(entry);
    } else if (auto* batch = std::get_if<BatchPtr>(&*message)) {
        item = std::move(*batch);
    } else if (auto* begin = std::get_if<TableBegin>(&*message)) {
        item = *begin;
    } else {
        item = std::get<TableEnd>(*message);
    }
    return true;
}

void ItemWriter::send(const Message& message, bool isEntry) {
    const Heartbeat::Pause pause(heartbeat_);
    for (const Outlet& outlet : outlets_)
        if (isEntry ? outlet.entries : outlet.tables) outlet.channel->push(message);
}

void ItemWriter::write(Item& item) {
    if (auto* entry = std::get_if<Entry>(&item)) return writeEntry(*entry);
    if (auto* batch = std::get_if<BatchPtr>(&item)) send(std::move(*batch), false);
    if (const auto* begin = std::get_if<TableBegin>(&item)) send(*begin, false);
    if (const auto* end = std::get_if<TableEnd>(&item)) send(*end, false);
}

void ItemWriter::writeEntry(Entry& entry) {
    send(headOf(entry), true);
    if (entry.type != EntryType::file) return;
    if (!entry.content) throw Error("file " + entry.displayName() + " came without content");
    std::uint64_t total = 0;
    for (;;) {
        // One byte more than is expected, so that the end of a small file needs no second buffer.
        const std::size_t wanted =
            std::min<std::uint64_t>(chunkBytes, entry.size > total ? entry.size - total : 1);
        auto buffer = std::make_shared_for_overwrite<std::byte[]>(wanted);
        std::size_t filled = 0;
        bool ended = false;
        while (filled < wanted && !ended) {
            const Heartbeat::Call call(heartbeat_);
            const std::size_t got = entry.content->read({buffer.get() + filled, wanted - filled});
            if (got > wanted - filled)
                throw Error("the reader of " + entry.displayName() + " overran its buffer");
            filled += got;
            ended = got == 0;
        }
        total += filled;
        moved_ += filled;
        if (total > entry.size)
            throw Error("file " + entry.displayName() + " gave more bytes than the " +
                        std::to_string(entry.size) + " that were announced");
        if (filled > 0) send(Chunk{std::move(buffer), filled}, true);
        if (ended) break;
    }
    const ReadState state = entry.content->state();
    // A target would take what is missing for the whole.
    if (total < entry.size && state == ReadState::intact)
        throw Error("file " + entry.displayName() + " gave " + std::to_string(total) + " of the " +
                    std::to_string(entry.size) + " bytes that were announced, and no reason");
    send(EntryEnd{state, entry.content->message()}, true);
}

void ItemWriter::close() {
    for (const Outlet& outlet : outlets_) outlet.channel->close();
}

}  // namespace roost
