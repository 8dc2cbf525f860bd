// Which columns are masked, and how: decided once, for the whole catalog.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/sql/name_pattern.hpp"
#include "roost/catalog.hpp"
#include "roost/context.hpp"
#include "transforms/mask/mask_rule.hpp"
#include "transforms/mask/value_mask.hpp"

namespace roost::mask {

/// A column of the row has a value that matches; or, without a pattern, one that is the name of a secret.
struct RowTest {
    std::size_t place = 0;
    bool utc = false;
    std::optional<sql::NamePattern> pattern;

    [[nodiscard]] bool holds(const Cell& cell) const;
};

/// A mask, for the rows for which all tests hold.
struct MaskStep {
    std::vector<RowTest> where;
    ValueMask mask;
};

struct ColumnMasks {
    std::size_t place = 0;
    std::vector<MaskStep> steps;  ///< the first one whose tests hold counts
};

struct MaskOptions {
    std::vector<MaskRule> rules;
    bool dropSecrets = false;
    std::vector<std::string> secretColumns;
};

/// The masks of each table that has any. Throws roost::Error for a rule that does not suit its column, for
/// keys of which only one side would be masked, for a name that is not there. `context` hears of everything
/// that is masked, and of what looks like a secret and is not.
[[nodiscard]] std::map<TableId, std::vector<ColumnMasks>> planMasks(const Catalog& catalog,
                                                                    const MaskOptions& options,
                                                                    Context& context);

}  // namespace roost::mask
