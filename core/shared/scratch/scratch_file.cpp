#include "scratch/scratch_file.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "roost/error.hpp"

namespace roost {

namespace {

/// The stage that keeps something there is not to blame.
Error temporaryError(const std::string& action, const std::filesystem::path& folder, int errorNumber) {
    const bool full = errorNumber == ENOSPC || errorNumber == EDQUOT || errorNumber == EFBIG;
    return Error(
        systemError("cannot " + action + " a temporary file in '" + folder.string() + "'", errorNumber)
            .what(),
        full ? "free some space there, or let TMPDIR name a folder with more"
             : "let TMPDIR name a folder that can be used");
}

}  // namespace

void ScratchFile::open() {
    const int anonymous = ::open(folder_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (anonymous >= 0) {
        file_ = FileDescriptor(anonymous);
        return;
    }
    // Not every file system has O_TMPFILE.
    std::string name = (folder_ / "roost-XXXXXX").string();
    file_ = FileDescriptor(::mkostemp(name.data(), O_CLOEXEC));
    if (!file_) throw temporaryError("make", folder_, errno);
    ::unlink(name.c_str());
}

void ScratchFile::append(std::span<const char> bytes) {
    if (!file_) open();
    while (!bytes.empty()) {
        const ssize_t written = ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(end_));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw temporaryError("write", folder_, errno);
        end_ += static_cast<std::uint64_t>(written);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

void ScratchFile::read(std::uint64_t offset, std::span<char> bytes) const {
    while (!bytes.empty()) {
        const ssize_t got = ::pread(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) throw temporaryError("read", folder_, got < 0 ? errno : EIO);
        offset += static_cast<std::uint64_t>(got);
        bytes = bytes.subspan(static_cast<std::size_t>(got));
    }
}

}  // namespace roost
