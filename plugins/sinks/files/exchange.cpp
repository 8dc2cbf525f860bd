#include "sinks/files/exchange.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::storage {

namespace {

FileDescriptor open(int parent, const std::string& name) {
    return FileDescriptor(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

/// Opens a folder, making it where it isn't there; what is made belongs to whom its parent belongs.
FileDescriptor openOrMake(int parent, const std::string& name, std::uint32_t mode) {
    const bool made = ::mkdirat(parent, name.c_str(), mode) == 0;
    if (!made && errno != EEXIST) return {};
    FileDescriptor folder = open(parent, name);
    if (folder && made && ::fchmod(folder.get(), mode) != 0) return {};  // whatever the umask is
    struct stat above {};
    if (folder && made && ::geteuid() == 0 && ::fstat(parent, &above) == 0 &&
        ::fchown(folder.get(), above.st_uid, above.st_gid) != 0)
        return {};
    return folder;
}

std::string inKind(const Unit& unit) { return std::to_string(unit.kind); }

}  // namespace

std::string Exchange::shown(const Unit& unit) const {
    return "'" + shownName(layout_.kinds().at(unit.kind).kind + "/" + unit.owner) + "'";
}

void Exchange::fail(const Unit& unit, const std::string& action, int error) const {
    throw Error("cannot " + action + " " + shown(unit) + ": " + std::generic_category().message(error));
}

/// The open folder `old/<kind>` that what was in place goes to.
FileDescriptor Exchange::oldPlace(const Unit& unit) const {
    const FileDescriptor old = openOrMake(staging_, oldFolder, 0700);
    FileDescriptor kind = old ? openOrMake(old.get(), inKind(unit), 0700) : FileDescriptor();
    if (!kind) fail(unit, "make room for the former", errno);
    return kind;
}

/// The mode of what was staged for the unit; that of the safest folder where it is in place already.
std::uint32_t Exchange::stagedMode(const Unit& unit) const {
    const std::string path = std::string(newFolder) + "/" + inKind(unit) + "/" + unit.owner;
    struct stat status {};
    if (::fstatat(staging_, path.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return 0700;
    return (status.st_mode & 0777U) | 0700U;
}

void Exchange::place(const Unit& unit) {
    const std::vector<std::string>& parts = layout_.kinds().at(unit.kind).parts;
    std::vector<std::string> path{unit.owner};
    path.insert(path.end(), parts.begin(), parts.end());
    const std::string name = path.back();
    path.pop_back();
    FileDescriptor parent(::fcntl(root_, F_DUPFD_CLOEXEC, 0));
    // A user's folder that has to be made is as open to others as what comes into it.
    const std::uint32_t mode = unit.inode == 0 ? 0 : stagedMode(unit);
    for (const std::string& part : path) {
        if (!parent) break;
        parent = unit.inode == 0 ? open(parent.get(), part) : openOrMake(parent.get(), part, mode);
    }
    if (!parent && unit.inode == 0 && errno == ENOENT) return;  // there is nothing to take away
    if (!parent) fail(unit, "open the folder of", errno);
    if (unit.inode == 0) return takeAway(unit, parent.get(), name);
    const FileDescriptor fresh = open(staging_, newFolder);
    const FileDescriptor kind = fresh ? open(fresh.get(), inKind(unit)) : FileDescriptor();
    if (!kind) fail(unit, "open what was staged for", errno);
    exchange(unit, kind.get(), parent.get(), name);
}

/// `staged` holds the new folder by the owner's name, until it is in place; then it may hold the former one.
void Exchange::exchange(const Unit& unit, int staged, int parent, const std::string& name) {
    const char* const owner = unit.owner.c_str();
    struct stat there {};
    const bool exists = ::fstatat(parent, name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0;
    if (!exists && errno != ENOENT) fail(unit, "look at", errno);
    if (exists && there.st_ino == unit.inode) {  // a crash came after the exchange
        if (::renameat(staged, owner, oldPlace(unit).get(), owner) != 0 && errno != ENOENT)
            fail(unit, "move the former", errno);
        return;
    }
    if (!exists) {
        if (::renameat2(staged, owner, parent, name.c_str(), RENAME_NOREPLACE) != 0 &&
            (errno != EINVAL || ::renameat(staged, owner, parent, name.c_str()) != 0))
            fail(unit, "put in place", errno);
        return;
    }
    const FileDescriptor old = oldPlace(unit);
    if (::renameat2(staged, owner, parent, name.c_str(), RENAME_EXCHANGE) == 0) {
        if (::renameat(staged, owner, old.get(), owner) != 0) fail(unit, "move the former", errno);
        return;
    }
    // Not every file system can exchange (NFS, FUSE): there, for a moment, neither is in place.
    if (errno != EINVAL && errno != ENOSYS) fail(unit, "exchange", errno);
    if (::renameat(parent, name.c_str(), old.get(), owner) != 0) fail(unit, "move the former", errno);
    if (::renameat(staged, owner, parent, name.c_str()) != 0) fail(unit, "put in place", errno);
}

void Exchange::takeAway(const Unit& unit, int parent, const std::string& name) {
    const FileDescriptor old = oldPlace(unit);
    struct stat former {};
    // After a crash: what is there now came later, and is not the restore's to take.
    const bool done = ::fstatat(old.get(), unit.owner.c_str(), &former, AT_SYMLINK_NOFOLLOW) == 0;
    if (!done && ::renameat(parent, name.c_str(), old.get(), unit.owner.c_str()) != 0 && errno != ENOENT)
        fail(unit, "take away", errno);
    removeEmptyFolders(unit);
}

/// The user's folder goes with its last kind; rmdir() keeps one that is not empty.
void Exchange::removeEmptyFolders(const Unit& unit) const {
    const std::vector<std::string>& parts = layout_.kinds().at(unit.kind).parts;
    for (std::size_t length = parts.size(); length > 0; --length) {
        std::string path = unit.owner;
        for (std::size_t i = 0; i + 1 < length; ++i) path += "/" + parts[i];
        if (::unlinkat(root_, path.c_str(), AT_REMOVEDIR) != 0) return;
    }
}

std::uint64_t Exchange::placeAll(Context& context) {
    UnitListReader list(staging_);
    std::uint64_t placed = 0;
    for (Unit unit; list.next(unit); ++placed) {
        if (unit.kind >= layout_.kinds().size())
            throw Error("the list of a restore's units names a kind that the storage does not have");
        context.alive();
        place(unit);
    }
    if (::syncfs(root_) != 0) throw systemError("cannot make the exchange of files durable", errno);
    return placed;
}

}  // namespace roost::storage
