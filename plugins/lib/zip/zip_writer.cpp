#include "lib/zip/zip_writer.hpp"

#include <isa-l/crc.h>

#include <algorithm>
#include <cstring>

#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::zip {

namespace {

constexpr std::size_t chunkBytes = std::size_t{256} << 10U;
/// A member of that size and more gets a local header with room for 64 bits: deflate adds a little to what
/// does not compress.
constexpr std::uint64_t wideSize = 0xF000'0000;

/// What the scratch file keeps of a member beside its name.
struct Kept {
    std::uint64_t size, compressed, offset;
    std::int64_t modifiedSeconds;
    std::uint32_t crc, mode, nameBytes;
    std::uint16_t method;
    bool folder;
};

/// The first member stays stored, so that its place has the size of its bytes.
Record storedRecord(const stream::NewMember& member) {
    Record record;
    record.member = member;
    record.method = stored;
    record.compressed = member.size;
    return record;
}

std::uint32_t crcOf(std::uint32_t crc, stream::Bytes bytes) noexcept {
    return crc32_gzip_refl(crc, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

}  // namespace

ZipWriter::ZipWriter(stream::ByteTarget& target, const ZipOptions& options,
                     std::filesystem::path temporaryFolder, std::stop_token stop)
    : target_(target),
      stop_(std::move(stop)),
      encoder_(options.level),
      buffer_(stream::windowBytes + chunkBytes),
      directory_(std::move(temporaryFolder)) {}

void ZipWriter::append(stream::Bytes bytes) { target_.append({&bytes, 1}); }

void ZipWriter::reserveFirst(const stream::NewMember& member) {
    first_ = storedRecord(member);
    first_.offset = target_.size();
    append(localHeader(first_));
    const std::vector<std::byte> zeros(std::min<std::uint64_t>(member.size, chunkBytes));
    for (std::uint64_t left = member.size; left != 0;) {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, zeros.size()));
        append(stream::Bytes(zeros).first(size));
        left -= size;
    }
}

void ZipWriter::open(const stream::NewMember& member, bool sized) {
    if (stop_.stop_requested()) throw Interrupted();
    current_ = {};
    current_.member = member;
    current_.member.size = 0;  // grows with what is written
    promised_ = sized ? std::optional(member.size) : std::nullopt;
    current_.wide = !sized || member.size >= wideSize;
    if (member.folder || (sized && member.size == 0)) current_.method = stored;
    current_.offset = target_.size();
    append(localHeader(current_));
    history_ = 0;
    used_ = 0;
}

void ZipWriter::begin(const stream::NewMember& member) { open(member, true); }
void ZipWriter::beginUnsized(const stream::NewMember& member) { open(member, false); }

std::span<std::byte> ZipWriter::space() {
    if (used_ == buffer_.size()) encodeChunk();
    return std::span(buffer_).subspan(used_);
}

void ZipWriter::write(stream::Bytes data) {
    while (!data.empty()) {
        const std::span<std::byte> room = space();
        const std::size_t size = std::min(room.size(), data.size());
        if (data.data() != room.data()) std::memcpy(room.data(), data.data(), size);
        used_ += size;
        data = data.subspan(size);
    }
}

/// Writes what the buffer holds and keeps its end, where matches of the next chunk may reach it.
void ZipWriter::encodeChunk() {
    if (stop_.stop_requested()) throw Interrupted();
    const stream::Bytes data = stream::Bytes(buffer_).first(used_);
    encoder_.encode(data, history_, encoded_);
    target_.append(encoded_.pieces);
    for (const stream::Bytes piece : encoded_.pieces) current_.compressed += piece.size();
    current_.crc = crcOf(current_.crc, data.subspan(history_));
    current_.member.size += used_ - history_;
    const std::size_t kept = std::min(stream::windowBytes, used_);
    std::memmove(buffer_.data(), buffer_.data() + used_ - kept, kept);
    history_ = kept;
    used_ = kept;
}

void ZipWriter::end() {
    if (used_ > history_) encodeChunk();
    if (promised_ && *promised_ != current_.member.size)
        throw Error("'" + storage::shownName(current_.member.name) + "' got " +
                    std::to_string(current_.member.size) + " bytes instead of " + std::to_string(*promised_));
    if (current_.method == deflated) {
        const stream::StoredHeader last = stream::storedHeader(0, true);
        append(stream::Bytes(last));
        current_.compressed += last.size();
    }
    const std::string header = localHeader(current_);
    target_.rewrite(current_.offset, std::as_bytes(std::span(header)));
    header_ = this->header(current_.member);
    note(current_);
}

std::string ZipWriter::header(const stream::NewMember& member) const {
    return headerText(member.name, member.folder, member.mode, member.modifiedSeconds, member.size);
}

void ZipWriter::note(const Record& record) {
    const stream::NewMember& member = record.member;
    const Kept kept{member.size,
                    record.compressed,
                    record.offset,
                    member.modifiedSeconds,
                    record.crc,
                    member.mode,
                    static_cast<std::uint32_t>(member.name.size()),
                    record.method,
                    member.folder};
    directory_.append({reinterpret_cast<const char*>(&kept), sizeof kept});
    directory_.append(member.name);
    ++members_;
}

void ZipWriter::closeMembers(const stream::NewMember& first) {
    const std::uint64_t behind = first_.offset + localHeader(first_).size() + first_.member.size;
    moved_ = static_cast<std::int64_t>(first.size) - static_cast<std::int64_t>(first_.member.size);
    if (moved_ != 0) target_.shift(behind, moved_);
    const std::uint64_t offset = first_.offset;
    first_ = storedRecord(first);
    first_.offset = offset;
    firstFilled_ = 0;
}

void ZipWriter::fillFirst(stream::Bytes data) {
    if (data.size() > first_.member.size - firstFilled_)
        throw Error("the archive's writer was given more bytes for a part than it had reserved");
    target_.rewrite(first_.offset + localHeader(first_).size() + firstFilled_, data);
    first_.crc = crcOf(first_.crc, data);
    firstFilled_ += data.size();
}

void ZipWriter::finish() {
    if (firstFilled_ != first_.member.size)
        throw Error("the archive's writer was given fewer bytes for a part than it had reserved");
    const std::string header = localHeader(first_);
    target_.rewrite(first_.offset, std::as_bytes(std::span(header)));
    writeDirectory();
}

void ZipWriter::writeDirectory() {
    const std::uint64_t begin = target_.size();
    std::string text = directoryRecord(first_);
    std::uint64_t at = 0;
    for (std::uint64_t i = 0; i < members_; ++i) {
        if (text.size() >= chunkBytes) {
            if (stop_.stop_requested()) throw Interrupted();
            append(text);
            text.clear();
        }
        Kept kept{};
        directory_.read(at, {reinterpret_cast<char*>(&kept), sizeof kept});
        Record record;
        record.member.name.resize(kept.nameBytes);
        directory_.read(at + sizeof kept, record.member.name);
        at += sizeof kept + kept.nameBytes;
        record.member.folder = kept.folder;
        record.member.mode = kept.mode;
        record.member.modifiedSeconds = kept.modifiedSeconds;
        record.member.size = kept.size;
        record.method = kept.method;
        record.crc = kept.crc;
        record.compressed = kept.compressed;
        record.offset = kept.offset + static_cast<std::uint64_t>(moved_);
        text += directoryRecord(record);
    }
    append(text);
    append(directoryEnd(members_ + 1, begin, target_.size() - begin));
}

}  // namespace roost::zip
