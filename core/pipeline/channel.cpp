#include "pipeline/channel.hpp"

#include "roost/error.hpp"

namespace roost {

namespace {

/// What a message without content costs: its place in the queue and its strings, roughly.
constexpr std::size_t smallMessage = 256;

std::size_t bytesOf(const Message& message) {
    if (const auto* batch = std::get_if<BatchPtr>(&message)) return (*batch)->bytes() + smallMessage;
    if (const auto* chunk = std::get_if<Chunk>(&message)) return chunk->size + smallMessage;
    return smallMessage;
}

}  // namespace

void Channel::push(Message message) {
    const std::size_t bytes = bytesOf(message);
    std::unique_lock lock(mutex_);
    // One message always fits, however large it is.
    notFull_.wait(lock, [&] { return cancelled_ || messages_.empty() || bytes_ + bytes <= capacity_; });
    if (cancelled_) throw Interrupted();
    messages_.push_back({std::move(message), bytes});
    bytes_ += bytes;
    if (messages_.size() == 1) notEmpty_.notify_one();
}

std::optional<Message> Channel::pop() {
    std::unique_lock lock(mutex_);
    notEmpty_.wait(lock, [&] { return cancelled_ || closed_ || !messages_.empty(); });
    if (cancelled_) throw Interrupted();
    if (messages_.empty()) return std::nullopt;
    Waiting first = std::move(messages_.front());
    messages_.pop_front();
    bytes_ -= first.bytes;
    notFull_.notify_one();
    return std::move(first.message);
}

void Channel::close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    notEmpty_.notify_all();
}

void Channel::cancel() {
    const std::scoped_lock lock(mutex_);
    cancelled_ = true;
    notEmpty_.notify_all();
    notFull_.notify_all();
}

}  // namespace roost
