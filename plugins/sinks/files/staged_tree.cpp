#include "sinks/files/staged_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

#include "lib/storage/same_path.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"
#include "sinks/files/node_copy.hpp"

namespace roost::storage {

namespace {

constexpr std::size_t bufferBytes = std::size_t{1} << 20U;
/// Folders kept open on the way to the present one. Going up further opens a folder again, by "..".
constexpr std::size_t openFolders = 16;
constexpr std::uint32_t fileModeBits = 0777;
/// Of files these are not restored: an archive must not be able to plant a program that runs as somebody
/// else.
constexpr std::uint32_t specialModeBits = 07000;
/// A folder may hand its group on to what is made in it; set-user-id has no meaning there.
constexpr std::uint32_t folderModeBits = 03777;
constexpr std::int64_t second = 1'000'000'000;

struct timespec toTimespec(std::int64_t nanoseconds) noexcept {
    const std::int64_t rest = (nanoseconds % second + second) % second;
    return {static_cast<time_t>((nanoseconds - rest) / second), static_cast<long>(rest)};
}

/// 0 or an errno.
int setTime(int descriptor, std::int64_t nanoseconds) noexcept {
    const std::array<struct timespec, 2> times{toTimespec(nanoseconds), toTimespec(nanoseconds)};
    return ::futimens(descriptor, times.data()) == 0 ? 0 : errno;
}

bool isSet(const Ownership& ownership) noexcept { return ownership.user != static_cast<uid_t>(-1); }

/// Whether `folder` has an entry of exactly that name: one that the file system only takes for the same (by
/// case, by Unicode's normal forms) has other bytes.
bool hasExactName(int folder, std::string_view name) {
    struct Close {
        void operator()(DIR* listing) const noexcept { ::closedir(listing); }
    };
    const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (copy < 0) return false;
    const std::unique_ptr<DIR, Close> listing(::fdopendir(copy));
    if (!listing) {
        ::close(copy);
        return false;
    }
    while (const dirent* entry = ::readdir(listing.get()))
        if (name == entry->d_name) return true;
    return false;
}

}  // namespace

StagedTree::StagedTree(FileDescriptor folder, Context& context)
    : context_(context), buffer_(bufferBytes), remembered_(context.temporaryFolder()) {
    levels_.emplace_back().folder = std::move(folder);
}

StagedTree::~StagedTree() = default;

void StagedTree::fail(const std::string& action, int error) const {
    std::string hint;
    if (error == ENOSPC || error == EDQUOT) hint = "make room there and run the restore again";
    if (error == EACCES || error == EPERM) hint = "run roost as a user that may write there";
    if (error == ENAMETOOLONG || error == EILSEQ || error == EINVAL)
        hint = "the target's file system cannot hold this name";
    throw Error(
        "cannot " + action + " '" + shownName(current_) + "': " + std::generic_category().message(error),
        hint);
}

/// False where the folder is there already.
bool StagedTree::makeFolder(const std::string& name) {
    if (::mkdirat(top(), name.c_str(), 0700) == 0) return true;
    if (errno != EEXIST) fail("make the folder of", errno);
    if (!hasExactName(top(), name))
        throw Error("'" + shownName(current_) +
                        "' lies in a folder whose name the target's file system cannot tell from another",
                    "restore into a file system that keeps names as they are");
    reentered_ = true;
    return false;
}

void StagedTree::push(std::string name, const Ownership& ownership) {
    const bool made = made_ = makeFolder(name);
    // It may have its final mode already, which need not let anybody in.
    if (!made && adopts_ && ::fchmodat(top(), name.c_str(), 0700, 0) != 0) fail("open the folder of", errno);
    FileDescriptor folder(::openat(top(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder && (errno == ENOTDIR || errno == ELOOP))
        throw Error("'" + shownName(current_) + "' would lie in what is a file");
    if (!folder) fail("open the folder of", errno);
    Level& level = levels_.emplace_back();
    level.name = std::move(name);
    level.folder = std::move(folder);
    level.setsMode = made;
    if (made) level.ownership = ownership;
    if (levels_.size() > openFolders + 1) levels_[levels_.size() - 1 - openFolders].folder.close();
}

void StagedTree::pop() {
    const Level level = std::move(levels_.back());
    levels_.pop_back();
    if (!levels_.back().folder) {
        levels_.back().folder = FileDescriptor(
            ::openat(level.folder.get(), "..", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!levels_.back().folder) fail("open the folder above that of", errno);
    }
    const int folder = level.folder.get();
    if (isSet(level.ownership) && ::fchown(folder, level.ownership.user, level.ownership.group) != 0)
        fail("give its owner to the folder of", errno);
    if (level.setsMode && ::fchmod(folder, level.mode) != 0) fail("set the mode of the folder of", errno);
    if (!level.setsTime) return;
    if (const int error = setTime(folder, level.modifiedNanoseconds); error != 0)
        fail("set the time of the folder of", error);
}

void StagedTree::setLooks(std::uint32_t mode, std::int64_t modifiedNanoseconds) {
    Level& level = levels_.back();
    level.setsMode = true;
    level.setsTime = true;
    level.mode = mode & folderModeBits;
    level.modifiedNanoseconds = modifiedNanoseconds;
}

/// Makes `path` the present folder.
void StagedTree::enter(std::string_view path, const Ownership& ownership) {
    std::size_t kept = 1;
    while (!path.empty() && kept < levels_.size()) {
        const std::size_t length = std::min(path.find('/'), path.size());
        if (levels_[kept].name != path.substr(0, length)) break;
        path.remove_prefix(std::min(length + 1, path.size()));
        ++kept;
    }
    while (levels_.size() > kept) pop();
    while (!path.empty()) {
        const std::size_t length = std::min(path.find('/'), path.size());
        push(std::string(path.substr(0, length)), ownership);
        path.remove_prefix(std::min(length + 1, path.size()));
    }
}

void StagedTree::write(const std::string& unit, Entry& entry, const Ownership& ownership) {
    current_ = entry.displayName();
    if (context_.stopToken().stop_requested()) throw Interrupted();
    const std::string path = entry.path.empty() ? unit : unit + "/" + entry.path;
    if (entry.type == EntryType::folder) {
        enter(path, ownership);
        setLooks(entry.mode, entry.modifiedNanoseconds);
        remember(path);
        return;
    }
    const std::size_t slash = path.rfind('/');
    enter(std::string_view(path).substr(0, slash), ownership);
    writeFile(entry, path.substr(slash + 1), ownership);
}

void StagedTree::writeFile(Entry& entry, const std::string& name, const Ownership& ownership) {
    FileDescriptor file(
        ::openat(top(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file && errno == EEXIST)
        throw Error("'" + shownName(current_) +
                        "' comes twice, or the target's file system cannot tell its name from another's",
                    "restore into a file system that keeps names as they are");
    if (!file) fail("write", errno);
    if (!copy(entry, file.get())) {
        if (::unlinkat(top(), name.c_str(), 0) != 0) fail("remove", errno);
        return;
    }
    if (isSet(ownership) && ::fchown(file.get(), ownership.user, ownership.group) != 0)
        fail("give its owner to", errno);
    if ((entry.mode & specialModeBits) != 0) ++stripped_;
    if (::fchmod(file.get(), entry.mode & fileModeBits) != 0) fail("set the mode of", errno);
    if (const int error = setTime(file.get(), entry.modifiedNanoseconds); error != 0)
        fail("set the time of", error);
    ++files_;
    context_.alive();
}

/// False where there was nothing to copy after all.
bool StagedTree::copy(Entry& entry, int file) {
    std::uint64_t done = 0;
    for (;;) {
        const std::size_t got = entry.content->read(buffer_);
        if (got == 0) break;
        for (std::size_t written = 0; written < got;) {
            const ssize_t now = ::write(file, buffer_.data() + written, got - written);
            if (now < 0 && errno == EINTR) continue;
            if (now < 0) fail("write", errno);
            written += static_cast<std::size_t>(now);
        }
        done += got;
        if (context_.stopToken().stop_requested()) throw Interrupted();
        context_.alive();
    }
    // The disk begins to write while the next file comes: the wait at the end is shorter by that.
    if (done >= bufferBytes) ::sync_file_range(file, 0, 0, SYNC_FILE_RANGE_WRITE);
    bytes_ += done;
    const ReadState state = entry.content->state();
    if (state == ReadState::intact) {
        if (done != entry.size)
            throw Error("'" + shownName(current_) + "' came with " + std::to_string(done) +
                        " bytes instead of " + std::to_string(entry.size));
        return true;
    }
    const bool lost = state == ReadState::vanished || (state == ReadState::failed && done == 0);
    context_.setAside(shownName(current_),
                      (lost ? "left out: " : "written as it was read: ") + entry.content->message());
    return !lost;
}

namespace {

/// A folder's looks as they lie in the temporary file, its path behind them.
struct RememberedLooks {
    std::int64_t modifiedNanoseconds;
    std::uint32_t mode;
    std::uint32_t pathLength;
};

}  // namespace

/// Kept for the case that a folder is entered again later, which moves its time.
void StagedTree::remember(const std::string& path) {
    const Level& level = levels_.back();
    const RememberedLooks looks{level.modifiedNanoseconds, level.mode,
                                static_cast<std::uint32_t>(path.size())};
    std::string record(sizeof looks, '\0');
    std::memcpy(record.data(), &looks, sizeof looks);
    remembered_.append(record + path);
}

void StagedTree::applyRemembered() {
    std::string path;
    for (std::uint64_t at = 0; at < remembered_.end();) {
        std::array<char, sizeof(RememberedLooks)> record{};
        remembered_.read(at, record);
        RememberedLooks looks{};
        std::memcpy(&looks, record.data(), sizeof looks);
        path.resize(looks.pathLength);
        remembered_.read(at + sizeof looks, path);
        at += sizeof looks + path.size();
        current_ = path;
        enter(path, {});  // leaving a folder gives it what was set here
        setLooks(looks.mode, looks.modifiedNanoseconds);
        context_.alive();
    }
    enter({}, {});
}

bool StagedTree::adopt(const std::string& unit, const std::string& name, const Found& found,
                       OnSamePath onSamePath) {
    adopts_ = true;
    current_ = found.path.empty() ? name : name + "/" + std::string(found.path);
    if (context_.stopToken().stop_requested()) throw Interrupted();
    context_.alive();
    const std::string path = found.path.empty() ? unit : unit + "/" + std::string(found.path);
    switch (found.finding) {
        case Finding::folder:
            return adoptFolder(path, found);
        case Finding::unreadable:
            fail("read, to keep it,", found.error);
        case Finding::lost:
            throw Error("'" + shownName(current_) + "' was moved or replaced while the run went through it",
                        "stop what writes there, and run it again");
        case Finding::file:
        case Finding::link:
        case Finding::special:
            break;
    }
    const std::size_t slash = path.rfind('/');
    enter(std::string_view(path).substr(0, slash), {});
    return adoptFile(found, path.substr(slash + 1), onSamePath);
}

bool StagedTree::adoptFolder(const std::string& path, const Found& found) {
    const std::size_t slash = path.rfind('/');
    enter(std::string_view(path).substr(0, slash), {});
    struct stat staged {};
    const std::string name = path.substr(slash + 1);
    if (::fstatat(top(), name.c_str(), &staged, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR(staged.st_mode))
        throw fileOverFolder(shownName(current_));
    made_ = false;
    enter(path, {});
    const bool there = !made_;
    if (::geteuid() == 0) levels_.back().ownership = {found.status.st_uid, found.status.st_gid};
    setLooks(found.status.st_mode,
             std::int64_t{found.status.st_mtim.tv_sec} * second + std::int64_t{found.status.st_mtim.tv_nsec});
    remember(path);
    return there;
}

bool StagedTree::adoptFile(const Found& found, const std::string& name, OnSamePath onSamePath) {
    struct stat staged {};
    if (::fstatat(top(), name.c_str(), &staged, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno != ENOENT) fail("look at", errno);
        take(found, name);
        return false;
    }
    if (S_ISDIR(staged.st_mode)) throw folderOverFile(shownName(current_));
    if (found.finding != Finding::file) throw fileOverLink(shownName(current_));
    return keepStaged(found, name, onSamePath);
}

/// A file that came, and is there too.
bool StagedTree::keepStaged(const Found& found, const std::string& name, OnSamePath onSamePath) {
    if (onSamePath == OnSamePath::replace) return false;
    const FileDescriptor present = openFile(found.parent, found.name);
    const FileDescriptor staged = openFile(top(), name.c_str());
    if (!present || !staged) fail("compare", errno);
    const auto bytes = sameBytes(present.get(), staged.get(), buffer_);
    if (!bytes) throw otherBytes(shownName(current_));
    if (::unlinkat(top(), name.c_str(), 0) != 0) fail("remove", errno);
    take(found, name);
    --files_;
    ++filesThere_;
    bytes_ -= *bytes;
    return true;
}

/// Puts what is there under `name`, as it is: by a link where the file system allows one.
void StagedTree::take(const Found& found, const std::string& name) {
    if (::linkat(found.parent, found.name, top(), name.c_str(), 0) == 0) return;
    if (errno == ENOENT)
        throw Error("'" + shownName(current_) + "' was removed while the run went through it",
                    "stop what writes there, and run it again");
    if (const int error = copyNode(found.parent, found.name, top(), name.c_str(), buffer_); error != 0)
        fail("copy", error);
}

void StagedTree::finish() {
    enter({}, {});
    if (reentered_) applyRemembered();
    if (stripped_ > 0)
        context_.warn(counted(stripped_, "file was", "files were") +
                      " restored without set-user-id, set-group-id and sticky bits");
}

}  // namespace roost::storage
