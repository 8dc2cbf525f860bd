#include "sources/files/inventory.hpp"

#include <fcntl.h>

#include <cerrno>
#include <system_error>

#include "roost/entry.hpp"
#include "roost/error.hpp"

namespace roost::storage {

namespace {

constexpr std::size_t namedOutside = 20;

std::string entryName(const UserTree& tree) {
    Entry entry;
    entry.kind = tree.kind->kind;
    entry.owner = tree.owner;
    return entry.displayName();
}

}  // namespace

Inventory::Inventory(int root, std::string rootName, const FilesOptions& options, const Layout& layout,
                     NameStore& store, Watch& watch, const OwnerChoice* owners)
    : root_(root),
      rootName_(std::move(rootName)),
      options_(options),
      layout_(layout),
      store_(store),
      watch_(watch),
      owners_(owners),
      trees_(options.onUnreadable),
      outside_(namedOutside) {}

std::vector<EntryKindTotals> Inventory::count() {
    lookOutside();
    refuseOutside();
    std::vector<EntryKindTotals> totals;
    for (const KindFolder& kind : layout_.kinds()) totals.push_back({.kind = kind.kind});
    UserTrees trees(root_, rootName_, layout_, store_, watch_);
    trees.only(owners_);
    while (auto tree = trees.next())
        countTree(*tree, totals[static_cast<std::size_t>(tree->kind - layout_.kinds().data())]);
    return totals;
}

void Inventory::countTree(UserTree& tree, EntryKindTotals& totals) {
    if (!tree.folder) return trees_.unreadable(entryName(tree), tree.error);
    TreeWalk walk(std::move(tree.folder), store_, watch_);
    trees_.add(walk, entryName(tree), totals);
}

void Inventory::lookOutside() {
    SortedNames users(store_);
    listUsers(root_, rootName_, users, watch_);
    while (const auto node = users.next()) {
        std::vector<std::string> parts{std::string(node->name)};
        if (isStaging(node->name)) staging_.push_back(parts[0]);
        if (isStaging(node->name) || (owners_ != nullptr && !owners_->contains(node->name))) continue;
        if (!isUser(*node)) {
            leaveOut(root_, *node, parts);
            continue;
        }
        const FileDescriptor user = openFolder(root_, parts[0].c_str());
        // A user's folder that can't be opened is reported where its kinds are counted.
        if (user && layout_.relation({}) != Relation::kind) lookInto(user.get(), parts);
    }
}

/// `parts` lead to `folder` from the storage's folder, the user first; as they were when this returns.
void Inventory::lookInto(int folder, std::vector<std::string>& parts) {
    SortedNames names(store_);
    if (const int error = listFolder(folder, names, watch_); error != 0)
        return trees_.unreadable(fullName(parts), error);
    while (const auto node = names.next()) {
        parts.emplace_back(node->name);
        const Relation relation = layout_.relation(std::span(parts).subspan(1));
        const bool isFolder = node->type == NodeType::folder;
        if (!isFolder || relation == Relation::outside) {
            leaveOut(folder, *node, parts);
        } else if (relation == Relation::above) {
            if (const FileDescriptor inner = openFolder(folder, parts.back().c_str()))
                lookInto(inner.get(), parts);
        }
        parts.pop_back();
    }
}

void Inventory::leaveOut(int parent, const NamedNode& node, std::span<const std::string> parts) {
    const std::string name = fullName(parts);
    if (node.type == NodeType::link && layout_.relation(std::span(parts).subspan(1)) != Relation::outside)
        ++linkedFolders_;
    if (node.type == NodeType::link || node.type == NodeType::special)
        return trees_.passOver(node.type, name);
    if (node.type == NodeType::folder) {
        outside_.add(name + "/");
        return countOutside(openFolder(parent, parts.back().c_str()));
    }
    outside_.add(name);
    ++outsideFiles_;
    struct stat status {};
    if (::fstatat(parent, parts.back().c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0)
        outsideBytes_ += static_cast<std::uint64_t>(status.st_size);
}

/// What can't be looked into is no loss here: the folder is named, and nothing of it is taken anyway.
void Inventory::countOutside(FileDescriptor folder) {
    if (!folder) return;
    TreeWalk walk(std::move(folder), store_, watch_);
    while (const auto found = walk.next()) {
        if (found->finding != Finding::file) continue;
        ++outsideFiles_;
        struct stat status {};
        if (::fstatat(found->parent, found->name, &status, AT_SYMLINK_NOFOLLOW) == 0)
            outsideBytes_ += static_cast<std::uint64_t>(status.st_size);
    }
}

void Inventory::refuseOutside() const {
    if (options_.unknown == OnUnknown::fail && outside_.count() > 0)
        throw Error(outsideText(),
                    "name their folders under 'kinds', or set 'unknown: warn' to leave them out");
}

std::string Inventory::outsideText() const {
    return "left out, because no kind of file has them (" + counted(outsideFiles_, "file", "files") + ", " +
           shownSize(outsideBytes_) + "): " + outside_.text();
}

std::string Inventory::fullName(std::span<const std::string> parts) const {
    std::string name = rootName_;
    for (const std::string& part : parts) name += (name.ends_with('/') ? "" : "/") + part;
    return name;
}

std::vector<std::string> Inventory::warnings() const {
    std::vector<std::string> warnings;
    if (outside_.count() > 0) warnings.push_back(outsideText());
    for (std::string& warning : trees_.warnings()) warnings.push_back(std::move(warning));
    return warnings;
}

}  // namespace roost::storage
