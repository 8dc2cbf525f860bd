// The folders of users' files, one after the other.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/storage/file_descriptor.hpp"
#include "lib/storage/layout.hpp"
#include "lib/storage/sorted_names.hpp"
#include "lib/storage/watch.hpp"
#include "roost/stage.hpp"

namespace roost::storage {

/// One user's folder of one kind.
struct UserTree {
    const KindFolder* kind = nullptr;
    std::string owner;
    FileDescriptor folder;  ///< none where it can't be opened
    int error = 0;          ///< then, why: an errno
};

/// How the folder begins in which a restore keeps what is not in place yet, beside the users' folders.
inline constexpr std::string_view stagingPrefix = ".roost-staging-";

[[nodiscard]] bool isStaging(std::string_view name) noexcept;

/// What a source says of such a name among the users' folders.
inline constexpr const char* unfinishedRestore =
    "it is left of an interrupted restore, or another one is going on: what that has not put in place yet is "
    "missing here; run 'roost recover' with the ROOST_STATE_DIR of that restore, and this again";

/// Whether an entry of the storage's folder is a user's: every folder is but the one that file systems keep
/// for their own repairs and a restore's.
[[nodiscard]] bool isUser(const NamedNode& node) noexcept;

/// Gives every user's folder of every kind: the kinds in their order, in each the users by the bytes of
/// their names (as folders). Users without such a folder, and links in its place, are passed over.
class UserTrees {
public:
    /// `root` is the open storage folder, `rootName` its name for messages. All that is referred to must
    /// outlive the object, and a walk through a tree must end before the next one is asked for.
    UserTrees(int root, std::string rootName, const Layout& layout, NameStore& store, Watch& watch)
        : root_(root), rootName_(std::move(rootName)), layout_(layout), store_(store), watch_(watch) {}

    /// Passes over everybody else; null for nobody. Must outlive the object.
    void only(const OwnerChoice* owners) noexcept { owners_ = owners; }
    /// Throws roost::Error when the storage folder cannot be listed.
    [[nodiscard]] std::optional<UserTree> next();

private:
    [[nodiscard]] std::optional<UserTree> open(const KindFolder& kind, std::string owner) const;

    int root_;
    std::string rootName_;
    const Layout& layout_;
    NameStore& store_;
    Watch& watch_;
    const OwnerChoice* owners_ = nullptr;
    std::size_t kind_ = 0;
    std::optional<SortedNames> users_;
    std::string lastUser_;
};

/// Lists the storage's folder. Throws roost::Error that names it.
void listUsers(int root, const std::string& rootName, SortedNames& names, Watch& watch);

}  // namespace roost::storage
