// The bounded queue between two stages.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

#include "roost/item.hpp"

namespace roost {

/// An entry without its bytes; they follow as Chunks until its EntryEnd.
using EntryHead = std::shared_ptr<const Entry>;

/// Part of a file's bytes, shared by all sinks.
struct Chunk {
    std::shared_ptr<const std::byte[]> data;
    std::size_t size = 0;
};

struct EntryEnd {
    ReadState state = ReadState::intact;
    std::string message;
};

using Message = std::variant<TableBegin, BatchPtr, TableEnd, EntryHead, Chunk, EntryEnd>;

/// A queue of messages from one thread to another, bounded by the bytes that they hold.
class Channel {
public:
    explicit Channel(std::size_t capacityBytes) : capacity_(capacityBytes) {}

    /// Waits for room. Throws Interrupted once the channel was cancelled.
    void push(Message message);
    /// Waits for a message; nothing at the end. Throws Interrupted once the channel was cancelled.
    [[nodiscard]] std::optional<Message> pop();
    /// No further push follows.
    void close();
    /// Wakes and ends both sides.
    void cancel();

private:
    struct Waiting {
        Message message;
        std::size_t bytes;
    };

    std::mutex mutex_;
    std::condition_variable notFull_;
    std::condition_variable notEmpty_;
    std::deque<Waiting> messages_;
    std::size_t bytes_ = 0;
    const std::size_t capacity_;
    bool closed_ = false;
    bool cancelled_ = false;
};

}  // namespace roost
