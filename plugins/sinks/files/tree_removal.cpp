#include "sinks/files/tree_removal.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

#include "lib/storage/file_descriptor.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::storage {

namespace {

/// Deeper folders are moved up to the top first, so that no more than these are open at once.
constexpr unsigned deepest = 32;

struct CloseListing {
    void operator()(DIR* listing) const noexcept { ::closedir(listing); }
};

class Removal {
public:
    Removal(int root, const std::string& name) : root_(root), name_(name) {}

    void run() {
        top_ =
            FileDescriptor(::openat(root_, name_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!top_) {
            if (errno == ENOENT) return;
            fail(name_, errno);
        }
        do {
            moved_ = false;
            empty(FileDescriptor(::fcntl(top_.get(), F_DUPFD_CLOEXEC, 0)), 0);
        } while (moved_);
        if (::unlinkat(root_, name_.c_str(), AT_REMOVEDIR) != 0) fail(name_, errno);
    }

private:
    [[noreturn]] void fail(const std::string& name, int error) const {
        throw Error("cannot remove '" + shownName(name) + "'" +
                    (name == name_ ? "" : " in '" + shownName(name_) + "'") + ": " +
                    std::generic_category().message(error));
    }

    void empty(FileDescriptor folder, unsigned depth) {
        const int descriptor = folder.get();
        const std::unique_ptr<DIR, CloseListing> listing(::fdopendir(descriptor));
        if (!listing) fail(name_, errno);
        static_cast<void>(folder.release());
        ::rewinddir(listing.get());
        for (;;) {
            errno = 0;
            const dirent* entry = ::readdir(listing.get());
            if (entry == nullptr) break;
            const std::string child = entry->d_name;
            if (child == "." || child == "..") continue;
            if (::unlinkat(descriptor, child.c_str(), 0) == 0) continue;
            if (errno != EISDIR) fail(child, errno);
            removeFolder(descriptor, child, depth);
        }
        if (errno != 0) fail(name_, errno);
    }

    void removeFolder(int parent, const std::string& child, unsigned depth) {
        // A folder that its owner may not write to (0500) still has to go.
        if (::fchmodat(parent, child.c_str(), 0700, 0) != 0 && errno != ENOENT) fail(child, errno);
        if (depth >= deepest) {
            if (::renameat(parent, child.c_str(), top_.get(),
                           ("deep-" + std::to_string(++lifted_)).c_str()) != 0)
                fail(child, errno);
            moved_ = true;
            return;
        }
        FileDescriptor folder(
            ::openat(parent, child.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!folder) fail(child, errno);
        empty(std::move(folder), depth + 1);
        if (::unlinkat(parent, child.c_str(), AT_REMOVEDIR) != 0) fail(child, errno);
    }

    int root_;
    const std::string& name_;
    FileDescriptor top_;
    bool moved_ = false;
    unsigned long lifted_ = 0;
};

}  // namespace

void removeTree(int root, const std::string& name) { Removal(root, name).run(); }

}  // namespace roost::storage
