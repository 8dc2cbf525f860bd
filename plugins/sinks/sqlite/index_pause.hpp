// Indexes that are away while many rows are written, and made again behind them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/sql/sqlite/connection.hpp"
#include "roost/catalog.hpp"

namespace roost::sqlite {

/// One index that has to be made.
struct PendingIndex {
    const Table* table = nullptr;  ///< as it stands in the database
    Index index;
    bool foreign = false;  ///< its statement came with the data, not from the database itself
};

class IndexPause {
public:
    explicit IndexPause(Connection& connection) : connection_(&connection) {}

    /// Drops the table's own indexes (not those of its keys). No statement may be running on it.
    void drop(const Table& table);
    /// Notes an index of a table that was created.
    void add(PendingIndex index) { pending_.push_back(std::move(index)); }
    /// Makes them all. Throws roost::Error that for a duplicate names the table, the index and a row.
    void make();

private:
    void keepStatistics();
    void restoreStatistics();
    void make(const PendingIndex& pending);
    [[noreturn]] void failDuplicate(const PendingIndex& pending);

    Connection* connection_;
    std::vector<PendingIndex> pending_;
    std::vector<std::string> statistics_;  ///< tables of ANALYZE whose rows are kept aside
    bool keeps_ = false;
};

}  // namespace roost::sqlite
