#include "lib/s3/read_ahead.hpp"

#include <utility>

#include "lib/s3/checksums.hpp"
#include "roost/error.hpp"

namespace roost::s3 {

struct ReadAhead::Held {
    Piece piece;
    Fetched fetched;
    std::future<void> done;
};

namespace {

/// What a piece takes beside its bytes.
constexpr std::size_t overhead = 1024;

void checkDigest(const Bucket& bucket, const Piece& piece, const Fetched& fetched) {
    if (!piece.whole || !isMd5Etag(fetched.head.etag, fetched.head.serverSideEncryption)) return;
    Md5 digest;
    digest.add(fetched.block->bytes());
    if (digest.hex() != fetched.head.etag)
        throw Error("the bytes of " + bucket.shown(piece.key) + " are not those that its ETag was made of",
                    "it is damaged on the way or at the server: read it with another program and compare");
}

}  // namespace

ReadAhead::~ReadAhead() {
    for (const auto& held : pieces_) {
        held->done.wait();
        held->done = {};  // its task holds the piece
    }
}

bool ReadAhead::hasRoom(std::size_t length) const noexcept {
    return pieces_.empty() ||
           (bytes_ + length + overhead <= mostBytes_ && pieces_.size() < std::size_t{4} * crew_.threads());
}

void ReadAhead::ask(Piece piece) {
    auto held = std::make_shared<Held>();
    held->piece = std::move(piece);
    bytes_ += held->piece.length + overhead;
    held->done = crew_.submit([held, &bucket = bucket_] {
        const Piece& wanted = held->piece;
        Fetched& fetched = held->fetched;
        fetched.block = std::make_unique<Block>(wanted.length);
        fetched.head =
            bucket.read(wanted.key, wanted.offset, fetched.block->room(), wanted.etag, wanted.whole);
        fetched.block->setSize(wanted.length);
        checkDigest(bucket, wanted, fetched);
    });
    pieces_.push_back(std::move(held));
}

Fetched ReadAhead::take() {
    const std::shared_ptr<Held> held = std::move(pieces_.front());
    pieces_.pop_front();
    bytes_ -= held->piece.length + overhead;
    held->done.get();
    return std::move(held->fetched);
}

}  // namespace roost::s3
