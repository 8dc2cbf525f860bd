// Text on its way into an archive: a flat buffer that hands on what it holds when it is full.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <functional>
#include <memory>
#include <string_view>

namespace roost::archive {

/// Writers ask for room, write in place and say how far they came. Used by one thread.
class TextBuffer {
public:
    /// The most that may be asked of room() at once.
    static constexpr std::size_t mostRoom = std::size_t{64} << 10U;

    /// Takes everything that the buffer holds.
    using Drain = std::function<void(std::string_view)>;

    /// `drain` is called when `limit` bytes would be exceeded, and by flush().
    TextBuffer(std::size_t limit, Drain drain)
        : drain_(std::move(drain)),
          memory_(std::make_unique_for_overwrite<char[]>(std::max(limit, mostRoom))),
          capacity_(std::max(limit, mostRoom)),
          end_(memory_.get() + capacity_),
          at_(memory_.get()) {}

    /// `size` writable bytes. What is written there counts once advance() was called.
    [[nodiscard]] char* room(std::size_t size) {
        if (static_cast<std::size_t>(end_ - at_) < size) flush();
        return at_;
    }
    void advance(char* end) noexcept { at_ = end; }

    void append(std::string_view text) {
        while (!text.empty()) {
            const std::size_t size = std::min(text.size(), mostRoom);
            std::memcpy(room(size), text.data(), size);
            at_ += size;
            text.remove_prefix(size);
        }
    }
    void append(char character) {
        *room(1) = character;
        ++at_;
    }

    [[nodiscard]] std::string_view held() const noexcept {
        return {memory_.get(), static_cast<std::size_t>(at_ - memory_.get())};
    }
    /// Hands on what is held, if anything is.
    void flush() {
        if (at_ == memory_.get()) return;
        const std::string_view text = held();
        drain_(text);
        at_ = memory_.get();
    }
    /// Forgets what is held.
    void clear() noexcept { at_ = memory_.get(); }
    /// From now on hands on after `limit` bytes, at most those that the buffer was made for. When it is
    /// empty.
    void setLimit(std::size_t limit) noexcept {
        end_ = memory_.get() + std::clamp(limit, mostRoom, capacity_);
    }

private:
    Drain drain_;
    std::unique_ptr<char[]> memory_;
    std::size_t capacity_;
    char* end_;
    char* at_;
};

}  // namespace roost::archive
