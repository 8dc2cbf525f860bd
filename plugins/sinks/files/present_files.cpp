#include "sinks/files/present_files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "lib/storage/shown_name.hpp"
#include "lib/storage/tree_walk.hpp"
#include "lib/storage/user_trees.hpp"
#include "roost/error.hpp"

namespace roost::storage {

namespace fs = std::filesystem;

void PresentFiles::protect(const std::vector<EntryKindTotals>& coming) {
    for (const EntryKindTotals& kind : coming) {
        if (takesTooMuch(mode_, kind.coverage)) protected_.push_back(kind);
    }
}

void PresentFiles::look(std::uint64_t bytes, Acceptance& acceptance, Context& context) const {
    const std::string shown = "'" + shownName(path_) + "'";
    const FileDescriptor root(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!root && errno != ENOENT) {
        acceptance.refusals.push_back(
            systemError("the storage folder " + shown + " cannot be used", errno).what());
        return;
    }
    std::string folder = path_;
    if (!root) {
        const fs::path above =
            fs::absolute(fs::path(path_) / ".").lexically_normal().parent_path().parent_path();
        folder = above.native();
        std::error_code ignored;
        if (!fs::is_directory(above, ignored)) {
            acceptance.refusals.push_back("the folder '" + shownName(folder) + "', in which " + shown +
                                          " would be made, does not exist; make it first");
            return;
        }
    }
    if (::access(folder.c_str(), W_OK | X_OK) != 0)
        acceptance.refusals.push_back(
            systemError("the folder '" + shownName(folder) + "' cannot be written to", errno).what());
    checkRoom(bytes, folder, acceptance);
    if (!root) return;
    checkLeftOvers(root.get(), acceptance, context);
    if (mode_ != FilesMode::add) count(root.get(), acceptance, context);
}

/// What is there stays until the new is complete: there must be room for both.
void PresentFiles::checkRoom(std::uint64_t bytes, const std::string& folder, Acceptance& acceptance) const {
    struct statvfs space {};
    if (::statvfs(folder.c_str(), &space) != 0) return;  // not every file system can tell
    const std::uint64_t room = std::uint64_t{space.f_bavail} * space.f_frsize;
    if (bytes > room)
        acceptance.refusals.push_back("the files take " + shownSize(bytes) + ", and '" + shownName(folder) +
                                      "' has room for " + shownSize(room));
}

/// What a restore left whose journal is gone may be all that there is of a user's files: nobody removes it
/// but the admin.
void PresentFiles::checkLeftOvers(int root, Acceptance& acceptance, Context& context) const {
    NameStore store(context.temporaryFolder());
    Watch watch(context);
    SortedNames names(store);
    listUsers(root, shownName(path_), names, watch);
    while (const auto node = names.next()) {
        if (!isStaging(node->name)) continue;
        const std::string name(node->name);
        const FileDescriptor folder = openFolder(root, name.c_str());
        const bool inUse = folder && ::flock(folder.get(), LOCK_EX | LOCK_NB) != 0;
        const std::string path = "'" + shownName(path_) + "/" + shownName(name) + "'";
        acceptance.refusals.push_back(
            inUse ? path + " is in use: another restore into this folder is running"
                  : path +
                        " is left of an interrupted restore that is not recovered yet: run 'roost recover' "
                        "with the ROOST_STATE_DIR of that restore; where its journal is lost, look at what "
                        "is in it and remove it");
    }
}

void PresentFiles::refusePart(const std::string& kind, const std::string& present,
                              Acceptance& acceptance) const {
    const auto found = std::ranges::find(protected_, kind, &EntryKindTotals::kind);
    if (found == protected_.end()) return;
    acceptance.refusals.push_back(partRefusal(kind, found->coverage, present));
}

void PresentFiles::count(int root, Acceptance& acceptance, Context& context) const {
    NameStore store(context.temporaryFolder());
    Watch watch(context);
    UserTrees trees(root, shownName(path_), layout_, store, watch);
    struct Totals {
        std::uint64_t users = 0;
        std::uint64_t files = 0;
        std::uint64_t bytes = 0;
    };
    std::vector<Totals> totals(layout_.kinds().size());
    while (auto tree = trees.next()) {
        const auto kind = static_cast<std::size_t>(tree->kind - layout_.kinds().data());
        const bool stays =
            mode_ != FilesMode::replace && owners_ != nullptr && !owners_->contains(tree->owner);
        if (!scope_[kind] || stays) continue;
        ++totals[kind].users;
        if (!tree->folder) continue;
        TreeWalk walk(std::move(tree->folder), store, watch);
        while (const auto found = walk.next()) {
            if (found->finding == Finding::folder) continue;
            ++totals[kind].files;
            struct stat status {};
            if (found->parent >= 0 &&
                ::fstatat(found->parent, found->name, &status, AT_SYMLINK_NOFOLLOW) == 0)
                totals[kind].bytes += static_cast<std::uint64_t>(status.st_size);
        }
    }
    const std::string part(partText(mode_, owners_ != nullptr));
    for (std::size_t kind = 0; kind < totals.size(); ++kind) {
        if (totals[kind].users == 0 || (mode_ == FilesMode::merge && totals[kind].files == 0)) continue;
        const std::string present = counted(totals[kind].files, "file", "files");
        if (totals[kind].files > 0) refusePart(layout_.kinds()[kind].kind, present, acceptance);
        acceptance.destroys.push_back(layout_.kinds()[kind].kind + " of " +
                                      counted(totals[kind].users, "user", "users") + ": " + present + ", " +
                                      shownSize(totals[kind].bytes) + part);
    }
}

}  // namespace roost::storage
