#include "lib/stream/tar_gz.hpp"

#include <vector>

namespace roost::stream {

namespace {

constexpr std::uint64_t roostsEndBytes = 1024;

}  // namespace

void TarGzWriter::reserveFirst(const NewMember& member) {
    first_ = tar_.reserve(member);
    firstSize_ = member.size;
}

void TarGzWriter::begin(const NewMember& member) {
    unsized_ = false;
    tar_.begin(member);
}

void TarGzWriter::beginUnsized(const NewMember& member) {
    unsized_ = true;
    tar_.beginUnsized(member);
}

void TarGzWriter::end() {
    if (unsized_)
        tar_.endUnsized();
    else
        tar_.end();
}

void TarGzWriter::closeMembers(const NewMember& first) {
    tar_.finish();
    gzip_.drain();
    if (first.size != firstSize_) tar_.resize(first_, first);
    firstSize_ = first.size;
    const std::string header = TarWriter::header(first);
    gzip_.fill(first_, std::as_bytes(std::span(header)));
}

void TarGzWriter::finish() {
    const std::vector<std::byte> padding(TarWriter::padding(firstSize_));
    gzip_.fill(first_, padding);
    gzip_.finish();
}

std::string TarGzReader::endOddity() const {
    if (!gzip_.framing().isRoosts()) return "its gzip framing is another one";
    if (tar_.endBytes() != roostsEndBytes) return "its tar data ends in another way";
    return "";
}

}  // namespace roost::stream
