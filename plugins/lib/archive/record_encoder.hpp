// Rows as records of a table's JSON array.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lib/archive/cell_encoder.hpp"

namespace roost::archive {

/// Appends rows of one table as JSON objects. Everything that depends on a column is worked out once.
class RecordEncoder {
public:
    explicit RecordEncoder(const Table& table);

    /// `row` has a cell for each column of the table. Generated columns are left out.
    void append(std::span<const Cell> row, TextBuffer& out);

private:
    struct ColumnPlan {
        std::size_t index = 0;
        std::string lead;  ///< `{"id":` or `,"id":`
        std::string key;   ///< `"id"`
        EncodeCell encode = nullptr;
        ColumnTraits traits;
    };

    void appendExact(TextBuffer& out);

    std::vector<ColumnPlan> columns_;
    std::vector<std::pair<const ColumnPlan*, std::string_view>> exact_;
};

}  // namespace roost::archive
