// A catalog after its rules, still in the words of its own dialect.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/sql/mapping/dialect.hpp"
#include "lib/sql/mapping/renamed_text.hpp"
#include "lib/sql/mapping/schema_rules.hpp"
#include "roost/catalog.hpp"

namespace roost::sql::mapping {

/// What became of a table of the source.
struct TableFate {
    TableId id = 0;
    std::string schema;  ///< as it was
    std::string name;    ///< as it was
    bool dropped = false;
    bool renamed = false;    ///< or moved to another schema
    bool redefined = false;  ///< its CREATE statement no longer says what it is
    ColumnNames columns;
    std::vector<std::size_t> kept;      ///< places in the source's rows of the columns that it still has
    std::vector<ColumnChange> changes;  ///< of the columns that it still has, in their order
};

/// Where tables go by their schemas.
struct SchemaNames {
    bool strip = false;  ///< all lose their schema
    std::string made;    ///< those of the default schema come into this one; "" leaves them there
};

/// A loss of a table that is known by its id, since its name is not final yet.
using TableLoss = std::pair<std::optional<TableId>, Loss>;

struct RuledCatalog {
    std::vector<TableFate> fates;  ///< in the order of the source's tables
    std::vector<TableLoss> losses;
};

/// Does what `changes` say: drops, renames, casts to logical types, with all that hangs on it in keys,
/// checks, generated columns and indexes. Native statements of whole tables and objects stay as they are.
/// Throws roost::Error for names that are taken and for a table that would be left without columns.
[[nodiscard]] RuledCatalog applyRules(Catalog& catalog, const std::vector<TableChange>& changes,
                                      const SchemaNames& schemas, Dialect from, Dialect to);

}  // namespace roost::sql::mapping
