#include "lib/stream/partial_file.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string_view>
#include <system_error>

#include "lib/storage/shown_name.hpp"

namespace roost::stream {

namespace {

constexpr std::string_view suffix = ".roost-partial";
constexpr std::string_view randomPart = ".XXXXXX";
constexpr std::size_t longestName = 255;

std::string quoted(const std::filesystem::path& path) {
    return "'" + storage::shownName(path.native()) + "'";
}

Error nameTaken(const std::filesystem::path& target) {
    return Error(quoted(target) + " exists already",
                 "choose another name, or allow it to be replaced with 'on-existing: replace'");
}

/// ".NAME.XXXXXX.roost-partial", with NAME cut so that all of it is a possible file name.
std::string temporaryTemplate(const std::filesystem::path& target) {
    std::string name = "." + target.filename().native();
    name.resize(std::min(name.size(), longestName - randomPart.size() - suffix.size()));
    return (folderOf(target) / name).native() + std::string(randomPart) + std::string(suffix);
}

/// A run that tidies up may take the file between its creation and its lock: then another is made.
storage::FileDescriptor makeLocked(const std::filesystem::path& target, std::filesystem::path& made) {
    for (;;) {
        std::string name = temporaryTemplate(target);
        storage::FileDescriptor file(::mkostemps(name.data(), static_cast<int>(suffix.size()), O_CLOEXEC));
        if (!file) {
            const int reason = errno;
            if (reason == ENOSPC || reason == EDQUOT) throw writeError(target, folderOf(target), reason);
            throw systemError("cannot make a file in the folder " + quoted(folderOf(target)), reason);
        }
        struct stat info {};
        if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0 && ::fstat(file.get(), &info) == 0 &&
            info.st_nlink > 0) {
            made = name;
            return file;
        }
        if (errno != EWOULDBLOCK && info.st_nlink > 0) {
            made = name;  // a file system without locks: nothing is gained by trying again
            return file;
        }
    }
}

/// True when `from` now has the name `to`, which was free. errno tells the reason otherwise.
bool renameToFreeName(const char* from, const char* to) noexcept {
    if (::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return true;
    if (errno != EINVAL && errno != ENOSYS) return false;
    // Not every file system can rename so; a link never replaces anything either.
    if (::link(from, to) != 0) return false;
    ::unlink(from);
    return true;
}

void syncFolder(const std::filesystem::path& folder) noexcept {
    const storage::FileDescriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (descriptor) ::fsync(descriptor.get());
}

bool isPartialName(std::string_view name) noexcept {
    return name.size() > suffix.size() + randomPart.size() && name.front() == '.' && name.ends_with(suffix);
}

}  // namespace

std::filesystem::path folderOf(const std::filesystem::path& target) {
    return target.has_parent_path() ? target.parent_path() : std::filesystem::path(".");
}

std::string longNameRefusal(const std::filesystem::path& target, std::string_view suffix) {
    struct stat info {};
    const std::string whole = target.native() + std::string(suffix);
    if (::lstat(whole.c_str(), &info) == 0 || errno != ENAMETOOLONG) return {};
    const long limit = ::pathconf(folderOf(target).c_str(), _PC_NAME_MAX);
    const std::size_t most = (limit > 0 ? static_cast<std::size_t>(limit) : longestName) - suffix.size();
    const std::size_t size = target.filename().native().size();
    return "the name '" + storage::shownName(target.filename().native()) + "' is too long" +
           (size > most
                ? ": " + std::to_string(size) + " bytes, where " + std::to_string(most) + " are possible"
                : "") +
           "; choose a shorter one";
}

PartialFile::PartialFile(std::filesystem::path target, OnExisting onExisting)
    : target_(std::move(target)), onExisting_(onExisting) {
    storage::FileDescriptor file = makeLocked(target_, temporary_);
    file_ = OutputFile(std::move(file), target_, folderOf(target_));
}

void PartialFile::commit() {
    const bool done = onExisting_ == OnExisting::replace
                          ? ::rename(temporary_.c_str(), target_.c_str()) == 0
                          : renameToFreeName(temporary_.c_str(), target_.c_str());
    if (!done) {
        const int reason = errno;
        if (reason == EEXIST) throw nameTaken(target_);
        throw systemError("cannot give the finished archive the name " + quoted(target_), reason);
    }
    // From here on the archive shows, so nothing may throw. Its bytes are on disk; a folder that cannot be
    // synced can at worst lose the new name in a power cut, and the next sync of the disk writes it anyway.
    temporary_.clear();
    syncFolder(folderOf(target_));
    file_.close();
}

void PartialFile::abort() noexcept {
    if (temporary_.empty()) return;
    ::unlink(temporary_.c_str());
    temporary_.clear();
    file_.close();
}

bool removeStalePartial(const std::filesystem::path& file) {
    if (!isPartialName(file.filename().native())) return false;
    const storage::FileDescriptor open(
        ::open(file.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    struct stat info {};
    if (!open || ::fstat(open.get(), &info) != 0 || !S_ISREG(info.st_mode)) return false;
    if (::flock(open.get(), LOCK_EX | LOCK_NB) != 0) return false;
    return ::unlink(file.c_str()) == 0;
}

std::vector<std::string> removeStalePartials(const std::filesystem::path& folder) {
    std::vector<std::string> removed;
    std::error_code ignored;  // a folder that cannot be listed holds nothing that could be tidied
    for (std::filesystem::directory_iterator at(folder, ignored), end; !ignored && at != end;
         at.increment(ignored))
        if (removeStalePartial(at->path())) removed.push_back(at->path().filename().native());
    std::sort(removed.begin(), removed.end());
    return removed;
}

}  // namespace roost::stream
