// A walk through a folder and all that lies in it, in the order of the bytes of full paths.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "lib/storage/file_descriptor.hpp"
#include "lib/storage/sorted_names.hpp"
#include "lib/storage/watch.hpp"

namespace roost::storage {

enum class Finding : std::uint8_t {
    folder,      ///< opened; what lies in it follows
    file,        ///< a regular file as listed, not opened and not looked at
    link,        ///< a symbolic link; it is not followed
    special,     ///< a socket, FIFO or device
    unreadable,  ///< a folder or name that can't be looked into; `error` says why
    lost,  ///< a folder that was moved, removed or replaced during the walk: what it held, or the rest of
           ///< it, does not follow
};

/// One step of a walk. Its views and its descriptor are valid until the walk's next step.
struct Found {
    Finding finding = Finding::file;
    std::string_view path;  ///< relative to the walk's folder, which is ""
    int parent = -1;        ///< the open folder that holds it
    const char* name = "";  ///< its name there
    struct stat status {};  ///< folder: what it is
    int error = 0;          ///< unreadable: an errno
};

/// Walks depth first. Goes by descriptors, so that renames cannot lead it out of its folder and no path is
/// too long; keeps at most 16 folders open, and the names of the folders on its way in a NameStore.
/// Used by one thread.
class TreeWalk {
public:
    /// `store` and `watch` must outlive the walk; the lists that `store` holds already stay untouched.
    TreeWalk(FileDescriptor folder, NameStore& store, Watch& watch);
    ~TreeWalk();
    TreeWalk(const TreeWalk&) = delete;
    TreeWalk& operator=(const TreeWalk&) = delete;

    /// The next finding, the folder itself first; nothing at the end. Throws Interrupted, and roost::Error
    /// where the store's temporary file cannot be written.
    [[nodiscard]] std::optional<Found> next();

private:
    struct Level {
        Level(FileDescriptor opened, NameStore& store, std::size_t length)
            : folder(std::move(opened)), names(store), pathLength(length) {}
        FileDescriptor folder;
        struct stat status {};
        SortedNames names;
        std::size_t pathLength;  ///< of the folder's own path
        std::string last;        ///< the name that came last
        bool lost = false;
    };

    [[nodiscard]] Found enter(FileDescriptor folder);
    [[nodiscard]] Found visit(const NamedNode& node);
    [[nodiscard]] std::optional<Found> leave();
    [[nodiscard]] FileDescriptor openAgain(const FileDescriptor& below) const;
    [[nodiscard]] FileDescriptor openByPath() const;
    [[nodiscard]] Found found(Finding finding, int error = 0) const;

    NameStore& store_;
    Watch& watch_;
    FileDescriptor root_;  ///< until the first step
    std::deque<Level> levels_;
    std::string path_;
    std::string name_;
};

/// Reads the names in an open folder into `names`, which is finished afterwards. Returns 0 or an errno.
[[nodiscard]] int listFolder(int folder, SortedNames& names, Watch& watch);

/// Whether an errno tells of the whole process (out of descriptors or memory) rather than of one file.
[[nodiscard]] bool concernsProcess(int error) noexcept;

/// Whether an errno of opening says that what was listed is gone or is something else now.
[[nodiscard]] bool meansGone(int error) noexcept;

}  // namespace roost::storage
