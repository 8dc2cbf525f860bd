#include "lib/stream/output_file.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include "lib/storage/shown_name.hpp"

namespace roost::stream {

namespace {

/// The kernel is told to write after this many bytes, so that the sync at the end finds little left to do.
constexpr std::uint64_t writebackStep = std::uint64_t{8} << 20U;
constexpr std::size_t moveBlock = std::size_t{1} << 20U;

std::string freeSpace(const std::filesystem::path& folder) {
    struct statvfs info {};
    if (::statvfs(folder.c_str(), &info) != 0) return "free space unknown";
    return storage::shownSize(std::uint64_t{info.f_bavail} * info.f_frsize) + " free";
}

off_t asOffset(std::uint64_t value) noexcept { return static_cast<off_t>(value); }

/// Takes `count` bytes off the front of the list.
void dropFront(std::span<iovec>& list, std::size_t count) noexcept {
    while (!list.empty() && count >= list.front().iov_len) {
        count -= list.front().iov_len;
        list = list.subspan(1);
    }
    if (list.empty()) return;
    list.front().iov_base = static_cast<char*>(list.front().iov_base) + count;
    list.front().iov_len -= count;
}

}  // namespace

Error writeError(const std::filesystem::path& shownAs, const std::filesystem::path& folder, int errorNumber) {
    const std::string what = "cannot write '" + storage::shownName(shownAs.native()) + "'";
    switch (errorNumber) {
        case ENOSPC:
            return Error(what + ": the file system is full (" + freeSpace(folder) + ")",
                         shownAs == folder
                             ? "make room there, or let TMPDIR name a folder with more"
                             : "make room on the file system of '" + storage::shownName(folder.native()) +
                                   "' or write elsewhere");
        case EDQUOT:
            return Error(what + ": the disk quota is used up (" + freeSpace(folder) + " on the file system)",
                         "make room, or ask for a larger quota");
        case EFBIG:
            return Error(what + ": the limit on the size of a file is reached (" + freeSpace(folder) +
                             " on the file system)",
                         "raise the limit (ulimit -f), or write to a file system that holds larger files");
        default:
            return systemError(what, errorNumber);
    }
}

void OutputFile::append(std::span<const Bytes> pieces) {
    constexpr std::size_t mostPieces = 64;
    while (!pieces.empty()) {
        std::array<iovec, mostPieces> list{};
        std::size_t used = 0;
        for (; used < mostPieces && used < pieces.size(); ++used)
            list[used] = {const_cast<std::byte*>(pieces[used].data()), pieces[used].size()};
        pieces = pieces.subspan(used);
        std::span<iovec> left = std::span(list).first(used);
        for (dropFront(left, 0); !left.empty();) {
            const ssize_t written =
                ::pwritev(file_.get(), left.data(), static_cast<int>(left.size()), asOffset(size_));
            if (written < 0 && errno == EINTR) continue;
            if (written <= 0) throw writeError(shownAs_, folder_, written < 0 ? errno : EIO);
            size_ += static_cast<std::uint64_t>(written);
            dropFront(left, static_cast<std::size_t>(written));
        }
    }
    startWriteback();
}

void OutputFile::startWriteback() {
    if (size_ - writebackStarted_ < writebackStep) return;
    // A hint only: what goes wrong here shows at sync().
    ::sync_file_range(file_.get(), asOffset(writebackStarted_), asOffset(size_ - writebackStarted_),
                      SYNC_FILE_RANGE_WRITE);
    writebackStarted_ = size_;
}

void OutputFile::rewrite(std::uint64_t offset, Bytes bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::pwrite(file_.get(), bytes.data(), bytes.size(), asOffset(offset));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) throw writeError(shownAs_, folder_, written < 0 ? errno : EIO);
        offset += static_cast<std::uint64_t>(written);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

std::size_t OutputFile::read(std::uint64_t offset, std::span<std::byte> buffer) const {
    std::size_t total = 0;
    while (!buffer.empty()) {
        const ssize_t got = ::pread(file_.get(), buffer.data(), buffer.size(), asOffset(offset));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0)
            throw systemError("cannot read back '" + storage::shownName(shownAs_.native()) + "'", errno);
        if (got == 0) break;
        total += static_cast<std::size_t>(got);
        offset += static_cast<std::uint64_t>(got);
        buffer = buffer.subspan(static_cast<std::size_t>(got));
    }
    return total;
}

void OutputFile::shift(std::uint64_t offset, std::int64_t distance) {
    if (distance > 0) moveRight(offset, static_cast<std::uint64_t>(distance));
    if (distance < 0) moveLeft(offset, static_cast<std::uint64_t>(-distance));
}

void OutputFile::moveRight(std::uint64_t offset, std::uint64_t distance) {
    std::vector<std::byte> buffer(moveBlock);
    // From the end, so that nothing is overwritten before it has been read.
    for (std::uint64_t end = size_; end > offset;) {
        const std::uint64_t begin = end - std::min<std::uint64_t>(end - offset, buffer.size());
        const std::span block = std::span(buffer).first(static_cast<std::size_t>(end - begin));
        if (read(begin, block) != block.size())
            throw Error("cannot read back '" + storage::shownName(shownAs_.native()) + "': it was cut short");
        rewrite(begin + distance, block);
        end = begin;
    }
    size_ += distance;
}

void OutputFile::moveLeft(std::uint64_t offset, std::uint64_t distance) {
    std::vector<std::byte> buffer(moveBlock);
    for (std::uint64_t begin = offset; begin < size_;) {
        const std::span block = std::span(buffer).first(
            static_cast<std::size_t>(std::min<std::uint64_t>(size_ - begin, moveBlock)));
        if (read(begin, block) != block.size())
            throw Error("cannot read back '" + storage::shownName(shownAs_.native()) + "': it was cut short");
        rewrite(begin - distance, block);
        begin += block.size();
    }
    size_ -= distance;
    if (::ftruncate(file_.get(), asOffset(size_)) != 0) throw writeError(shownAs_, folder_, errno);
    writebackStarted_ = std::min(writebackStarted_, size_);
}

OutputFile unlinkedFile(const std::filesystem::path& folder) {
    storage::FileDescriptor file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (!file) {
        std::string name = (folder / "roost-XXXXXX").native();
        file = storage::FileDescriptor(::mkostemp(name.data(), O_CLOEXEC));
        if (!file) throw systemError("cannot make a temporary file in '" + folder.native() + "'", errno);
        ::unlink(name.c_str());
    }
    return {std::move(file), folder / "(temporary file)", folder};
}

void OutputFile::sync() {
    while (::fsync(file_.get()) != 0)
        if (errno != EINTR) throw writeError(shownAs_, folder_, errno);
}

}  // namespace roost::stream
