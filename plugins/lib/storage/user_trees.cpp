#include "lib/storage/user_trees.hpp"

#include <cerrno>
#include <system_error>

#include "lib/storage/tree_walk.hpp"
#include "roost/error.hpp"

namespace roost::storage {

bool isStaging(std::string_view name) noexcept { return name.starts_with(stagingPrefix); }

bool isUser(const NamedNode& node) noexcept {
    return node.type == NodeType::folder && node.name != "lost+found" && !isStaging(node.name);
}

void listUsers(int root, const std::string& rootName, SortedNames& names, Watch& watch) {
    if (const int error = listFolder(root, names, watch); error != 0)
        throw Error(
            "storage folder '" + rootName + "' cannot be read: " + std::generic_category().message(error),
            "run roost as a user that may read it");
}

std::optional<UserTree> UserTrees::next() {
    for (; kind_ < layout_.kinds().size(); ++kind_) {
        if (!users_) listUsers(root_, rootName_, users_.emplace(store_), watch_);
        while (const auto user = users_->next()) {
            watch_.step();
            // Some file systems list a name twice while the folder changes.
            if (user->name == lastUser_) continue;
            lastUser_ = user->name;
            if (!isUser(*user) || (owners_ != nullptr && !owners_->contains(user->name))) continue;
            if (auto tree = open(layout_.kinds()[kind_], std::string(user->name))) return tree;
        }
        users_.reset();
        lastUser_.clear();
    }
    return std::nullopt;
}

std::optional<UserTree> UserTrees::open(const KindFolder& kind, std::string owner) const {
    UserTree tree;
    tree.kind = &kind;
    tree.folder = openFolder(root_, owner.c_str());
    for (const std::string& part : kind.parts)
        if (tree.folder) tree.folder = openFolder(tree.folder.get(), part.c_str());
    if (!tree.folder) {
        if (meansGone(errno)) return std::nullopt;
        tree.error = errno;
    }
    tree.owner = std::move(owner);
    return tree;
}

}  // namespace roost::storage
