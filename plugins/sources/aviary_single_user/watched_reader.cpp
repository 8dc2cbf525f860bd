#include "sources/aviary_single_user/watched_reader.hpp"

#include <utility>

namespace roost::single_user {

WatchedReader::WatchedReader(std::unique_ptr<ByteReader> inner, std::uint64_t size, bool hashes,
                             std::shared_ptr<Reading> reading)
    : inner_(std::move(inner)),
      size_(size),
      sha256_(hashes ? std::make_unique<stream::Sha256>() : nullptr),
      reading_(std::move(reading)) {}

WatchedReader::~WatchedReader() = default;

std::size_t WatchedReader::read(std::span<std::byte> buffer) {
    const std::size_t got = inner_->read(buffer);
    if (sha256_ && got > 0) sha256_->update(buffer.first(got));
    reading_->bytes += got;
    reading_->state = inner_->state();
    const bool ended = reading_->bytes == size_ || got == 0;
    reading_->whole = ended && reading_->bytes == size_ && reading_->state == ReadState::intact;
    if (ended && sha256_) {
        reading_->sha256 = sha256_->finish();
        sha256_.reset();
    }
    return got;
}

}  // namespace roost::single_user
