#include "lib/transport/s3_target.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "lib/s3/block.hpp"
#include "lib/s3/part_upload.hpp"
#include "roost/error.hpp"

namespace roost::transport {

namespace {

constexpr unsigned uploads = 4;
constexpr std::size_t flightBytes = std::size_t{48} << 20U;
/// The list of parts grows by as many at a time.
constexpr std::size_t partsAtOnce = 1000;

/// Parts of one size, one after the other. How large the archive becomes is not known: the first ones are
/// small, so that a small one is on its way early, then there shall not be many (see s3::fewParts), and at
/// last they have to hold what comes.
struct Stretch {
    std::size_t parts;
    std::uint64_t size;
};
constexpr std::array stretches{Stretch{128, s3::smallestPart}, Stretch{8000, 3 * s3::smallestPart},
                               Stretch{s3::mostParts, 16 * s3::smallestPart}};

storage::FileDescriptor temporaryFile(const std::filesystem::path& folder) {
    std::string name = (folder / ".roost-archive.XXXXXX").native();
    storage::FileDescriptor file(::mkostemp(name.data(), O_CLOEXEC));
    if (!file) throw systemError("cannot make a temporary file in '" + folder.native() + "'", errno);
    ::unlink(name.c_str());
    return file;
}

std::size_t partIndex(std::uint64_t offset) noexcept {
    std::size_t index = 0;
    while (partBegin(index + 1) <= offset) ++index;
    return index;
}

}  // namespace

std::uint64_t partBegin(std::size_t index) noexcept {
    std::uint64_t begin = 0;
    for (const Stretch& stretch : stretches) {
        const std::size_t parts = std::min(index, stretch.parts);
        begin += parts * stretch.size;
        index -= parts;
    }
    return begin;
}

S3Target::S3Target(s3::ServerSettings settings, std::string key, stream::OnExisting onExisting,
                   Context& context)
    : client_(std::move(settings), context),
      bucket_(client_),
      key_(std::move(key)),
      onExisting_(onExisting),
      context_(context),
      file_(temporaryFile(context.temporaryFolder()), context.temporaryFolder(), context.temporaryFolder()),
      crew_(uploads),
      flight_(std::make_unique<s3::InFlight>(crew_, flightBytes)) {
    record_.bucket = s3::JournalledBucket::of(client_.address());
    record_.key = key_;
    record_.replaces = onExisting_ == stream::OnExisting::replace;
    record_.begun = bucket_.serverTime(key_);
    note();
    try {
        record_.id = bucket_.startUpload(key_, {});
        note();
    } catch (const s3::ServerRefusal& refusal) {
        if (!s3::leavesOpen(refusal)) ended_ = true;  // nothing was begun
        abort();
        throw;
    } catch (...) {
        abort();
        throw;
    }
}

void S3Target::note() {
    if (!context_.journal(record_.toJson()))
        context_.log(LogLevel::debug, "no journal could be kept for " + bucket_.shown(key_));
}

void S3Target::append(std::span<const stream::Bytes> pieces) {
    file_.append(pieces);
    sendFull();
}

void S3Target::sendFull() {
    while (partBegin(sent_.size() + 1) <= file_.size()) {
        sent_.push_back(false);
        send(sent_.size() - 1);
    }
}

/// What is uploaded is what the file holds now.
void S3Target::send(std::size_t index) {
    if (index >= s3::mostParts)
        throw Error(bucket_.shown(key_) + " grows larger than S3 takes in " + std::to_string(s3::mostParts) +
                    " parts");
    const std::uint64_t begin = partBegin(index);
    const std::uint64_t size = std::min(partBegin(index + 1), file_.size()) - begin;
    const auto block = std::make_shared<s3::Block>(std::max<std::size_t>(size, 1));
    if (file_.read(begin, block->room().first(size)) != size)
        throw Error("cannot read the temporary copy of " + bucket_.shown(key_));
    block->setSize(size);
    if (parts_.size() <= index) {
        flight_->drain();  // the tasks write to the list
        parts_.resize(index + partsAtOnce);
    }
    sent_[index] = true;
    flight_->add(block->capacity(), [this, index, block] {
        parts_[index] =
            bucket_.uploadPart(key_, record_.id, static_cast<unsigned>(index + 1), block->bytes());
    });
}

/// Two uploads of one part must not overtake each other.
void S3Target::change(std::uint64_t offset, std::uint64_t size) {
    if (size == 0) return;
    const std::size_t last = partIndex(offset + size - 1);
    for (std::size_t i = partIndex(offset); i <= last && i < sent_.size(); ++i) sent_[i] = false;
}

void S3Target::rewrite(std::uint64_t offset, stream::Bytes bytes) {
    file_.rewrite(offset, bytes);
    change(offset, bytes.size());
}

void S3Target::shift(std::uint64_t offset, std::int64_t distance) {
    const std::uint64_t from = distance < 0 ? offset - static_cast<std::uint64_t>(-distance) : offset;
    file_.shift(offset, distance);
    change(from, std::max(file_.size(), partBegin(sent_.size())) - from);
    while (!sent_.empty() && partBegin(sent_.size()) > file_.size()) sent_.pop_back();
    sendFull();
}

void S3Target::prepare() {
    flight_->drain();
    for (std::size_t i = 0; i < sent_.size(); ++i)
        if (!sent_[i]) send(i);
    if (sent_.empty() || partBegin(sent_.size()) < file_.size()) {
        sent_.push_back(false);
        send(sent_.size() - 1);
    }
    flight_->drain();
    parts_.resize(sent_.size());
    for (const s3::UploadedPart& part : parts_) record_.etags.push_back(part.etag);
    record_.size = file_.size();
    note();
}

void S3Target::commit() {
    client_.ignoreStop();
    const bool fresh = onExisting_ == stream::OnExisting::fail;
    // Not every server knows the condition.
    if (fresh && bucket_.head(key_)) throw existsAlready();
    try {
        complete(fresh ? s3::Headers{{"If-None-Match", "*"}} : s3::Headers{});
    } catch (const s3::NoAnswer& problem) {
        leaveOpen(problem);
    } catch (const s3::ServerRefusal& refusal) {
        if (s3::leavesOpen(refusal)) leaveOpen(refusal);
        if (refusal.status() == 412) throw existsAlready();
        throw;
    }
    ended_ = true;
}

void S3Target::complete(const s3::Headers& conditions) {
    try {
        bucket_.completeUpload(key_, record_.id, parts_, record_.size, conditions);
    } catch (const s3::ServerRefusal& refusal) {
        // The answer to an earlier try may have been lost: what is there is this archive then.
        if ((refusal.status() != 404 && refusal.status() != 412) || !record_.isComplete(bucket_)) throw;
    }
}

Error S3Target::existsAlready() const {
    return Error(bucket_.shown(key_) + " exists already",
                 "choose another name, or allow it to be replaced with 'on-existing: replace'");
}

/// From here on nothing of the upload may be undone: recovery looks what became of it.
void S3Target::leaveOpen(const Error& problem) {
    ended_ = true;
    throw OutcomeUnknown(std::string(problem.what()) + "; whether the archive is in place is not known",
                         problem.hint());
}

void S3Target::abort() noexcept {
    if (std::exchange(ended_, true)) return;
    try {
        client_.cancel();
        flight_.reset();  // waits for what is on its way
        client_.ignoreStop();
        client_.setPatience(s3::Patience::little);
        record_.etags.clear();
        if (record_.id.empty())
            static_cast<void>(record_.undo(bucket_));  // its answer was lost, perhaps
        else
            bucket_.abortUpload(key_, record_.id);
    } catch (const std::exception& error) {
        context_.log(LogLevel::warning, std::string(error.what()) + "; an unfinished upload of " +
                                            bucket_.shown(key_) + " is left");
        note();
    }
}

}  // namespace roost::transport
