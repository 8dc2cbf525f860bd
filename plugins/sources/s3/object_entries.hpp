// Objects as entries, read before they are asked for.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "lib/s3/checksums.hpp"
#include "lib/s3/object_bytes.hpp"
#include "lib/s3/read_ahead.hpp"
#include "lib/storage/read_choice.hpp"
#include "roost/context.hpp"
#include "roost/entry.hpp"
#include "sources/s3/object_inventory.hpp"

namespace roost::s3 {

/// Gives the inventory's objects in its order. Requests for the next ones run while one is read, so that many
/// small objects do not cost a round trip each. Used by one thread.
class ObjectEntries {
public:
    /// All that is referred to must outlive it.
    ObjectEntries(const Bucket& bucket, const KeyLayout& keys, const storage::Layout& layout,
                  ObjectInventory& inventory, storage::ReadChoice choice, Context& context);
    ~ObjectEntries();

    /// The next entry, whose content is valid until the next call; false at the end. Throws roost::Error as
    /// the choice says.
    [[nodiscard]] bool next(Entry& entry);

private:
    /// An object whose pieces are asked for, in order.
    struct Upcoming {
        FoundObject object;
        std::string key;
        std::uint64_t asked = 0;
        std::size_t pieces = 0;  ///< asked for and not taken yet
        bool allAsked = false;
    };
    class Reader;
    friend class Reader;

    void askAhead();
    void leave();
    [[nodiscard]] bool describe(Upcoming& next, Entry& entry);
    [[nodiscard]] bool replaced(Upcoming& next, Entry& entry);
    [[nodiscard]] bool vanished(Entry& entry) const;
    [[nodiscard]] Fetched takePiece();

    const Bucket& bucket_;
    const KeyLayout& keys_;
    const storage::Layout& layout_;
    ObjectInventory& inventory_;
    storage::ReadChoice choice_;
    Context& context_;
    TaskCrew crew_;
    ReadAhead ahead_;
    std::deque<Upcoming> upcoming_;  ///< the one that is read first
    bool reading_ = false;
    bool listed_ = false;  ///< whether the inventory has no more
};

}  // namespace roost::s3
