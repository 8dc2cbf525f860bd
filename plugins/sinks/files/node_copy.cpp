#include "sinks/files/node_copy.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include "lib/storage/file_descriptor.hpp"
#include "roost/error.hpp"

namespace roost::storage {

namespace {

int writeWhole(int file, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return 0;
}

int copyLink(int fromFolder, const char* from, const struct stat& status, int toFolder, const char* to) {
    std::string target(static_cast<std::size_t>(std::max<off_t>(status.st_size, 1)) + 1, '\0');
    const ssize_t length = ::readlinkat(fromFolder, from, target.data(), target.size());
    if (length < 0) return errno;
    target.resize(static_cast<std::size_t>(length));
    if (::symlinkat(target.c_str(), toFolder, to) != 0) return errno;
    if (::geteuid() == 0 && ::fchownat(toFolder, to, status.st_uid, status.st_gid, AT_SYMLINK_NOFOLLOW) != 0)
        return errno;
    const std::array<struct timespec, 2> times{status.st_atim, status.st_mtim};
    return ::utimensat(toFolder, to, times.data(), AT_SYMLINK_NOFOLLOW) == 0 ? 0 : errno;
}

int copyFile(int fromFolder, const char* from, int toFolder, const char* to, std::span<std::byte> buffer) {
    const FileDescriptor source = openFile(fromFolder, from);
    struct stat status {};
    if (!source || ::fstat(source.get(), &status) != 0) return errno;
    if (!S_ISREG(status.st_mode)) return EOPNOTSUPP;
    const FileDescriptor target(
        ::openat(toFolder, to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!target) return errno;
    while (const std::size_t got = readWhole(source.get(), buffer))
        if (const int error = writeWhole(target.get(), buffer.first(got)); error != 0) return error;
    if (::geteuid() == 0 && ::fchown(target.get(), status.st_uid, status.st_gid) != 0) return errno;
    if (::fchmod(target.get(), status.st_mode & 07777U) != 0) return errno;
    const std::array<struct timespec, 2> times{status.st_atim, status.st_mtim};
    return ::futimens(target.get(), times.data()) == 0 ? 0 : errno;
}

}  // namespace

std::size_t readWhole(int file, std::span<std::byte> buffer) {
    std::size_t done = 0;
    while (done < buffer.size()) {
        const ssize_t got = ::read(file, buffer.data() + done, buffer.size() - done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw systemError("cannot read a file that is there", errno);
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

std::optional<std::uint64_t> sameBytes(int left, int right, std::span<std::byte> buffer) {
    struct stat leftStatus {};
    struct stat rightStatus {};
    if (::fstat(left, &leftStatus) != 0 || ::fstat(right, &rightStatus) != 0)
        throw systemError("cannot look at a file that is there", errno);
    if (leftStatus.st_size != rightStatus.st_size) return std::nullopt;
    const std::size_t half = buffer.size() / 2;
    std::uint64_t bytes = 0;
    for (;;) {
        const std::span<std::byte> first = buffer.first(readWhole(left, buffer.first(half)));
        const std::span<std::byte> second =
            buffer.subspan(half, readWhole(right, buffer.subspan(half, half)));
        if (!std::ranges::equal(first, second)) return std::nullopt;
        if (first.empty()) return bytes;
        bytes += first.size();
    }
}

int copyNode(int fromFolder, const char* from, int toFolder, const char* to, std::span<std::byte> buffer) {
    struct stat status {};
    if (::fstatat(fromFolder, from, &status, AT_SYMLINK_NOFOLLOW) != 0) return errno;
    if (S_ISLNK(status.st_mode)) return copyLink(fromFolder, from, status, toFolder, to);
    return copyFile(fromFolder, from, toFolder, to, buffer);
}

}  // namespace roost::storage
