// What flows through a pipeline.
#pragma once

#include <cstdint>
#include <variant>

#include "roost/batch.hpp"
#include "roost/entry.hpp"

namespace [[gnu::visibility("default")]] roost {

/// Opens a table; its batches follow until its TableEnd. Tables do not overlap.
struct TableBegin {
    TableId table = 0;
};

/// Closes a table. `rows` is how many came since its TableBegin: a transform that drops or adds rows
/// corrects it. The engine checks it behind the source and behind the last transform.
struct TableEnd {
    TableId table = 0;
    std::uint64_t rows = 0;
};

/// Every table of the catalog comes once, also an empty one; then the entries.
using Item = std::variant<TableBegin, BatchPtr, TableEnd, Entry>;

}  // namespace roost
