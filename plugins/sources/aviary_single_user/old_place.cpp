#include "sources/aviary_single_user/old_place.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "lib/storage/tree_walk.hpp"

namespace roost::single_user {

namespace {

/// "a/b/c" as "a/b" and "c"; "c" as "" and "c".
std::pair<std::string, std::string> split(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return {{}, path};
    return {path.substr(0, slash), path.substr(slash + 1)};
}

}  // namespace

/// Step by step, so that no link leads elsewhere and no path is too long. Files of one folder follow each
/// other: it stays open.
bool OldPlace::open(const std::string& folder) {
    if (opened_ && folder_ == folder) return true;
    storage::FileDescriptor at(::fcntl(root_, F_DUPFD_CLOEXEC, 0));
    for (std::size_t begin = 0; at && begin < folder.size();) {
        const std::size_t end = std::min(folder.find('/', begin), folder.size());
        at = storage::openFolder(at.get(), folder.substr(begin, end - begin).c_str());
        begin = end + 1;
    }
    error_ = at ? 0 : errno;
    opened_ = std::move(at);
    folder_ = folder;
    return static_cast<bool>(opened_);
}

Removal OldPlace::remove(const std::string& path, const FileIdentity& identity) {
    const auto [folder, name] = split(path);
    if (!open(folder)) return storage::meansGone(error_) ? Removal::gone : Removal::failed;
    struct stat now {};
    if (::fstatat(opened_.get(), name.c_str(), &now, AT_SYMLINK_NOFOLLOW) != 0) {
        error_ = errno;
        return error_ == ENOENT ? Removal::gone : Removal::failed;
    }
    if (!S_ISREG(now.st_mode) || !(FileIdentity::of(now) == identity)) return Removal::changed;
    if (::unlinkat(opened_.get(), name.c_str(), 0) == 0) return Removal::removed;
    error_ = errno;
    return error_ == ENOENT ? Removal::gone : Removal::failed;
}

bool OldPlace::removeEmptyFolder(const std::string& path) {
    const auto [folder, name] = split(path);
    return open(folder) && ::unlinkat(opened_.get(), name.c_str(), AT_REMOVEDIR) == 0;
}

}  // namespace roost::single_user
