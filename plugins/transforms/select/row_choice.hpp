// Which rows stay: the option `where`.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "roost/batch.hpp"
#include "roost/catalog.hpp"
#include "roost/context.hpp"
#include "transforms/select/condition.hpp"

namespace roost::select {

class RowChoice {
public:
    /// Throws roost::Error for a table or column that is not there, and for a condition that does not suit
    /// its column. `context` hears of what is left whole, and outlives this.
    void prepare(const Catalog& catalog, const std::vector<WhereRecord>& records, sql::NameCase nameCase,
                 Context& context);

    [[nodiscard]] bool concerns(TableId table) const { return tables_.contains(table); }
    /// The rows that fulfil all conditions of their table. Values that can't be compared are counted.
    [[nodiscard]] std::vector<std::size_t> choose(const Batch& batch);
    /// Tells of the values of a table that could not be compared.
    void tell(TableId table, Context& context) const;

private:
    struct Asked {
        Condition condition;
        std::string column;  ///< "table.column", as shown
        std::uint64_t incomparable = 0;
    };

    std::map<TableId, std::vector<Asked>> tables_;
};

}  // namespace roost::select
