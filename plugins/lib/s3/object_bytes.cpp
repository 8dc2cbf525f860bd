#include "lib/s3/object_bytes.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "roost/error.hpp"

namespace roost::s3 {

ObjectBytes::ObjectBytes(const Bucket& bucket, TaskCrew& crew, std::string key, const ObjectHead& head,
                         std::size_t aheadBytes)
    : bucket_(bucket),
      ahead_(bucket, crew, aheadBytes),
      key_(std::move(key)),
      size_(head.size),
      etag_(head.etag) {
    if (size_ > pieceSize && isMd5Etag(etag_, head.serverSideEncryption)) digest_.emplace();
}

void ObjectBytes::askAhead() {
    while (asked_ < size_) {
        const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(pieceSize, size_ - asked_));
        if (!ahead_.hasRoom(length)) return;
        ahead_.ask({key_, etag_, asked_, length, length == size_});
        asked_ += length;
    }
}

std::size_t ObjectBytes::read(std::span<std::byte> buffer) {
    if (buffer.empty() || given_ == size_) return 0;
    if (!block_ || used_ == block_->size()) {
        askAhead();
        block_ = ahead_.take().block;
        used_ = 0;
        if (digest_) digest_->add(block_->bytes());
        askAhead();
    }
    const std::size_t size = std::min(buffer.size(), block_->size() - used_);
    std::memcpy(buffer.data(), block_->bytes().data() + used_, size);
    used_ += size;
    given_ += size;
    if (given_ == size_) checkDigest();
    return size;
}

void ObjectBytes::checkDigest() {
    block_.reset();
    if (digest_ && digest_->hex() != etag_)
        throw Error("the bytes of " + bucket_.shown(key_) + " are not those that its ETag was made of",
                    "it is damaged on the way or at the server: read it with another program and compare");
}

}  // namespace roost::s3
