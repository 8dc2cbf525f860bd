// What a storage's part of a bucket holds.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lib/s3/bucket.hpp"
#include "lib/s3/key_layout.hpp"
#include "lib/storage/shown_name.hpp"
#include "lib/storage/sorted_names.hpp"
#include "lib/storage/watch.hpp"
#include "roost/catalog.hpp"
#include "roost/stage.hpp"

namespace roost::s3 {

/// An object that becomes an entry.
struct FoundObject {
    std::size_t kind = 0;  ///< position in the layout's kinds
    std::string owner;
    std::string path;
    bool folder = false;
    std::uint64_t size = 0;
    std::string etag;
    std::int64_t modifiedNanoseconds = 0;  ///< when the server got it
};

/// Lists the objects once and keeps what the list says, in the order of "kind/owner/path", in bounded memory.
/// Used by one thread.
class ObjectInventory {
public:
    /// All that is referred to must outlive the inventory. With `owners` nobody else's objects are kept.
    ObjectInventory(const Bucket& bucket, const KeyLayout& keys, const storage::Layout& layout,
                    storage::NameStore& store, storage::Watch& watch, const OwnerChoice* owners);

    /// Throws roost::Error where the bucket cannot be listed.
    void take();
    /// After take(): the totals of each kind, in the layout's order.
    [[nodiscard]] const std::vector<EntryKindTotals>& totals() const noexcept { return totals_; }
    [[nodiscard]] std::vector<std::string> warnings() const;
    /// What restores have left: the names of their staging areas.
    [[nodiscard]] const std::set<std::string>& staging() const noexcept { return staging_; }
    /// Objects that no kind has.
    [[nodiscard]] std::uint64_t outside() const noexcept { return outside_.count(); }
    [[nodiscard]] std::string outsideText() const;
    /// Objects of a kind whose keys are no paths.
    [[nodiscard]] std::uint64_t unfit() const noexcept { return unfit_.count(); }
    /// After take(), once each.
    [[nodiscard]] std::optional<FoundObject> next();

private:
    void sort(ListedObject&& object);
    void keep(const KeyPlace& place, const ListedObject& object);
    void countOwner(const KeyPlace& place);

    const Bucket& bucket_;
    const KeyLayout& keys_;
    const storage::Layout& layout_;
    storage::Watch& watch_;
    const OwnerChoice* owners_;
    storage::SortedNames names_;
    std::vector<EntryKindTotals> totals_;
    std::vector<std::string> lastOwner_;  ///< of each kind, in the list's order
    storage::NameSample outside_{20};
    storage::NameSample unfit_{100};
    std::uint64_t outsideBytes_ = 0;
    std::set<std::string> staging_;  // few: each is a restore that was killed
};

}  // namespace roost::s3
