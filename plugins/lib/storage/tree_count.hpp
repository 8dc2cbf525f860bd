// What folders of users' files hold, found without opening a single file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/storage/read_choice.hpp"
#include "lib/storage/shown_name.hpp"
#include "lib/storage/sorted_names.hpp"
#include "lib/storage/tree_walk.hpp"
#include "roost/catalog.hpp"

namespace roost::storage {

/// Counts the files and folders of walks, and finds what cannot be taken. Memory does not grow with them.
class TreeCount {
public:
    explicit TreeCount(OnUnreadable onUnreadable);

    /// Goes to the end of the walk and adds to `totals`; messages call what it finds `name`/path. Throws
    /// roost::Error for what cannot be read, as the choice says.
    void add(TreeWalk& walk, const std::string& name, EntryKindTotals& totals);
    /// Notes a link or special file by its full name.
    void passOver(NodeType type, const std::string& name);
    /// Notes what cannot be read; throws roost::Error as the choice says.
    void unreadable(const std::string& name, int error);

    /// A sentence each. Many of a sort are named up to a hundred, then counted.
    [[nodiscard]] std::vector<std::string> warnings() const;
    /// Links and special files that add() met.
    [[nodiscard]] std::uint64_t passedOver() const noexcept { return passedOver_; }

private:
    void addFile(const Found& found, const std::string& name, EntryKindTotals& totals);

    OnUnreadable onUnreadable_;
    NameSample links_;
    NameSample specials_;
    NameSample unreadable_;
    std::uint64_t passedOver_ = 0;
};

}  // namespace roost::storage
