#include "lib/s3/part_upload.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

#include "roost/error.hpp"

namespace roost::s3 {

std::size_t partSizeFor(std::uint64_t size) noexcept {
    constexpr std::uint64_t unit = std::uint64_t{1} << 20U;
    const auto sizeFor = [size](std::uint64_t parts) {
        return ((size + parts - 1) / parts + unit - 1) / unit * unit;
    };
    const std::uint64_t comfortable = std::clamp<std::uint64_t>(sizeFor(fewParts), smallestPart, usualPart);
    return static_cast<std::size_t>(std::max(comfortable, sizeFor(mostParts)));
}

/// Shared with the tasks, which may outlive the upload's owner.
struct PartUpload::State {
    const Bucket& bucket;
    std::string key;
    Headers headers;
    std::function<void()> beforeStart;
    std::mutex starting;
    std::string id;
    mutable std::mutex mutex;
    std::vector<UploadedPart> parts;

    /// The first that needs the id gets it; those that come meanwhile wait for it.
    std::string start() {
        const std::lock_guard lock(starting);
        if (!id.empty()) return id;
        if (beforeStart) beforeStart();
        return id = bucket.startUpload(key, headers);
    }
    void send(unsigned number, const Block& block) {
        UploadedPart part = bucket.uploadPart(key, start(), number, block.bytes());
        const std::lock_guard lock(mutex);
        parts.push_back(std::move(part));
    }
};

PartUpload::PartUpload(const Bucket& bucket, InFlight& flight, std::string key, Headers headers,
                       std::size_t partSize, std::function<void()> beforeStart)
    : flight_(flight),
      state_(new State{bucket, std::move(key), std::move(headers), std::move(beforeStart), {}, {}, {}, {}}),
      partSize_(partSize) {}

void PartUpload::append(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        if (!block_) block_ = std::make_unique<Block>(partSize_);
        bytes = block_->append(bytes);
        if (block_->full()) sendPart();
    }
}

void PartUpload::sendPart() {
    if (sent_ == mostParts)
        throw Error(state_->bucket.shown(state_->key) + " grows larger than S3 takes in " +
                    std::to_string(mostParts) + " parts");
    const std::shared_ptr<Block> block = std::move(block_);
    flight_.add(block->capacity(),
                [state = state_, block, number = ++sent_] { state->send(number, *block); });
}

void PartUpload::end() {
    // An object without a byte has a part, too.
    if (!block_ && sent_ == 0) block_ = std::make_unique<Block>(1);
    if (block_) sendPart();
}

bool PartUpload::complete() const {
    const std::lock_guard lock(state_->mutex);
    return !block_ && state_->parts.size() == sent_;
}

FinishedParts PartUpload::finished() const {
    const std::lock_guard lock(state_->mutex);
    FinishedParts finished{state_->key, state_->id, state_->parts};
    std::ranges::sort(finished.parts, {}, &UploadedPart::number);
    return finished;
}

}  // namespace roost::s3
