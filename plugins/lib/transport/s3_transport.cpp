#include "lib/transport/s3_transport.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "lib/s3/bucket.hpp"
#include "lib/s3/object_bytes.hpp"
#include "lib/storage/shown_name.hpp"
#include "lib/transport/s3_target.hpp"
#include "lib/transport/s3_upload_record.hpp"
#include "roost/error.hpp"

namespace roost::transport {

namespace {

constexpr unsigned readers = 4;
constexpr std::size_t aheadBytes = 4 * s3::pieceSize;
constexpr std::uint64_t nearBytes = std::uint64_t{1} << 20U;

/// `file:s3://bucket/key` is what a definition makes of a variable that names an archive in a bucket.
Location withoutFile(const Location& url) {
    return url.scheme() == "file" ? Location::parse(url.rest()) : url;
}

/// One version of the object, as often as it is wanted.
class S3Input final : public stream::RepeatableInput, private stream::RandomInput {
public:
    S3Input(s3::ServerSettings settings, std::string key, Context& context)
        : client_(std::move(settings), context), bucket_(client_), key_(std::move(key)), crew_(readers) {
        const auto head = bucket_.head(key_);
        if (!head) bucket_.explainMissing(key_);
        head_ = *head;
        rewind();
    }
    ~S3Input() override { client_.cancel(); }
    S3Input(const S3Input&) = delete;
    S3Input& operator=(const S3Input&) = delete;

    std::size_t read(std::span<std::byte> buffer, const std::stop_token& stop) override {
        if (stop.stop_requested()) throw Interrupted();
        try {
            return bytes_->read(buffer);
        } catch (const s3::ServerRefusal& refusal) {
            if (refusal.status() != 412) throw;
            throw Error(bucket_.shown(key_) + " was replaced while it was read", "run it again");
        }
    }
    [[nodiscard]] std::string name() const override { return bucket_.shown(key_); }
    [[nodiscard]] bool repeatable() const noexcept override { return true; }
    void rewind() override {
        bytes_ = std::make_unique<s3::ObjectBytes>(bucket_, crew_, key_, head_, aheadBytes);
    }
    [[nodiscard]] std::string state() const override {
        return std::to_string(head_.size) + " " + head_.etag + " " +
               std::to_string(head_.modifiedNanoseconds);
    }

    [[nodiscard]] const stream::RandomInput* random() const noexcept override { return this; }

private:
    [[nodiscard]] std::uint64_t size() const override { return head_.size; }
    void read(std::uint64_t offset, std::span<std::byte> buffer) const override {
        if (offset > head_.size || buffer.size() > head_.size - offset)
            throw Error(name() + " is shorter than what it says of itself");
        while (!buffer.empty()) {
            if (!near_ || offset < nearAt_ || offset >= nearAt_ + near_->size()) fetchNear(offset);
            const auto skip = static_cast<std::size_t>(offset - nearAt_);
            const std::size_t size = std::min(buffer.size(), near_->size() - skip);
            std::memcpy(buffer.data(), near_->bytes().data() + skip, size);
            buffer = buffer.subspan(size);
            offset += size;
        }
    }
    /// Whoever reads from anywhere mostly goes on from there.
    void fetchNear(std::uint64_t offset) const {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(nearBytes, head_.size - offset));
        auto block = std::make_unique<s3::Block>(size);
        bucket_.read(key_, offset, block->room(), head_.etag, size == head_.size);
        block->setSize(size);
        near_ = std::move(block);
        nearAt_ = offset;
    }

    s3::Client client_;
    s3::Bucket bucket_;
    std::string key_;
    s3::ObjectHead head_;
    mutable std::unique_ptr<s3::Block> near_;
    mutable std::uint64_t nearAt_ = 0;
    s3::TaskCrew crew_;
    std::unique_ptr<s3::ObjectBytes> bytes_;
};

}  // namespace

S3Transport::S3Transport(const TransportOptions& options)
    : options_(options), place_(s3::placeOf(withoutFile(options.url))) {}

std::string S3Transport::problem(const TransportOptions& options) {
    const s3::ObjectPlace place = s3::placeOf(withoutFile(options.url));
    if (const std::string wrong = s3::bucketProblem(place.bucket); !wrong.empty())
        return "the url " + wrong + ": it is s3://BUCKET/KEY";
    return place.key.empty() || place.key.ends_with('/') ? "the url names no object: it is s3://BUCKET/KEY"
                                                         : "";
}

std::string S3Transport::shownTarget() const {
    return "s3://" + place_.bucket + "/" + storage::shownName(place_.key);
}

std::string S3Transport::archiveName() const { return place_.key.substr(place_.key.rfind('/') + 1); }

void S3Transport::judgeTarget(stream::OnExisting onExisting, Acceptance& acceptance, Context& context) const {
    s3::Client client(s3::serverSettings(options_, place_.bucket), context);
    const s3::Bucket bucket(client);
    static_cast<void>(
        bucket.hasAny(place_.key));  // HEAD alone cannot tell a missing bucket from a missing object
    const auto head = bucket.head(place_.key);
    if (!head) return;
    if (onExisting == stream::OnExisting::fail)
        acceptance.refusals.push_back(bucket.shown(place_.key) +
                                      " exists already; choose another name or set 'on-existing: replace'");
    else
        acceptance.warnings.push_back(bucket.shown(place_.key) + " exists (" +
                                      storage::shownSize(head->size) + ") and will be replaced");
}

std::unique_ptr<stream::ByteTarget> S3Transport::openTarget(stream::OnExisting onExisting,
                                                            Context& context) const {
    return std::make_unique<S3Target>(s3::serverSettings(options_, place_.bucket), place_.key, onExisting,
                                      context);
}

std::unique_ptr<stream::RepeatableInput> S3Transport::openInput(Context& context) const {
    return std::make_unique<S3Input>(s3::serverSettings(options_, place_.bucket), place_.key, context);
}

std::string S3Transport::recover(const Poco::JSON::Object& record, Decision decision, Context& context) {
    return S3UploadRecord::fromJson(record).recover(decision, context);
}

}  // namespace roost::transport
