// Holds a source, or what transforms leave, to the catalog, so that a wrong plugin is named before its data
// reach a sink, or at the latest before a sink may prepare.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "roost/catalog.hpp"
#include "roost/item.hpp"

namespace roost {

/// Checks the items of one source against its catalog, in order, or those behind all transforms. Whether
/// their names exclude each other is EntryNames' affair. What live storages do is no fault: files that
/// vanish, appear, shrink and grow between the catalog and their reading.
class ItemCheck {
public:
    /// `catalog` must outlive the check and stay as it is.
    explicit ItemCheck(const Catalog& catalog) : catalog_(catalog), kinds_(catalog.entryKinds.size()) {}

    /// Throws roost::Error that says what is wrong with the item.
    void check(const Item& item);
    /// A transform has dropped a file of this kind. Throws roost::Error where the catalog says that the kind
    /// comes as a whole: a sink would take the file for deleted.
    void dropped(const std::string& kind) const;
    /// To be called after the last item. Throws roost::Error for what is missing.
    void finish() const;
    /// After finish(): a sentence for each kind of which fewer files came than the catalog tells of. That is
    /// how a live storage may be, and also how a plugin looks that loses some.
    [[nodiscard]] std::vector<std::string> shortfalls() const;

private:
    void begin(const TableBegin& begin);
    void batch(const Batch& batch);
    void end(const TableEnd& end);
    void entry(const Entry& entry);

    /// What came of a kind.
    struct Came {
        std::uint64_t files = 0;
        std::uint64_t folders = 0;
    };

    const Catalog& catalog_;
    const Table* open_ = nullptr;
    std::uint64_t rows_ = 0;
    std::set<TableId> done_;
    bool entries_ = false;     ///< the tables are over
    std::vector<Came> kinds_;  ///< in the order of Catalog::entryKinds
};

}  // namespace roost
