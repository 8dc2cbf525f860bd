#include "lib/openpgp/decrypting_input.hpp"

#include <algorithm>
#include <chrono>

#include "lib/openpgp/message.hpp"
#include "lib/storage/shown_name.hpp"
#include "lib/stream/expansion.hpp"
#include "roost/error.hpp"

namespace roost::openpgp {

DecryptingInput::DecryptingInput(std::shared_ptr<stream::ByteInput> input, DecryptOptions options)
    : input_(std::move(input)), options_(std::move(options)) {}

DecryptingInput::~DecryptingInput() {
    worker_.request_stop();
    changed_.notify_all();
}

void DecryptingInput::run(const std::stop_token& stop) {
    std::exception_ptr failure;
    try {
        std::uint64_t packed = 0;
        std::uint64_t plain = 0;
        decrypt(
            options_, name(),
            [&](std::span<std::byte> buffer) {
                const std::size_t got = input_->read(buffer, stop);
                packed += got;
                return got;
            },
            [&](stream::Bytes bytes) {
                plain += bytes.size();
                if (plain > stream::mostUnpacked(packed))
                    throw Error(name() + " is refused: its encrypted data unpacks to more than " +
                                    storage::shownSize(stream::mostUnpacked(packed)),
                                "no backup that roost or Aviary wrote does; nothing was changed");
                take(bytes, stop);
            });
        handOver(stop);
    } catch (...) {  // read() throws it where it belongs
        failure = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    failure_ = failure;
    finished_ = true;
    changed_.notify_all();
}

/// Only the worker touches the block that is being filled.
void DecryptingInput::take(stream::Bytes bytes, const std::stop_token& stop) {
    while (!bytes.empty() && !dropping_) {
        std::vector<std::byte>& block = ring_.at(filled_ % blocks);
        const std::size_t size = std::min(bytes.size(), blockBytes - block.size());
        block.insert(block.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        bytes = bytes.subspan(size);
        if (block.size() == blockBytes) handOver(stop);
    }
}

void DecryptingInput::handOver(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (dropping_ || ring_.at(filled_ % blocks).empty()) return;
    ++filled_;
    changed_.notify_all();
    // The next block must be free before anything is put into it.
    if (!changed_.wait(lock, stop, [this] { return dropping_ || filled_ - freed_ < blocks; }))
        throw Interrupted();
    if (!dropping_) ring_.at(filled_ % blocks).clear();
}

void DecryptingInput::finish(Context& context) {
    constexpr std::chrono::milliseconds patience{100};
    std::unique_lock lock(mutex_);
    dropping_ = true;
    changed_.notify_all();
    while (worker_.joinable() && !changed_.wait_for(lock, patience, [this] { return finished_; })) {
        if (context.stopToken().stop_requested()) throw Interrupted();
        context.alive();
    }
    if (failure_) std::rethrow_exception(failure_);
}

std::size_t DecryptingInput::read(std::span<std::byte> buffer, const std::stop_token& stop) {
    if (!worker_.joinable()) worker_ = std::jthread([this](const std::stop_token& own) { run(own); });
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [this] { return filled_ != freed_ || finished_; })) throw Interrupted();
    if (filled_ == freed_) {
        if (failure_) std::rethrow_exception(failure_);
        return 0;
    }
    const std::vector<std::byte>& block = ring_.at(freed_ % blocks);
    const std::size_t size = std::min(buffer.size(), block.size() - used_);
    std::copy_n(block.begin() + static_cast<std::ptrdiff_t>(used_), size, buffer.begin());
    used_ += size;
    if (used_ == block.size()) {
        used_ = 0;
        ++freed_;
        changed_.notify_all();
    }
    return size;
}

}  // namespace roost::openpgp
