#include "sinks/s3/log_segments.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "lib/s3/error_answer.hpp"

namespace roost::s3 {

SegmentWriter::SegmentWriter(const Bucket& bucket, InFlight& flight, std::string prefix)
    : bucket_(bucket), flight_(flight), segments_{std::move(prefix), 0} {}

void SegmentWriter::append(std::span<const std::byte> bytes) {
    segments_.bytes += bytes.size();
    while (!bytes.empty()) {
        if (!block_) block_ = std::make_unique<Block>(segmentBytes);
        bytes = block_->append(bytes);
        if (block_->full()) send();
    }
}

void SegmentWriter::send() {
    const std::shared_ptr<Block> block = std::move(block_);
    flight_.add(block->capacity(), [&bucket = bucket_, block, key = segments_.key(++sent_)] {
        bucket.write(key, block->bytes());
    });
}

Segments SegmentWriter::end() {
    if (block_) send();
    return segments_;
}

SegmentReader::SegmentReader(const Bucket& bucket, TaskCrew& crew, Segments segments, std::size_t aheadBytes)
    : ahead_(bucket, crew, aheadBytes), segments_(std::move(segments)) {}

void SegmentReader::askAhead() {
    while (asked_ * segmentBytes < segments_.bytes) {
        const std::uint64_t left = segments_.bytes - asked_ * segmentBytes;
        const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(segmentBytes, left));
        if (!ahead_.hasRoom(length)) return;
        ahead_.ask({.key = segments_.key(++asked_), .length = length, .whole = true});
    }
}

void SegmentReader::take() {
    askAhead();
    if (ahead_.held() == 0) throw SegmentsDamaged("it ends too soon");
    try {
        block_ = ahead_.take().block;
    } catch (const NoAnswer&) {
        throw;
    } catch (const ServerRefusal& refusal) {
        if (refusal.status() != 404 || refusal.code() == "NoSuchBucket") throw;
        throw SegmentsDamaged(refusal.what());
    } catch (const Error& error) {  // its size, or its ETag
        throw SegmentsDamaged(error.what());
    }
    used_ = 0;
    askAhead();
}

void SegmentReader::fill(std::span<std::byte> into) {
    while (!into.empty()) {
        if (!block_ || used_ == block_->size()) take();
        const std::size_t size = std::min(into.size(), block_->size() - used_);
        std::memcpy(into.data(), block_->bytes().data() + used_, size);
        used_ += size;
        into = into.subspan(size);
    }
}

}  // namespace roost::s3
