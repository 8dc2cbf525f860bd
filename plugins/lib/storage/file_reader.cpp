#include "lib/storage/file_reader.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::storage {

namespace {

/// Below this size the whole file comes with the first read, and advice would only cost a call.
constexpr std::uint64_t adviceFrom = std::uint64_t{256} << 10U;

bool sameTime(const struct timespec& a, const struct timespec& b) noexcept {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

}  // namespace

FileReader::FileReader(FileDescriptor file, const struct stat& status, std::string name, ReadPolicy policy)
    : file_(std::move(file)),
      size_(static_cast<std::uint64_t>(status.st_size)),
      modified_(status.st_mtim),
      name_(std::move(name)),
      policy_(policy) {
    if (size_ >= adviceFrom) ::posix_fadvise(file_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
}

std::size_t FileReader::read(std::span<std::byte> buffer) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), size_ - done_));
    std::size_t got = 0;
    while (got < wanted && !ended_) {
        const std::size_t part = readOnce(buffer.subspan(got, wanted - got));
        got += part;
        done_ += part;
    }
    if (!ended_ && done_ == size_) checkUnchanged();
    return got;
}

std::size_t FileReader::readOnce(std::span<std::byte> buffer) {
    for (;;) {
        const ssize_t got = ::read(file_.get(), buffer.data(), buffer.size());
        if (got > 0) return static_cast<std::size_t>(got);
        if (got < 0 && errno == EINTR) continue;
        const std::string progress = std::to_string(done_) + " of " + counted(size_, "byte", "bytes");
        if (got == 0)
            settle(ReadState::shrank, "shrank while it was read: " + progress + " came");
        else
            settle(ReadState::failed,
                   "could not be read after " + progress + ": " + std::generic_category().message(errno));
        return 0;
    }
}

void FileReader::checkUnchanged() {
    struct stat now {};
    if (::fstat(file_.get(), &now) != 0)
        settle(ReadState::failed,
               "could not be checked for changes: " + std::generic_category().message(errno));
    else if (static_cast<std::uint64_t>(now.st_size) > size_)
        settle(ReadState::grew, "grew while it was read: its first " + counted(size_, "byte", "bytes") +
                                    " of " + std::to_string(now.st_size) + " were taken");
    else if (!sameTime(now.st_mtim, modified_) || static_cast<std::uint64_t>(now.st_size) != size_)
        settle(ReadState::modified, "was modified while it was read: its bytes may be of different versions");
    else
        settle(ReadState::intact, {});
}

void FileReader::settle(ReadState state, std::string message) {
    ended_ = true;
    file_.close();
    state_ = state;
    message_ = std::move(message);
    if (state == ReadState::failed && policy_.failOnError)
        throw Error(name_ + " " + message_,
                    "check the disk, or set 'on-unreadable: skip' to go on without such files");
    if (state != ReadState::intact && state != ReadState::failed && policy_.failOnChange)
        throw Error(name_ + " " + message_,
                    "run it again when nothing writes there, or set 'on-changed: warn' to go on");
}

}  // namespace roost::storage
