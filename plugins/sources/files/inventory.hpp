// What a storage folder holds, found without opening a single file.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lib/storage/shown_name.hpp"
#include "lib/storage/sorted_names.hpp"
#include "lib/storage/tree_count.hpp"
#include "lib/storage/tree_walk.hpp"
#include "lib/storage/user_trees.hpp"
#include "lib/storage/watch.hpp"
#include "roost/catalog.hpp"
#include "roost/stage.hpp"
#include "sources/files/files_options.hpp"

namespace roost::storage {

/// Counts the files of each kind and finds what cannot be taken: links, special files, and what lies outside
/// of the kinds' folders. Used once.
class Inventory {
public:
    /// All that is referred to must outlive the inventory. With `owners` nobody else's folder is looked at.
    Inventory(int root, std::string rootName, const FilesOptions& options, const Layout& layout,
              NameStore& store, Watch& watch, const OwnerChoice* owners = nullptr);

    /// The totals of each kind, in the layout's order. Throws roost::Error where the options say that what
    /// was found ends the run.
    [[nodiscard]] std::vector<EntryKindTotals> count();
    /// After count(): a sentence each. Many of a sort are named up to a hundred, then counted.
    [[nodiscard]] std::vector<std::string> warnings() const;
    /// After count(): what restores have left, the names of their staging folders.
    [[nodiscard]] const std::vector<std::string>& staging() const noexcept { return staging_; }
    /// Links and special files that lie in the kinds' folders.
    [[nodiscard]] std::uint64_t passedOver() const noexcept { return trees_.passedOver(); }
    /// Links in the place of a user's folder of a kind, or of one that leads to it: what lies behind them is
    /// no part of what comes.
    [[nodiscard]] std::uint64_t linkedFolders() const noexcept { return linkedFolders_; }

private:
    void countTree(UserTree& tree, EntryKindTotals& totals);

    void lookOutside();
    void lookInto(int folder, std::vector<std::string>& parts);
    void leaveOut(int parent, const NamedNode& node, std::span<const std::string> parts);
    void countOutside(FileDescriptor folder);
    void refuseOutside() const;
    [[nodiscard]] std::string outsideText() const;
    [[nodiscard]] std::string fullName(std::span<const std::string> parts) const;

    int root_;
    std::string rootName_;
    const FilesOptions& options_;
    const Layout& layout_;
    NameStore& store_;
    Watch& watch_;
    const OwnerChoice* owners_;
    TreeCount trees_;
    NameSample outside_;
    std::uint64_t outsideFiles_ = 0;
    std::uint64_t outsideBytes_ = 0;
    std::uint64_t linkedFolders_ = 0;
    std::vector<std::string> staging_;  // few: each is a restore that was killed
};

}  // namespace roost::storage
