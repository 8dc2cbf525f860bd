#include "lib/storage/tree_walk.hpp"

#include <dirent.h>
#include <fcntl.h>

#include <cerrno>
#include <memory>

namespace roost::storage {

namespace {

/// Folders kept open besides the walk's own. Going up further opens a folder again, by "..".
constexpr std::size_t openFolders = 15;

bool sameFolder(const struct stat& a, const struct stat& b) noexcept {
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

NodeType typeOf(mode_t mode) noexcept {
    if (S_ISREG(mode)) return NodeType::file;
    if (S_ISDIR(mode)) return NodeType::folder;
    return S_ISLNK(mode) ? NodeType::link : NodeType::special;
}

/// The type as the listing tells it; where the file system doesn't, as fstatat() does. What can't be looked
/// at counts as a file: opening it will say why.
NodeType typeOf(int folder, const dirent& entry) noexcept {
    if (entry.d_type != DT_UNKNOWN) return typeOf(DTTOIF(entry.d_type));
    struct stat status {};
    if (::fstatat(folder, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) return NodeType::file;
    return typeOf(status.st_mode);
}

struct CloseListing {
    void operator()(DIR* listing) const noexcept { ::closedir(listing); }
};

}  // namespace

int listFolder(int folder, SortedNames& names, Watch& watch) {
    FileDescriptor copy(::fcntl(folder, F_DUPFD_CLOEXEC, 0));
    if (!copy) return errno;
    const std::unique_ptr<DIR, CloseListing> listing(::fdopendir(copy.get()));
    if (!listing) return errno;
    static_cast<void>(copy.release());
    ::rewinddir(listing.get());
    for (;;) {
        errno = 0;
        const dirent* entry = ::readdir(listing.get());
        if (entry == nullptr) break;
        const std::string_view name = entry->d_name;
        if (name == "." || name == "..") continue;
        names.add(name, typeOf(folder, *entry));
        watch.step();
    }
    if (errno != 0) return errno;
    names.finish();
    return 0;
}

bool concernsProcess(int error) noexcept { return error == EMFILE || error == ENFILE || error == ENOMEM; }

bool meansGone(int error) noexcept {
    return error == ENOENT || error == ENOTDIR || error == ELOOP || error == ENXIO;
}

TreeWalk::TreeWalk(FileDescriptor folder, NameStore& store, Watch& watch)
    : store_(store), watch_(watch), root_(std::move(folder)) {}

// Not the compiler's: a deque goes front to back, but the lists must go in the reverse of their making.
TreeWalk::~TreeWalk() {
    while (!levels_.empty()) levels_.pop_back();
}

std::optional<Found> TreeWalk::next() {
    if (root_) return enter(std::move(root_));
    while (!levels_.empty()) {
        watch_.step();
        Level& level = levels_.back();
        path_.resize(level.pathLength);
        if (!level.lost)
            if (const auto node = level.names.next()) {
                // Some file systems list a name twice while the folder changes.
                if (node->name == level.last) continue;
                level.last = node->name;
                return visit(*node);
            }
        if (auto lost = leave()) return lost;
    }
    return std::nullopt;
}

Found TreeWalk::found(Finding finding, int error) const {
    Found result;
    result.finding = finding;
    result.path = path_;
    result.error = error;
    return result;
}

Found TreeWalk::visit(const NamedNode& node) {
    const int parent = levels_.back().folder.get();
    name_ = node.name;
    if (!path_.empty()) path_ += '/';
    path_ += name_;
    if (node.type == NodeType::folder) {
        FileDescriptor folder = openFolder(parent, name_.c_str());
        if (folder) return enter(std::move(folder));
        return found(meansGone(errno) ? Finding::lost : Finding::unreadable, errno);
    }
    Finding finding = Finding::special;
    if (node.type == NodeType::file) finding = Finding::file;
    if (node.type == NodeType::link) finding = Finding::link;
    Found result = found(finding);
    result.parent = parent;
    result.name = name_.c_str();
    return result;
}

Found TreeWalk::enter(FileDescriptor folder) {
    Level& level = levels_.emplace_back(std::move(folder), store_, path_.size());
    int error = ::fstat(level.folder.get(), &level.status) != 0 ? errno : 0;
    if (error == 0) error = listFolder(level.folder.get(), level.names, watch_);
    if (error != 0) {
        levels_.pop_back();
        return found(Finding::unreadable, error);
    }
    if (levels_.size() > openFolders + 1) levels_[levels_.size() - 1 - openFolders].folder.close();
    Found result = found(Finding::folder);
    result.status = level.status;
    return result;
}

/// Goes back to the folder above. Says what is lost with it when it can't be opened again.
std::optional<Found> TreeWalk::leave() {
    const FileDescriptor below = std::move(levels_.back().folder);
    levels_.pop_back();
    if (levels_.empty() || levels_.back().folder) return std::nullopt;
    Level& level = levels_.back();
    path_.resize(level.pathLength);
    level.folder = openAgain(below);
    if (level.folder) return std::nullopt;
    level.lost = true;
    if (!level.names.next()) return std::nullopt;
    return found(Finding::lost);
}

/// The last level's folder, found again: above the one that was left, or else by its path. None when neither
/// is the folder that it was.
FileDescriptor TreeWalk::openAgain(const FileDescriptor& below) const {
    const auto checked = [this](FileDescriptor folder) {
        struct stat status {};
        if (folder && (::fstat(folder.get(), &status) != 0 || !sameFolder(status, levels_.back().status)))
            folder.close();
        return folder;
    };
    if (below)
        if (FileDescriptor above = checked(openFolder(below.get(), ".."))) return above;
    return checked(openByPath());
}

FileDescriptor TreeWalk::openByPath() const {
    FileDescriptor folder = openFolder(levels_.front().folder.get(), ".");
    for (std::string_view rest = path_; !rest.empty() && folder;) {
        const std::size_t length = std::min(rest.find('/'), rest.size());
        folder = openFolder(folder.get(), std::string(rest.substr(0, length)).c_str());
        rest.remove_prefix(std::min(length + 1, rest.size()));
    }
    return folder;
}

}  // namespace roost::storage
