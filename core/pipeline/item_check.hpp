// Holds a source to its contract, so that a wrong plugin is named before its data reach a sink.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "roost/catalog.hpp"
#include "roost/item.hpp"

namespace roost {

/// Checks the items of one source against its catalog, in order.
class ItemCheck {
public:
    explicit ItemCheck(const Catalog& catalog) : catalog_(catalog) {}

    /// Throws roost::Error that says what is wrong with the item.
    void check(const Item& item);
    /// To be called after the last item.
    void finish() const;

private:
    void begin(const TableBegin& begin);
    void batch(const Batch& batch);
    void end(const TableEnd& end);
    static void entry(const Entry& entry);

    const Catalog& catalog_;
    const Table* open_ = nullptr;
    std::uint64_t rows_ = 0;
    std::set<TableId> done_;
};

}  // namespace roost
