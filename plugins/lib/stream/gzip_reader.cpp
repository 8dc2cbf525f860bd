#include "lib/stream/gzip_reader.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include "roost/error.hpp"

namespace roost::stream {

GzipReader::GzipReader(std::filesystem::path file)
    : GzipReader(std::make_shared<FileInput>(std::move(file))) {}

GzipReader::GzipReader(std::shared_ptr<ByteInput> input, Context* context)
    : input_(std::move(input)), context_(context), decoder_(*input_) {}

GzipReader::~GzipReader() = default;

void GzipReader::run(const std::stop_token& stop) {
    try {
        for (;;) {
            std::unique_lock lock(mutex_);
            if (!changed_.wait(lock, stop, [this] { return filled_ - freed_ < blocks; })) return;
            Block& block = ring_[filled_ % blocks];
            lock.unlock();
            block.bytes.resize(blockBytes);
            block.size = decoder_.read(block.bytes, stop);
            const bool last = block.size < blockBytes;
            lock.lock();
            filled_ += block.size == 0 ? 0 : 1;
            finished_ = last;
            changed_.notify_all();
            if (last) return;
        }
    } catch (...) {  // next() throws it where it belongs
        const std::lock_guard lock(mutex_);
        failure_ = std::current_exception();
        finished_ = true;
        changed_.notify_all();
    }
}

/// Until a block is filled or none will be.
void GzipReader::await(std::unique_lock<std::mutex>& lock) {
    constexpr std::chrono::milliseconds patience{100};
    const auto ready = [this] { return filled_ != freed_ || finished_; };
    while (!changed_.wait_for(lock, patience, ready)) {
        if (context_ == nullptr) continue;
        if (context_->stopToken().stop_requested()) throw Interrupted();
        context_->alive();
    }
}

Bytes GzipReader::next() {
    std::unique_lock lock(mutex_);
    if (!worker_.joinable()) worker_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    if (std::exchange(holding_, false)) {
        ++freed_;
        changed_.notify_all();
    }
    await(lock);
    if (filled_ != freed_) {
        holding_ = true;
        const Block& block = ring_[freed_ % blocks];
        return Bytes(block.bytes).first(block.size);
    }
    if (failure_) std::rethrow_exception(failure_);
    return {};
}

std::size_t GzipReader::read(std::span<std::byte> buffer) {
    if (rest_.empty()) rest_ = next();
    const std::size_t size = std::min(buffer.size(), rest_.size());
    if (size != 0) std::memcpy(buffer.data(), rest_.data(), size);
    rest_ = rest_.subspan(size);
    return size;
}

}  // namespace roost::stream
