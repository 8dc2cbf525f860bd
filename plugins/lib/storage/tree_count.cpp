#include "lib/storage/tree_count.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace roost::storage {

namespace {

constexpr std::size_t namedOfASort = 100;

void tell(std::vector<std::string>& warnings, const NameSample& sample, const std::string& what,
          const std::string& many) {
    for (const std::string& name : sample.names()) warnings.push_back(name + what);
    if (sample.unnamed() > 0) warnings.push_back(std::to_string(sample.unnamed()) + " more " + many);
}

}  // namespace

TreeCount::TreeCount(OnUnreadable onUnreadable)
    : onUnreadable_(onUnreadable), links_(namedOfASort), specials_(namedOfASort), unreadable_(namedOfASort) {}

void TreeCount::add(TreeWalk& walk, const std::string& name, EntryKindTotals& totals) {
    ++totals.users;
    while (const auto found = walk.next()) {
        const std::string whole = found->path.empty() ? name : name + "/" + std::string(found->path);
        switch (found->finding) {
            case Finding::folder:
                ++totals.folders;
                break;
            case Finding::file:
                addFile(*found, whole, totals);
                break;
            case Finding::link:
            case Finding::special:
                ++passedOver_;
                passOver(found->finding == Finding::link ? NodeType::link : NodeType::special, whole);
                break;
            case Finding::unreadable:
                unreadable(whole, found->error);
                break;
            case Finding::lost:  // the application goes on; what is gone is not missed
                break;
        }
    }
}

void TreeCount::addFile(const Found& found, const std::string& name, EntryKindTotals& totals) {
    struct stat status {};
    if (::fstatat(found.parent, found.name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
        if (!meansGone(errno)) unreadable(name, errno);
        return;
    }
    // Asked here so that a run that can't succeed ends before it writes anything.
    if (::faccessat(found.parent, found.name, R_OK, AT_EACCESS | AT_SYMLINK_NOFOLLOW) != 0 &&
        !meansGone(errno))
        return unreadable(name, errno);
    ++totals.files;
    totals.bytes += static_cast<std::uint64_t>(status.st_size);
}

void TreeCount::passOver(NodeType type, const std::string& name) {
    (type == NodeType::link ? links_ : specials_).add(name);
}

void TreeCount::unreadable(const std::string& name, int error) {
    refuseUnreadable(onUnreadable_, shownName(name), error);
    unreadable_.add(name);
}

std::vector<std::string> TreeCount::warnings() const {
    std::vector<std::string> warnings;
    tell(warnings, links_, " is a symbolic link and is not followed", "symbolic links are not followed");
    tell(warnings, specials_, " is a socket, FIFO or device and is left out",
         "sockets, FIFOs or devices are left out");
    tell(warnings, unreadable_, " cannot be read and is left out",
         "files or folders cannot be read and are left out");
    return warnings;
}

}  // namespace roost::storage
